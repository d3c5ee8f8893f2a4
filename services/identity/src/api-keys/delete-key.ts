/** Deletes an API key. */
import type { AccessProjection, SessionPrincipal } from '@px0/access';
import type { ApiKeyId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { Changes } from '../changes/mod.ts';
import { requireOnKey } from './key-rights.ts';
import { deleteApiKeys } from './store.ts';

export interface DeleteKeyDependencies {
  readonly reader: Reader;
  readonly changes: Changes;
  readonly access: AccessProjection;
}

export class DeleteKey {
  readonly #deps: DeleteKeyDependencies;

  constructor(deps: DeleteKeyDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError apiKeyNotFound, forbidden */
  async run(session: SessionPrincipal, id: ApiKeyId): Promise<void> {
    const { orgId } = await requireOnKey(this.#deps, session, 'deleteAPIKey', id);
    await this.#deps.changes.make(session, async (change) => {
      const deleted = await deleteApiKeys(change, [id]);
      if (deleted.length === 0) throw new ApiError('apiKeyNotFound');
      await change.audit({ action: 'api_key.deleted', orgId, apiKeyId: id });
    });
  }
}
