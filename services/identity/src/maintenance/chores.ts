/** What identity does without being asked. */
import { deleteExpiredKeys, type KeyUses } from '../api-keys/mod.ts';
import type { Changes } from '../changes/mod.ts';
import { deleteExpiredCodes } from '../codes/mod.ts';
import type { Database } from '../database/db.ts';
import { deleteOldNotices } from '../memberships/mod.ts';
import { compactSessions, deleteExpiredSessions } from '../sessions/mod.ts';
import type { KeyRing } from '../signing-keys/mod.ts';
import type { PeriodicTask } from './periodic-tasks.ts';

export interface ChoreDependencies {
  readonly database: Database;
  readonly changes: Changes;
  readonly keyRing: KeyRing;
  readonly keyUses: KeyUses;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Rows per turn: enough for a busy day, few enough that no request notices the locks. */
const BATCH = 5_000;

export function chores({ database, changes, keyRing, keyUses }: ChoreDependencies): PeriodicTask[] {
  return [
    // Far more often than the five minutes for which a new key is known before it signs.
    { name: 'maintain signing keys', everyMs: 30 * SECOND, run: () => keyRing.maintain() },
    { name: 'write down uses of API keys', everyMs: 5 * SECOND, run: () => keyUses.flush() },
    { name: 'delete expired sessions', everyMs: MINUTE, run: () => deleteExpiredSessions(database, BATCH) },
    {
      name: 'compact session ledgers',
      everyMs: 10 * MINUTE,
      run: () => compactSessions(database, changes, BATCH),
    },
    { name: 'delete expired codes', everyMs: MINUTE, run: () => deleteExpiredCodes(database) },
    { name: 'delete expired rate limits', everyMs: 5 * MINUTE, run: () => deleteExpiredLimits(database) },
    {
      name: 'delete old notices of memberships',
      everyMs: 60 * MINUTE,
      run: () => deleteOldNotices(database),
    },
    {
      name: 'delete expired API keys',
      everyMs: 10 * MINUTE,
      run: () => deleteExpiredKeys(database, changes, BATCH),
    },
  ];
}

async function deleteExpiredLimits(database: Database): Promise<void> {
  await database.$executeRaw`DELETE FROM rate_limits WHERE expire < ${Date.now()}`;
}
