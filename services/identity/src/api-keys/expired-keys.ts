/** Deletes keys some time after they expire; until then, lists still show them. */
import { type Changes, systemActor } from '../changes/mod.ts';
import { auditDeleted } from './cleanup-saga.ts';
import { deleteLongExpired } from './store.ts';

const KEPT_DAYS = 30;

/** Deletes `limit` keys at most with limits, and as many without, in one change, and returns how many. */
export async function deleteExpiredKeys(changes: Changes, limit: number): Promise<number> {
  return await changes.make(
    systemActor,
    async (change) => {
      const keys = await deleteLongExpired(change, KEPT_DAYS, limit);
      await auditDeleted(change, keys);
      return keys.length;
    },
    'awaited',
  );
}
