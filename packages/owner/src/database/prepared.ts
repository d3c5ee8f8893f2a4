/**
 * Prepared statements: Postgres parses a statement that has a name once per connection, and after a few runs keeps its plan. For the
 * statements of transactions and of the outbox, which find rows by their keys and look alike each time; lists are planned for the values
 * that they get.
 * See docs/decisions/221-prepared-statements.md.
 */
import type pg from 'pg';
import type { Queryable } from '../outbox/queryable.ts';
import { isStalePlan } from './sql-state.ts';

/** Rarer ones would cost each connection memory for nothing. */
const USES_BEFORE_A_NAME = 3;
/** Texts with a name, and texts counted: a statement whose text depends on how many values it has must not fill the server's memory. */
const MOST_TEXTS = 500;

/** Of the whole process: a connection may serve several collections of statements, and knows a statement by its name. */
let made = 0;

/** The names of statements. They hold for every connection, since each prepares a statement when it meets it first. */
export class PreparedStatements {
  readonly #uses = new Map<string, number>();
  readonly #names = new Map<string, string>();

  /** What `pg` runs, with a name where the text has come up often enough. */
  of(text: string, values: readonly unknown[]): pg.QueryConfig {
    const name = this.#nameOf(text);
    return name === undefined ? { text, values: [...values] } : { name, text, values: [...values] };
  }

  /** Gives all statements new names, where the error says that what was prepared under the old ones cannot run any more. */
  renewAfter(error: unknown): void {
    if (isStalePlan(error)) this.#names.clear();
  }

  #nameOf(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const uses = (this.#uses.get(text) ?? 0) + 1;
    if (uses < USES_BEFORE_A_NAME || this.#names.size === MOST_TEXTS) {
      if (this.#uses.size >= MOST_TEXTS) this.#uses.clear();
      this.#uses.set(text, uses);
      return undefined;
    }
    this.#uses.delete(text);
    const name = `px0_${++made}`;
    this.#names.set(text, name);
    return name;
  }
}

/** A pool whose statements are prepared. */
export function preparing(pool: Queryable & Pick<pg.Pool, 'query'>): Queryable {
  const prepared = new PreparedStatements();
  const run = async <R extends object>(text: string, values: unknown[] = []) =>
    await pool.query<R>(prepared.of(text, values));
  return {
    query: async <R extends object>(text: string, values?: unknown[]) => {
      try {
        return await run<R>(text, values);
      } catch (error) {
        prepared.renewAfter(error);
        // Nothing was done yet.
        if (isStalePlan(error)) return await run<R>(text, values);
        throw error;
      }
    },
  };
}
