/** A saga's rows: its position, who leads it, and its parked events. */

import type { SqlTransaction } from '../database/sql-client.ts';
import type { Queryable } from '../outbox/queryable.ts';
import { SagaFencedError } from './saga-fenced-error.ts';

export interface SagaPosition {
  readonly epoch: string;
  readonly position: number;
  readonly published: number;
}

export interface ParkedEvent {
  readonly subject: string;
  /** The event's text, as it came. */
  readonly event: string;
  readonly revision: number;
  readonly error: string;
  readonly attempts: number;
}

/** Of whichever saga. */
export const PARKED_ARE_DUE = 'EXISTS (SELECT FROM saga_parked WHERE retry_at <= now())';

const POSITION = `epoch, position::float8 as position, published_position::float8 as published`;

export class SagaStore {
  readonly #db: Queryable;
  readonly #name: string;

  constructor(db: Queryable, name: string) {
    this.#db = db;
    this.#name = name;
  }

  async position(): Promise<SagaPosition> {
    const { rows } = await this.#db.query<SagaPosition>(`select ${POSITION} from saga where name = $1`, [
      this.#name,
    ]);
    return rows[0] ?? { epoch: '', position: 0, published: 0 };
  }

  /** Fences all leaders before, and returns where to go on: at the start, if the epoch is new. */
  async takeOver(leader: string, epoch: string): Promise<SagaPosition> {
    const { rows } = await this.#db.query<SagaPosition>(
      `insert into saga as s (name, epoch, leader) values ($1, $3, $2)
       on conflict (name) do update set leader = excluded.leader, epoch = excluded.epoch, updated_at = now(),
         position = case when s.epoch = excluded.epoch then s.position else 0 end,
         published_position = case when s.epoch = excluded.epoch then s.published_position else 0 end
       returning ${POSITION}`,
      [this.#name, leader, epoch],
    );
    return rows[0] ?? { epoch, position: 0, published: 0 };
  }

  /** Moves the position within an effect's transaction. @throws SagaFencedError when another replica leads */
  async fence(tx: SqlTransaction, leader: string, sequence: number | undefined): Promise<void> {
    const moved = await tx.query(
      `update saga set position = greatest(position, coalesce($3::bigint, 0)), updated_at = now()
       where name = $1::text and leader = $2::uuid returning name`,
      [this.#name, leader, sequence ?? null],
    );
    if (moved.length !== 1) throw new SagaFencedError(`another replica leads the saga ${this.#name}`);
  }

  /** @throws SagaFencedError when another replica leads */
  async savePosition(leader: string, position: number, published: number): Promise<void> {
    const { rowCount } = await this.#db.query(
      `update saga set position = greatest(position, $3), published_position = greatest(published_position, $4), updated_at = now()
       where name = $1 and leader = $2`,
      [this.#name, leader, position, published],
    );
    if (rowCount !== 1) throw new SagaFencedError(`another replica leads the saga ${this.#name}`);
  }

  /** Parks an event and moves past it, in one statement. A newer event of the same subject takes the place of an older one. */
  async park(parked: ParkedEvent, sequence: number, leader: string, retryMs: number): Promise<void> {
    const { rowCount } = await this.#db.query(
      `with moved as (
         update saga set position = greatest(position, $7), updated_at = now() where name = $1 and leader = $8 returning name)
       insert into saga_parked (saga, subject, revision, event, error, attempts, retry_at)
       select name, $2, $3, $4, $5, $6, now() + $9 * interval '1 ms' from moved
       on conflict (saga, subject) do update set revision = excluded.revision, event = excluded.event, error = excluded.error,
         attempts = excluded.attempts, parked_at = now(), retry_at = excluded.retry_at`,
      [
        this.#name,
        parked.subject,
        parked.revision,
        storable(parked.event),
        storable(parked.error),
        parked.attempts,
        sequence,
        leader,
        retryMs,
      ],
    );
    if (rowCount !== 1) throw new SagaFencedError(`another replica leads the saga ${this.#name}`);
  }

  /** An effect succeeded: what was parked of its subject is older, or this very event. */
  async unpark(tx: SqlTransaction, subject: string): Promise<void> {
    await tx.query('delete from saga_parked where saga = $1::text and subject = $2::text', [
      this.#name,
      subject,
    ]);
  }

  /** How many events are parked. */
  async countParked(): Promise<number> {
    const { rows } = await this.#db.query<{ parked: number }>(
      'select count(*)::float8 as parked from saga_parked where saga = $1',
      [this.#name],
    );
    return rows[0]?.parked ?? 0;
  }

  async dueParked(): Promise<ParkedEvent[]> {
    const { rows } = await this.#db.query<ParkedEvent>(
      `select subject, event, revision::float8 as revision, error, attempts from saga_parked
       where saga = $1 and retry_at <= now() order by parked_at limit 100`,
      [this.#name],
    );
    return rows;
  }

  async postpone(subject: string, error: string, retryMs: number): Promise<void> {
    await this.#db.query(
      `update saga_parked set attempts = attempts + 1, error = $3, retry_at = now() + $4 * interval '1 ms'
       where saga = $1 and subject = $2`,
      [this.#name, subject, storable(error), retryMs],
    );
  }
}

/** Postgres stores no NUL. No valid event holds one, so one that does cannot be applied later either. */
function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd');
}
