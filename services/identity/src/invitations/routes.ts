/** Mails with invitations over HTTP. */
import type { Principal } from '@px0/access';
import { ApiError, type Handlers } from '@px0/service-kit';
import { MailInvitation, type MailInvitationDependencies } from './mail-invitation.ts';

export function invitationMailRoutes(dependencies: MailInvitationDependencies) {
  const mailInvitation = new MailInvitation(dependencies);
  return {
    mailInvitation: async ({ principal, body }) => {
      if (principal.kind !== 'session') throw new ApiError('unauthorized');
      const { team_id: teamId, email = '', code = '' } = body();
      return { is_sent: await mailInvitation.run(principal, { teamId, email, code }) };
    },
  } satisfies Handlers<Principal>;
}
