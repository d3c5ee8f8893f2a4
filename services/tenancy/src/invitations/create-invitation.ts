/** Invites a person to a team, whether or not they have an account. */
import { isEmailAddress, type TeamId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import {
  type Caller,
  holdTeam,
  isTeamRole,
  type LazyBody,
  requireOnTeam,
  type TeamRole,
} from '../authority/mod.ts';
import type { Changes } from '../changes/mod.ts';
import { hashCode, newCode } from './code.ts';
import { countPending, type InvitationRow, isMember, replaceInvitation } from './store.ts';

export interface InvitationBody {
  readonly email?: string;
  readonly role?: string;
}

/** An invitation with its code, which exists in clear here and in the answer only. */
export interface CreatedInvitation {
  readonly invitation: InvitationRow;
  readonly code: string;
}

const VALID_SECONDS = 7 * 86_400;
/** Of an organization. More would be a list of addresses to mail to. */
export const MOST_PENDING = 500;

export class CreateInvitation {
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  /**
   * A new invitation of an address to a team replaces the one before. Whether the address has an account makes no difference, except where the caller
   * sees it anyway: among the team's members.
   *
   * @throws ApiError in this order: `teamNotFound`, `forbidden`, `invalidRequestBody`, `emailRequired`, `invalidEmailFormat`, `invalidRole`,
   *   `alreadyTeamMember`, `tooManyInvitations`
   */
  async run(caller: Caller, teamId: TeamId, body: LazyBody<InvitationBody>): Promise<CreatedInvitation> {
    return await this.#changes.make(caller, async (change) => {
      const team = requireOnTeam(caller, 'createInvitation', await holdTeam(change, teamId, caller.userId));
      const { email = '', role: wanted = '' } = body();
      if (email === '') throw new ApiError('emailRequired');
      if (!isEmailAddress(email)) throw new ApiError('invalidEmailFormat');
      const role = requireRole(wanted);
      if (await isMember(change, team.id, email)) throw new ApiError('alreadyTeamMember');
      const code = newCode();
      const invitation = await replaceInvitation(change, {
        orgId: team.orgId,
        teamId: team.id,
        email,
        role,
        createdBy: caller.userId,
        codeHash: hashCode(code),
        seconds: VALID_SECONDS,
      });
      if ((await countPending(change, team.orgId)) > MOST_PENDING) throw new ApiError('tooManyInvitations');
      await change.audit({
        action: 'invitation.created',
        orgId: team.orgId,
        teamId: team.id,
        details: { invitation_id: invitation.id, role },
      });
      return { invitation, code };
    });
  }
}

/** An empty text counts as missing. @throws ApiError invalidRole */
function requireRole(role: string): TeamRole {
  if (role === '') return 'editor';
  if (isTeamRole(role)) return role;
  throw new ApiError('invalidRole');
}
