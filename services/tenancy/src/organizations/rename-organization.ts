/** Renames an organization. */
import type { OrganizationId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import { type Caller, holdOrganization, type LazyBody, requireOnOrganization } from '../authority/mod.ts';
import type { Changes } from '../changes/mod.ts';
import { requireName } from '../names/name.ts';
import { isNameTaken, type OrganizationRow, renameOrganization } from './store.ts';

export class RenameOrganization {
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  /**
   * Renames an organization. Its own name, sent again, is fine even where others share it.
   *
   * @throws ApiError in this order: `organizationNotFound`, `forbidden`, `invalidRequestBody`, `nameRequired`, `nameTooLong`,
   *   `organizationNameTaken`
   */
  run(
    caller: Caller,
    orgId: OrganizationId,
    body: LazyBody<{ readonly name?: string }>,
  ): Promise<OrganizationRow> {
    return this.#changes.make(caller, async (change) => {
      const standing = await holdOrganization(change, orgId, caller.userId);
      const organization = requireOnOrganization(caller, 'updateOrg', standing);
      const name = requireName(body().name);
      if (name === organization.name) return organization;
      if (await isNameTaken(change, name, orgId)) throw new ApiError('organizationNameTaken');
      const renamed = await renameOrganization(change, orgId, name);
      await change.audit({
        action: 'organization.renamed',
        orgId,
        details: { from: organization.name, to: name },
      });
      return renamed;
    });
  }
}
