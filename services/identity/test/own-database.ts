/** Changes for code that is called without a service around it: they commit for real, and their events are only noted. */
import { Changes } from '../src/changes/mod.ts';
import type { Database } from '../src/database/db.ts';

/** `events` gets `put <id>` and `remove <id>`. */
export function changesInto(database: Database, events: string[]): Changes {
  return new Changes(database, {
    put: (
      tx: { $executeRawUnsafe(sql: string, ...values: unknown[]): Promise<number> },
      name: string,
      id: string,
    ) => {
      events.push(`put ${id}`);
      return tx.$executeRawUnsafe(
        `INSERT INTO outbox (subject, stream, aggregate, ordinal, revision, deleted, changed_at, owed_since)
         VALUES ($1, 'state', $1, 1, 1, false, now(), now()) ON CONFLICT DO NOTHING`,
        `px0.state.identity.${name === 'signingKey' ? 'signing-key' : name}.${id}`,
      );
    },
    remove: (_tx: unknown, _name: string, id: string) => {
      events.push(`remove ${id}`);
      return Promise.resolve(1);
    },
    transaction: (runner, work) => runner.$transaction(work),
  });
}
