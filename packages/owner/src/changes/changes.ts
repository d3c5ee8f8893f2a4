/**
 * Opens changes. Each is one transaction, retried after a deadlock or a migration; the events of what it wrote are published right after its
 * commit.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityName, StateOf } from '@px0/contracts';
import type { SqlClient, SqlTransaction } from '../database/sql-client.ts';
import { isDeadlock, isStalePlan } from '../database/sql-state.ts';
import type { StatementGuard } from '../database/statement-guard.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { type AuditParts, Change } from './change.ts';
import type { ChangeRules } from './rules.ts';
import { TouchedEntities } from './touched-entities.ts';

const ATTEMPTS = 4;
/** Lets the survivor have the lock that it waits for: made again at once, the change might take it first and end alike. */
const HEAD_START_MS = 20;

/**
 * When a change's events are published. `inline`: by this process after the commit, while the caller goes on; the end of the request waits
 * for it. `awaited`: as `inline`, and the caller waits, so that a loop of changes cannot run ahead of the stream. `relay`: by the relay,
 * for writes that no request waits for and that may come before the stream is known.
 */
export type Publishing = 'inline' | 'awaited' | 'relay';

export interface ChangesOptions<Name extends EntityName, Actor, Note> {
  readonly client: SqlClient;
  readonly outbox: Pick<
    Outbox,
    'putChanged' | 'putBody' | 'removeBody' | 'transaction' | 'transactionWithPublication'
  >;
  readonly guard: StatementGuard;
  readonly rules: ChangeRules<Name, Actor, Note>;
  /** Default: nothing is known, and nobody waits for entries. */
  readonly audit?: AuditParts;
}

const UNKNOWN: AuditParts = {
  facts: () => ({ via: undefined, organizationOf: () => undefined }),
  noted: () => undefined,
};

export class Changes<Name extends EntityName, Actor, Note> {
  readonly #options: ChangesOptions<Name, Actor, Note>;

  constructor(options: ChangesOptions<Name, Actor, Note>) {
    this.#options = options;
  }

  /**
   * Runs `work` in one transaction: all of it commits, its events and audit entries included, or none. It may run again after a deadlock or a migration,
   * so it has no effect outside of the change.
   *
   * @throws EventTooLargeError when the stream could not carry an entity's event
   */
  async make<T>(
    actor: Actor,
    work: (change: Change<Name, Actor, Note>) => Promise<T>,
    publishing: Publishing = 'inline',
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt((tx) => this.within(tx, actor, work), publishing);
      } catch (error) {
        if (attempt === ATTEMPTS || !(isDeadlock(error) || isStalePlan(error))) throw error;
        await sleep(HEAD_START_MS * attempt);
      }
    }
  }

  /** Runs `work` as a change within a transaction that is open already: a saga's, which commits its position with the effect. */
  async within<T>(
    tx: SqlTransaction,
    actor: Actor,
    work: (change: Change<Name, Actor, Note>) => Promise<T>,
  ): Promise<T> {
    const { rules, guard, outbox, audit = UNKNOWN } = this.#options;
    const touched = new TouchedEntities<Name>();
    const change = new Change({ tx, actor, rules, guard, outbox, touched, audit });
    const result = await work(change);
    await this.#putEvents(tx, change, touched);
    return result;
  }

  async #attempt<T>(work: (tx: SqlTransaction) => Promise<T>, publishing: Publishing): Promise<T> {
    const { client, outbox } = this.#options;
    if (publishing === 'relay') return await client.transaction(work);
    if (publishing === 'inline') return await outbox.transaction(client, work);
    const { result, publication } = await outbox.transactionWithPublication(client, work);
    await publication.ended;
    return result;
  }

  async #putEvents(
    tx: SqlTransaction,
    change: Change<Name, Actor, Note>,
    touched: TouchedEntities<Name>,
  ): Promise<void> {
    const { rules, outbox } = this.#options;
    const states = new Map<Name, ReadonlyMap<string, StateOf<Name>>>();
    for (const [name, ids] of touched.byName)
      states.set(name, await rules.entities[name].read(change, [...ids]));
    for (const { name, id } of touched.inOrder) {
      outbox.putChanged(tx, name, id, states.get(name)?.get(id));
    }
  }
}
