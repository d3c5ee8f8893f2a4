/**
 * One change: a transaction in which rows, their events and the audit entries are written together. Stores get a `Change` and never the
 * transaction, so a row of an entity cannot be written without naming the entity. Before the commit, `Changes` reads back the public state
 * of each entity named and puts it into the outbox: what is published is what was committed.
 */
import type { EntityName, ProgramState } from '@px0/contracts';
import type { PrivateWriter } from '../database/database.ts';
import type { Sql } from '../database/sql.ts';
import type { SqlTransaction } from '../database/sql-client.ts';
import type { StatementGuard } from '../database/statement-guard.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { AuditFacts, ChangeRules } from './rules.ts';
import type { TouchedEntities } from './touched-entities.ts';

/** What `Changes` gives a change to work with. */
export interface ChangeParts<Name extends EntityName, Actor, Note> {
  readonly tx: SqlTransaction;
  readonly actor: Actor;
  readonly rules: ChangeRules<Name, Actor, Note>;
  readonly guard: StatementGuard;
  readonly outbox: Pick<Outbox, 'putBody' | 'removeBody'>;
  readonly touched: TouchedEntities<Name>;
  readonly audit: AuditParts;
}

/** What the audit of changes needs. */
export interface AuditParts {
  readonly facts: () => AuditFacts;
  /** Called when a change with audit entries has committed. It must not throw. */
  readonly noted: () => void;
}

/** `Name`: the entities that the service owns; `Actor`: who makes changes; `Note`: what the audit keeps. */
export class Change<Name extends EntityName, Actor, Note> implements PrivateWriter {
  /** Who makes the change. */
  readonly actor: Actor;
  readonly #parts: ChangeParts<Name, Actor, Note>;
  #hasNotes = false;

  constructor(parts: ChangeParts<Name, Actor, Note>) {
    this.actor = parts.actor;
    this.#parts = parts;
  }

  query<Row extends object>({ text, values }: Sql): Promise<Row[]> {
    const { tx, guard } = this.#parts;
    guard.requireRead(text);
    return tx.query<Row>(text, values);
  }

  writePrivate<Row extends object>({ text, values }: Sql): Promise<Row[]> {
    const { tx, guard } = this.#parts;
    guard.requirePrivate(text);
    return tx.query<Row>(text, values);
  }

  /**
   * Writes rows of the entity `name`, and publishes its new state, or its end, once the change is committed. The statement returns
   * the rows that it wrote (`RETURNING`); `id` says which entity each of them belongs to. Nothing is published for a statement that
   * returns no row, or when the public state is what it was.
   */
  async write<Row extends object>(
    name: Name,
    id: string | ((row: Row) => string),
    { text, values }: Sql,
  ): Promise<Row[]> {
    const { tx, touched } = this.#parts;
    const rows = await tx.query<Row>(text, values);
    for (const row of rows) touched.add(name, typeof id === 'string' ? id : id(row));
    return rows;
  }

  /** Writes a version's program to the stream of bodies and returns the body's revision, which the prompt's table of versions names. */
  writeBody(
    this: Change<'prompt', Actor, Note>,
    promptId: string,
    number: number,
    program: ProgramState,
  ): Promise<number> {
    const { tx, outbox } = this.#parts;
    return outbox.putBody(tx, promptId, number, program);
  }

  /** Removes a version's program from the stream of bodies. */
  async removeBody(this: Change<'prompt', Actor, Note>, promptId: string, number: number): Promise<void> {
    const { tx, outbox } = this.#parts;
    await outbox.removeBody(tx, promptId, number);
  }

  /** Calls `follow` once the change has committed: to wake what works on what it wrote. It must not throw. */
  afterCommit(follow: () => void): void {
    this.#parts.tx.afterCommit(follow);
  }

  /** Notes who did what. The notes are kept if, and only if, the change is. */
  async audit(...notes: readonly Note[]): Promise<void> {
    if (notes.length === 0) return;
    const { rules, audit, tx, guard } = this.#parts;
    const { text, values } = rules.auditStatement(this.actor, notes, audit.facts());
    guard.requirePrivate(text);
    tx.send(text, values);
    if (this.#hasNotes) return;
    this.#hasNotes = true;
    this.afterCommit(audit.noted);
  }
}
