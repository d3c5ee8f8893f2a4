/** A service's database and changes without the service, for tests that look at rows and statements. Events go nowhere. */
import type { EntityName } from '@px0/contracts';
import { silentLogger } from '@px0/service-kit';
import type pg from 'pg';
import { Changes, type ChangesOptions } from '../changes/changes.ts';
import { type ChangeRules, entityTables, unpublishedColumns } from '../changes/rules.ts';
import { Database } from '../database/database.ts';
import { PoolClient } from '../database/sql-client.ts';
import { StatementGuard } from '../database/statement-guard.ts';

const silentOutbox: ChangesOptions<never, never, never>['outbox'] = {
  putChanged: () => undefined,
  putBody: () => Promise.resolve(1),
  removeBody: () => Promise.resolve(1),
  transaction: (client, work) => client.transaction(work),
  transactionWithPublication: async (client, work) => ({
    result: await client.transaction(work),
    publication: { written: [], ended: Promise.resolve() },
  }),
};

export interface RowsOnly<Name extends EntityName, Actor, Note> {
  readonly database: Database;
  readonly changes: Changes<Name, Actor, Note>;
}

/** `onStatement` sees each statement that the database and the changes run. */
export function rowsOnly<Name extends EntityName, Actor, Note>(
  pool: pg.Pool,
  rules: ChangeRules<Name, Actor, Note>,
  onStatement: (text: string, values: readonly unknown[]) => void = () => undefined,
): RowsOnly<Name, Actor, Note> {
  const client = new WatchedClient(pool, onStatement);
  const guard = new StatementGuard(entityTables(rules), unpublishedColumns(rules));
  return {
    database: new Database(client, guard),
    changes: new Changes({ client, outbox: silentOutbox, guard, rules }),
  };
}

class WatchedClient extends PoolClient {
  readonly #onStatement: (text: string, values: readonly unknown[]) => void;

  constructor(pool: pg.Pool, onStatement: (text: string, values: readonly unknown[]) => void) {
    super(pool, silentLogger());
    this.#onStatement = onStatement;
  }

  override query<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
    this.#onStatement(text, values);
    return super.query<Row>(text, values);
  }
}
