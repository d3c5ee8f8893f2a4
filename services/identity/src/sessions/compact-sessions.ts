/** Lets accounts forget revoked session numbers once they have expired, so that events do not carry them for ever. */
import type { Reader } from '@px0/owner';
import { type Changes, systemActor } from '../changes/mod.ts';
import { lockUser } from '../users/mod.ts';
import { findCompactableUsers, saveLedger } from './store.ts';

/** Compacts the ledgers of `limit` accounts at most, one change each. */
export async function compactSessions(
  { reader, changes }: { readonly reader: Reader; readonly changes: Changes },
  limit: number,
  stopping: AbortSignal,
): Promise<void> {
  for (const userId of await findCompactableUsers(reader, limit)) {
    if (stopping.aborted) return;
    await changes.make(
      systemActor,
      async (change) => {
        const account = await lockUser(change, userId);
        if (account !== undefined) await saveLedger(change, account, account.ledger);
      },
      'awaited',
    );
  }
}
