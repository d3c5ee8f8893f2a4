/** Changes whose events go nowhere, for tests that look at rows only. */
import { Changes, type TransactionalOutbox } from '../src/changes/mod.ts';
import type { Database } from '../src/database.ts';

const silentOutbox: TransactionalOutbox = {
  put: () => Promise.resolve(1),
  remove: () => Promise.resolve(1),
  transaction: (database, work) => database.$transaction(work),
};

export function silentChanges(database: Database): Changes {
  return new Changes(database, silentOutbox);
}
