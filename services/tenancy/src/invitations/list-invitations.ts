/** Lists the invitations of an organization that nobody has accepted yet. */
import type { OrganizationId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { type Caller, orgStanding, requireOnOrganization } from '../authority/mod.ts';
import { MOST_PENDING } from './create-invitation.ts';
import { type InvitationRow, pendingOf } from './store.ts';

export class ListInvitations {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /**
   * Those that the caller may revoke, the newest first.
   *
   * @throws ApiError in this order: `organizationNotFound`, `forbidden`
   */
  async run(caller: Caller, orgId: OrganizationId): Promise<InvitationRow[]> {
    const { userId } = caller;
    const standing = await orgStanding(this.#reader, orgId, userId);
    const { orgRole } = requireOnOrganization(caller, 'listOrgInvitations', standing);
    return await pendingOf(this.#reader, orgId, { userId, isOrgAdmin: orgRole === 'admin' }, MOST_PENDING);
  }
}
