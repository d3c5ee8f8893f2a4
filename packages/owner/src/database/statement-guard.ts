/**
 * Checks which tables a statement writes. Types keep the transaction away from stores; this guard refuses statements that go
 * through the wrong method and would change an entity's rows without its event.
 */

/**
 * The table, perhaps after its schema, that follows `insert into`, `update`, `delete from`, `merge into` or `truncate`; not the `update` of
 * `for [no key] update`.
 */
const WRITTEN_TABLE =
  /\b(?:insert\s+into|delete\s+from(?:\s+only)?|merge\s+into|truncate(?:\s+table)?|(?<!\bfor\s+)(?<!\bkey\s+)(?<!\bdo\s+)update(?:\s+only)?)\s+(?:"?[a-z_][a-z0-9_]*"?\.)?"?([a-z_][a-z0-9_]*)/gi;

/** Names of the tables that the statement writes, in lower case. */
export function tablesWritten(statement: string): ReadonlySet<string> {
  return new Set(Array.from(statement.matchAll(WRITTEN_TABLE), ([, table = '']) => table.toLowerCase()));
}

/**
 * An update that sets one column: table and column. A value with a comma, a parenthesis or a quotation mark does not match, since it could
 * hide a second assignment.
 */
const ONE_ASSIGNMENT =
  /^\s*update\s+"?([a-z_][a-z0-9_]*)"?(?:\s+(?:as\s+)?[a-z_][a-z0-9_]*)?\s+set\s+"?([a-z_][a-z0-9_]*)"?\s*=[^,()']*?\b(?:from|where)\b/i;

/** `table.column`, in lower case, when all that the statement writes is that column. */
export function columnWritten(statement: string): string | undefined {
  const [, table = '', column = ''] = ONE_ASSIGNMENT.exec(statement) ?? [];
  return column === '' ? undefined : `${table}.${column}`.toLowerCase();
}

/** Statements are written in the source, so there are only so many texts; composed ones could be more. */
const REMEMBERED = 1_000;

export class StatementGuard {
  readonly #entityTables: ReadonlySet<string>;
  readonly #unpublishedColumns: ReadonlySet<string>;
  readonly #harmless = { read: new Set<string>(), private: new Set<string>() };

  /**
   * `entityTables`: tables whose rows make up the public state of an entity; `unpublishedColumns`: columns of these tables, as
   * `table.column`, that the state does not show.
   */
  constructor(entityTables: Iterable<string>, unpublishedColumns: Iterable<string> = []) {
    this.#entityTables = new Set(entityTables);
    this.#unpublishedColumns = new Set(unpublishedColumns);
  }

  /** @throws Error when the statement writes: a programming error */
  requireRead(statement: string): void {
    this.#require('read', statement, (tables) => tables.size === 0, 'a query must not write');
  }

  /** @throws Error when the statement writes what an entity shows: a programming error */
  requirePrivate(statement: string): void {
    const isPrivate = (tables: ReadonlySet<string>) =>
      tables.isDisjointFrom(this.#entityTables) ||
      this.#unpublishedColumns.has(columnWritten(statement) ?? '');
    this.#require('private', statement, isPrivate, 'an entity is written with its event, through `write`');
  }

  #require(
    kind: 'read' | 'private',
    statement: string,
    isHarmless: (tables: ReadonlySet<string>) => boolean,
    rule: string,
  ): void {
    const known = this.#harmless[kind];
    if (known.has(statement)) return;
    if (!isHarmless(tablesWritten(statement))) throw new Error(`${rule}: ${statement.trim()}`);
    if (known.size < REMEMBERED) known.add(statement);
  }
}
