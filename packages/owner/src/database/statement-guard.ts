/**
 * Judges what a statement writes. Types keep stores away from the transaction; this keeps a statement that goes through the wrong
 * method from changing an entity's rows without its event.
 */

/** The table after `insert into`, `update`, `delete from`, `merge into` or `truncate`; not the `update` of `for [no key] update`. */
const WRITTEN_TABLE =
  /\b(?:insert\s+into|delete\s+from(?:\s+only)?|merge\s+into|truncate(?:\s+table)?|(?<!\bfor\s+)(?<!\bkey\s+)(?<!\bdo\s+)update(?:\s+only)?)\s+"?([a-z_][a-z0-9_]*)/gi;

/** Names of the tables that the statement writes, in lower case. */
export function tablesWritten(statement: string): ReadonlySet<string> {
  return new Set(Array.from(statement.matchAll(WRITTEN_TABLE), ([, table = '']) => table.toLowerCase()));
}

/** Statements are written in the source, so there are only so many texts; composed ones could be more. */
const REMEMBERED = 1_000;

export class StatementGuard {
  readonly #entityTables: ReadonlySet<string>;
  readonly #harmless = { read: new Set<string>(), private: new Set<string>() };

  /** `entityTables`: tables whose rows make up the public state of an entity. */
  constructor(entityTables: Iterable<string>) {
    this.#entityTables = new Set(entityTables);
  }

  /** @throws Error when the statement writes: a programming error */
  requireRead(statement: string): void {
    this.#require('read', statement, (tables) => tables.size === 0, 'a query must not write');
  }

  /** @throws Error when the statement writes an entity's rows: a programming error */
  requirePrivate(statement: string): void {
    const isPrivate = (tables: ReadonlySet<string>) => tables.isDisjointFrom(this.#entityTables);
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
