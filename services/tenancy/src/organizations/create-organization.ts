/** Creates an organization. */
import { ApiError } from '@px0/service-kit';
import { type Caller, holdUser, type LazyBody, requireAnywhere } from '../authority/mod.ts';
import type { Change, Changes } from '../changes/mod.ts';
import { requireName } from '../names/name.ts';
import { createWithDefaultTeam } from './default-team.ts';
import { isAdminAccount, isNameTaken, type OrganizationRow } from './store.ts';

export class CreateOrganization {
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  /**
   * Creates an organization with a Default Team, whose admin the caller becomes.
   *
   * @throws ApiError in this order: `forbidden`, `invalidRequestBody`, `nameRequired`, `nameTooLong`, `organizationNameTaken`
   */
  run(caller: Caller, body: LazyBody<{ readonly name?: string }>): Promise<OrganizationRow> {
    return this.#changes.make(caller, async (change) => {
      requireAnywhere(caller, 'createOrg', { isAccountAdmin: await isAccountAdmin(change, caller) });
      const name = requireName(body().name);
      if (await isNameTaken(change, name)) throw new ApiError('organizationNameTaken');
      // The caller is known to identity but the event that tells of them has not been worked in here yet.
      if (!(await holdUser(change, caller.userId))) throw new ApiError('serviceUnavailable');
      return createWithDefaultTeam(change, { name, nameExempt: false, adminId: caller.userId });
    });
  }
}

/** The flag of the caller's account, or of that of the key's acting user. */
async function isAccountAdmin(change: Change, { principal, userId }: Caller): Promise<boolean> {
  return principal.kind === 'session' ? principal.isAdmin : isAdminAccount(change, userId);
}
