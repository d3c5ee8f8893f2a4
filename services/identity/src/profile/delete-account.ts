/** Deletes the caller's own account. */
import type { AccessProjection, SessionPrincipal } from '@px0/access';
import { ApiError } from '@px0/service-kit';
import type { Changes } from '../changes/mod.ts';
import { deleteUser, lockUser } from '../users/mod.ts';
import { requireAccount } from './require-account.ts';

export interface DeleteAccountDependencies {
  readonly changes: Changes;
  readonly access: AccessProjection;
}

export class DeleteAccount {
  readonly #changes: Changes;
  readonly #access: AccessProjection;

  constructor({ changes, access }: DeleteAccountDependencies) {
    this.#changes = changes;
    this.#access = access;
  }

  /**
   * Deletes the account with its sessions and codes; organizations, teams, prompts and API keys stay.
   *
   * @throws ApiError unauthorized when it is gone already, defaultTeamMustKeepAdmin when members would be left without an admin
   */
  async run(session: SessionPrincipal): Promise<void> {
    const { userId } = session;
    await this.#changes.make(session, async (change) => {
      requireAccount(await lockUser(change, userId));
      // Memberships are tenancy's; should the last admin slip through all the same, tenancy appoints another.
      if (this.#access.isLastDefaultTeamAdmin(userId)) throw new ApiError('defaultTeamMustKeepAdmin');
      await deleteUser(change, userId);
      await change.audit({ action: 'user.deleted', userId });
    });
  }
}
