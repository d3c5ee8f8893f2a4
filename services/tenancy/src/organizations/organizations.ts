/** What one may do with organizations: create, rename, delete. */
import type { OrganizationId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import {
  type Caller,
  holdOrganization,
  holdUser,
  type LazyBody,
  requireAnywhere,
  requireOnOrganization,
} from '../authority/mod.ts';
import type { Change, Changes } from '../changes/mod.ts';
import { join } from '../members/mod.ts';
import { requireName } from '../names/name.ts';
import { insertTeam } from '../teams/mod.ts';
import {
  insertOrganization,
  isAdminAccount,
  isNameTaken,
  markOrganizationDeleted,
  type OrganizationRow,
  renameOrganization,
} from './store.ts';

export interface Dependencies {
  readonly changes: Changes;
  /** Called after something was deleted whose children remain to be removed. */
  readonly onDeleted: () => void;
}

export class Organizations {
  readonly #changes: Changes;
  readonly #onDeleted: () => void;

  constructor({ changes, onDeleted }: Dependencies) {
    this.#changes = changes;
    this.#onDeleted = onDeleted;
  }

  /**
   * Creates an organization with a Default Team, whose admin the caller becomes.
   *
   * @throws ApiError in this order: `forbidden`, `invalidRequestBody`, `nameRequired`, `nameTooLong`, `organizationNameTaken`
   */
  create(caller: Caller, body: LazyBody<{ readonly name?: string }>): Promise<OrganizationRow> {
    return this.#changes.make(caller, async (change) => {
      requireAnywhere(caller, 'createOrg', { isAccountAdmin: await isAccountAdmin(change, caller) });
      const name = requireName(body().name);
      if (await isNameTaken(change.tx, name)) throw new ApiError('organizationNameTaken');
      // The caller is known to identity but the event that tells of them has not been worked in here yet.
      if (!(await holdUser(change.tx, caller.userId))) throw new ApiError('serviceUnavailable');
      return createWithDefaultTeam(change, { name, nameExempt: false, adminId: caller.userId });
    });
  }

  /**
   * Renames an organization. Its own name, sent again, is fine even where others share it.
   *
   * @throws ApiError in this order: `organizationNotFound`, `forbidden`, `invalidRequestBody`, `nameRequired`, `nameTooLong`,
   *   `organizationNameTaken`
   */
  rename(
    caller: Caller,
    orgId: OrganizationId,
    body: LazyBody<{ readonly name?: string }>,
  ): Promise<OrganizationRow> {
    return this.#changes.make(caller, async (change) => {
      const standing = await holdOrganization(change.tx, orgId, caller.userId);
      const organization = requireOnOrganization(caller, 'updateOrg', standing);
      const name = requireName(body().name);
      if (name === organization.name) return organization;
      if (await isNameTaken(change.tx, name, orgId)) throw new ApiError('organizationNameTaken');
      const renamed = await renameOrganization(change, orgId, name);
      await change.audit({
        action: 'organization.renamed',
        orgId,
        details: { from: organization.name, to: name },
      });
      return renamed;
    });
  }

  /**
   * Deletes an organization and all that is in it; its people remain.
   *
   * @throws ApiError in this order: `organizationNotFound`, `forbidden`
   */
  async delete(caller: Caller, orgId: OrganizationId): Promise<void> {
    await this.#changes.make(caller, async (change) => {
      const standing = await holdOrganization(change.tx, orgId, caller.userId);
      const organization = requireOnOrganization(caller, 'deleteOrg', standing);
      await markOrganizationDeleted(change, orgId);
      await change.audit({ action: 'organization.deleted', orgId, details: { name: organization.name } });
    });
    this.#onDeleted();
  }
}

/** An organization that can be administered from its first moment: with its Default Team and that team's admin. */
export async function createWithDefaultTeam(
  change: Change,
  { name, nameExempt, adminId }: { name: string; nameExempt: boolean; adminId: string },
): Promise<OrganizationRow> {
  const organization = await insertOrganization(change, { name, nameExempt });
  await change.audit({ action: 'organization.created', orgId: organization.id, details: { name } });
  const team = await insertTeam(change, { orgId: organization.id, name: 'Default Team', isDefault: true });
  await change.audit({
    action: 'team.created',
    orgId: organization.id,
    teamId: team.id,
    details: { name: team.name },
  });
  await join(change, team, adminId);
  return organization;
}

/** The flag of the caller's account, or of that of the key's acting user. */
async function isAccountAdmin(change: Change, { principal, userId }: Caller): Promise<boolean> {
  return principal.kind === 'session' ? principal.isAdmin : isAdminAccount(change.tx, userId);
}
