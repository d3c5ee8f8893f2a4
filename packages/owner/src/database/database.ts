/**
 * The database as features see it: reads, and writes to tables whose rows no event shows. Writes to entities go through a
 * `Change`.
 */

import type { Sql } from './sql.ts';
import type { SqlClient } from './sql-client.ts';
import type { StatementGuard } from './statement-guard.ts';

/** Runs queries: the database itself, or an open change, which sees its own writes. */
export interface Reader {
  /** The statement's rows. `Row` is the caller's claim about its own SQL. @throws Error when the statement writes */
  query<Row extends object>(statement: Sql): Promise<Row[]>;
}

/** Runs statements on tables that no event tells of: codes, sessions, queues, counters. */
export interface PrivateWriter extends Reader {
  /** The rows that the statement returns. @throws Error when the statement writes an entity's table */
  writePrivate<Row extends object>(statement: Sql): Promise<Row[]>;
}

export class Database implements PrivateWriter {
  readonly #client: SqlClient;
  readonly #guard: StatementGuard;

  constructor(client: SqlClient, guard: StatementGuard) {
    this.#client = client;
    this.#guard = guard;
  }

  query<Row extends object>({ text, values }: Sql): Promise<Row[]> {
    this.#guard.requireRead(text);
    return this.#client.query<Row>(text, values);
  }

  writePrivate<Row extends object>({ text, values }: Sql): Promise<Row[]> {
    this.#guard.requirePrivate(text);
    return this.#client.query<Row>(text, values);
  }
}

/** The only row of a statement that returns one by construction. @throws Error when it returned none */
export function onlyRow<Row>(rows: readonly Row[]): Row {
  const row = rows[0];
  if (row === undefined) throw new Error('a statement that returns one row returned none');
  return row;
}
