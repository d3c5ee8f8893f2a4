/** Lets accounts forget revoked session numbers once expiry has settled them, so that events do not carry them for ever. */
import type { Changes } from '../changes/mod.ts';
import type { Database } from '../database/db.ts';
import { lockUser } from '../users/mod.ts';
import { findCompactableUsers, saveLedger } from './session-store.ts';

export async function compactSessions(database: Database, changes: Changes, limit: number): Promise<void> {
  for (const userId of await findCompactableUsers(database, limit)) {
    await changes.make(async (change) => {
      const account = await lockUser(change.tx, userId);
      if (account !== undefined) await saveLedger(change, account, account.ledger);
    });
  }
}
