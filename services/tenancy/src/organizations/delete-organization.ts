/** Deletes an organization. */
import type { OrganizationId } from '@px0/contracts';
import { type Caller, holdOrganization, requireOnOrganization } from '../authority/mod.ts';
import type { Changes } from '../changes/mod.ts';
import { markOrganizationDeleted } from './store.ts';

export interface DeleteOrganizationDependencies {
  readonly changes: Changes;
  /** Called after something was deleted whose children remain to be removed. */
  readonly onDeleted: () => void;
}

export class DeleteOrganization {
  readonly #changes: Changes;
  readonly #onDeleted: () => void;

  constructor({ changes, onDeleted }: DeleteOrganizationDependencies) {
    this.#changes = changes;
    this.#onDeleted = onDeleted;
  }

  /**
   * Deletes an organization and all that is in it; its people remain.
   *
   * @throws ApiError in this order: `organizationNotFound`, `forbidden`
   */
  async run(caller: Caller, orgId: OrganizationId): Promise<void> {
    await this.#changes.make(caller, async (change) => {
      const standing = await holdOrganization(change, orgId, caller.userId);
      const organization = requireOnOrganization(caller, 'deleteOrg', standing);
      await markOrganizationDeleted(change, orgId);
      await change.audit({ action: 'organization.deleted', orgId, details: { name: organization.name } });
    });
    this.#onDeleted();
  }
}
