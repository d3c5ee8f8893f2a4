/** Inviting people: tenancy makes the invitation, identity mails its code. */
import type { Wire } from '@px0/contracts';
import type { QueryClient } from '@tanstack/react-query';
import { api, outdated } from '../api/mod.ts';
import type { TeamRole } from '../workspace/mod.ts';
import { invitationLink } from './invitation-code.ts';

export interface SentInvitation {
  readonly email: string;
  /** The page on which it is accepted. Whoever has it may accept. */
  readonly link: string;
  /** Whether px0 could mail it; the link is valid all the same. */
  readonly isMailed: boolean;
}

export interface InvitationWish {
  readonly teamId: string;
  readonly email: string;
  readonly role: TeamRole;
}

/** Invites a person, or invites them again: a new code takes the place of the one before. */
export async function invite(
  queryClient: QueryClient,
  { teamId, email, role }: InvitationWish,
): Promise<SentInvitation> {
  const { code } = await api.call('createInvitation', { params: { id: teamId }, body: { email, role } });
  await outdated(queryClient, 'listOrgInvitations');
  return {
    email,
    link: invitationLink(window.location.origin, code),
    isMailed: await mailed(teamId, email, code),
  };
}

async function mailed(teamId: string, email: string, code: string): Promise<boolean> {
  try {
    return (await api.call('mailInvitation', { body: { team_id: teamId, email, code } })).is_sent;
  } catch {
    // The invitation stands: the user sends the link.
    return false;
  }
}

/** Accepts an invitation. The user's teams and organizations are then others. */
export async function accept(queryClient: QueryClient, code: string): Promise<Wire<'Team'>> {
  const { team } = await api.call('acceptInvitation', { body: { code } });
  await outdated(queryClient, 'listUserTeams', 'listUserOrgs', 'listOrgTeams', 'listPrompts');
  return team;
}
