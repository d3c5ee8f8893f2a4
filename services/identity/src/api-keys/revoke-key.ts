/** Revokes the API key that is shown: whoever finds one may end it. */
import { hashApiKey, looksLikeApiKey } from '@px0/access';
import type { Reader } from '@px0/owner';
import { type Changes, systemActor } from '../changes/mod.ts';
import { deleteApiKeys, findApiKeyByHash } from './store.ts';

export interface RevokeKeyDependencies {
  readonly reader: Reader;
  readonly changes: Changes;
}

export class RevokeKey {
  readonly #deps: RevokeKeyDependencies;

  constructor(deps: RevokeKeyDependencies) {
    this.#deps = deps;
  }

  /** A text that is no key, or that of one which is gone, changes nothing. */
  async run(secret: string): Promise<void> {
    const { reader, changes } = this.#deps;
    if (!looksLikeApiKey(secret)) return;
    const key = await findApiKeyByHash(reader, hashApiKey(secret));
    if (key === undefined) return;
    await changes.make(systemActor, async (change) => {
      const [deleted] = await deleteApiKeys(change, [key.id]);
      if (deleted === undefined) return;
      const { id: apiKeyId, orgId } = deleted;
      await change.audit({ action: 'api_key.deleted', orgId, apiKeyId, details: { shown: 'secret' } });
    });
  }
}
