/** Identity's periodic chores: expiry, compaction, key rotation by age. */
import type { BackgroundOptions, Database } from '@px0/owner';
import { deleteExpiredKeys, type KeyUses } from '../api-keys/mod.ts';
import type { Changes } from '../changes/mod.ts';
import { deleteExpiredCodes } from '../codes/mod.ts';
import { deleteOldNotices } from '../memberships/mod.ts';
import { deleteExpiredLimits } from '../rate-limits/mod.ts';
import { compactSessions, deleteExpiredSessions } from '../sessions/mod.ts';
import type { KeyRing } from '../signing-keys/mod.ts';

export interface ChoreDependencies {
  readonly database: Database;
  readonly changes: Changes;
  readonly keyRing: KeyRing;
  readonly keyUses: KeyUses;
}

type Chore = Omit<BackgroundOptions, 'logger'>;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Rows per turn: enough for a busy day, few enough that no request notices the locks. */
const BATCH = 5_000;
/** Rows per turn of a chore that writes an event and an audit entry for each, in one transaction. */
const EVENT_BATCH = 100;
/** Replicas that start together run each chore at moments of their own. */
const JITTER = 0.4;

export function chores({ database, changes, keyRing, keyUses }: ChoreDependencies): readonly Chore[] {
  return [
    // Far more often than the five minutes for which a new key is known before it signs.
    chore('maintain signing keys', 30 * SECOND, () => keyRing.maintain()),
    chore('write down uses of API keys', 5 * SECOND, () => keyUses.flush()),
    batches('delete expired sessions', MINUTE, BATCH, (limit) => deleteExpiredSessions(database, limit)),
    chore('compact session ledgers', 10 * MINUTE, (stopping) =>
      compactSessions({ reader: database, changes }, BATCH, stopping),
    ),
    chore('delete expired codes', MINUTE, () => deleteExpiredCodes(database)),
    chore('delete expired rate limits', 5 * MINUTE, () => deleteExpiredLimits(database)),
    chore('delete old notices of memberships', 60 * MINUTE, () => deleteOldNotices(database)),
    batches('delete expired API keys', 10 * MINUTE, EVENT_BATCH, (limit) =>
      deleteExpiredKeys(changes, limit),
    ),
  ];
}

function chore(name: string, pauseMs: number, run: (stopping: AbortSignal) => Promise<void>): Chore {
  const step = async (stopping: AbortSignal) => {
    await run(stopping);
    return 'none' as const;
  };
  return { name, begin: 'pause', pauseMs, jitter: JITTER, step };
}

/** A chore that goes on at once as long as it finds whole batches. `run` returns how many rows it worked on, of all tables together. */
function batches(
  name: string,
  pauseMs: number,
  limit: number,
  run: (limit: number) => Promise<number>,
): Chore {
  const step = async () => ((await run(limit)) >= limit ? ('more' as const) : ('none' as const));
  return { name, begin: 'pause', pauseMs, jitter: JITTER, step };
}
