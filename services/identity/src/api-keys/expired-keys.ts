/** Deletes keys some time after they expired: until then the list still shows what they were. */
import type { Changes } from '../changes/mod.ts';
import type { Database } from '../database/db.ts';
import { deleteApiKeys, findLongExpired } from './api-key-store.ts';

const KEPT_DAYS = 30;

export async function deleteExpiredKeys(database: Database, changes: Changes, limit: number): Promise<void> {
  const ids = await findLongExpired(database, KEPT_DAYS, limit);
  if (ids.length === 0) return;
  await changes.make(async (change) => {
    for (const key of await deleteApiKeys(change.tx, ids)) {
      await change.remove('apiKey', key.id);
      await change.audit({ action: 'api_key.deleted', orgId: key.orgId, apiKeyId: key.id });
    }
  });
}
