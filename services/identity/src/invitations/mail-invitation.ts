/**
 * Mails the code of an invitation. Tenancy made the code and keeps its hash; this mail is the one place where it passes through px0 again, so it is sent
 * at once and never queued: a queue would have to keep the code.
 * See docs/decisions/217-invitations.md.
 */
import { type AccessProjection, requireAllowedOn, type SessionPrincipal } from '@px0/access';
import type { TeamId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError, type Logger } from '@px0/service-kit';
import { invitationMail, type Mailer } from '../mail/mod.ts';
import type { RateLimiter } from '../rate-limits/mod.ts';
import { findUser, requireEmailFormat } from '../users/mod.ts';

export interface MailInvitationDependencies {
  readonly reader: Reader;
  readonly access: AccessProjection;
  /** Undefined: mails reach nobody. */
  readonly mailer: Mailer | undefined;
  readonly rateLimiter: RateLimiter;
  readonly logger: Logger;
  /** Address of the console; undefined: the mail has the code alone. */
  readonly consoleUrl: string | undefined;
}

export interface InvitationMailWish {
  readonly teamId: TeamId | undefined;
  readonly email: string;
  readonly code: string;
}

/** What tenancy makes. Nothing else gets into a mail: it could be any text. */
const CODE = /^inv_[0-9a-f]{40}$/;

export class MailInvitation {
  readonly #deps: MailInvitationDependencies;

  constructor(deps: MailInvitationDependencies) {
    this.#deps = deps;
  }

  /**
   * False when the mail could not be sent: the person who invites then hands over the code by other means.
   *
   * @throws ApiError in this order: emailRequired, invalidEmailFormat, invalidInvitationCode, teamNotFound, forbidden, tooManyRequests
   */
  async run(session: SessionPrincipal, { teamId, email, code }: InvitationMailWish): Promise<boolean> {
    const { reader, access, mailer, rateLimiter, logger, consoleUrl } = this.#deps;
    if (email === '') throw new ApiError('emailRequired');
    requireEmailFormat(email);
    if (!CODE.test(code)) throw new ApiError('invalidInvitationCode');
    if (teamId === undefined || access.team(teamId) === undefined) throw new ApiError('teamNotFound');
    requireAllowedOn(access, session, 'mailInvitation', { teamId });
    await rateLimiter.byAccount('invitation.account', session.userId);
    const inviter = await findUser(reader, session.userId);
    if (inviter === undefined) throw new ApiError('forbidden');
    if (mailer === undefined) return false;
    try {
      await mailer.send(invitationMail({ to: email, inviter: inviter.email, code, consoleUrl }));
      return true;
    } catch (error) {
      // The provider's words may hold the address: the log gets only the kind of error.
      logger.warn(
        { error: error instanceof Error ? error.name : 'unknown' },
        'an invitation could not be mailed',
      );
      return false;
    }
  }
}
