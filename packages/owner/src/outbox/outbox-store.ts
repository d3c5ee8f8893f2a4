/**
 * The outbox's table as the publishing side uses it: claim, settle, release, and the start of an epoch. Each statement commits on
 * its own and never waits for one row while it holds another, so it cannot deadlock with the transactions of commands.
 */
import type { Epoch, EpochMark, Standing, Witness, Written } from '@px0/event-bus/internal';
import { finds } from '../lookout.ts';
import { EVENT_TIME, type OutboxStream, OWED_COLUMNS, type OwedRow, type Settled } from './outbox-row.ts';
import type { Queryable } from './queryable.ts';

/** The answer to the one question at the end of a request. */
export interface Backlog {
  readonly rows: number;
  /** Of the oldest row; 0 of none. */
  readonly ageSeconds: number;
}

// Rows are picked as `= any (array(select ...))`: joined with the select, the planner would read the whole table.

/** Rows claimed or marked at a time: enough to keep the connection busy, few enough to hold no lock for long. */
const CLAIM_SIZE = 256;
const MARK_SIZE = 2_000;
/** Subjects compared at a time: each is one look into the primary key. */
const COMPARE_SIZE = 5_000;
/** A relay that dies while it publishes holds its rows up for this long. */
const RELAY_LEASE_MS = 10_000;

/** Whether anything is owed, whoever publishes it. */
export const IS_OWED = finds('select 1 from outbox where published_revision < revision order by owed_since');

/** What the stream shows of a subject. */
export interface ShownSubject {
  readonly subject: string;
  readonly revision: number;
  /** When its writer wrote it, as its event says: tells two writes apart that have the same revision. */
  readonly time?: string | undefined;
}

export class OutboxStore {
  readonly #db: Queryable;

  constructor(db: Queryable) {
    this.#db = db;
  }

  /** Whether anything is owed to the stream. */
  async owes(): Promise<boolean> {
    const { rows } = await this.#db.query<{ owed: boolean }>(`select ${IS_OWED} as owed`);
    return rows[0]?.owed === true;
  }

  /** Leases owed rows that are not leased. `complete` is not among them: see `claimComplete`. */
  async claim(owner: string): Promise<OwedRow[]> {
    const { rows } = await this.#db.query<OwedRow>(
      `update outbox o set lease_owner = $1, lease_until = clock_timestamp() + $2 * interval '1 ms'
       where o.subject = any (array(
         select c.subject from outbox c
         where c.published_revision < c.revision and c.ordinal <> 2
           and (c.lease_until is null or c.lease_until < clock_timestamp())
           and (c.ordinal = 0 or not exists (
             select from outbox b
             where b.aggregate = c.aggregate and b.ordinal = 0 and b.published_revision < b.revision))
         order by c.owed_since limit $3
         for update of c skip locked))
       returning ${OWED_COLUMNS}`,
      [owner, RELAY_LEASE_MS, CLAIM_SIZE],
    );
    return rows;
  }

  /** Leases the context's `complete` if it is owed and all else that the epoch called owed has been published. */
  async claimComplete(owner: string, epoch: string): Promise<OwedRow[]> {
    const { rows } = await this.#db.query<OwedRow>(
      `update outbox o set lease_owner = $1, lease_until = clock_timestamp() + $2 * interval '1 ms'
       from outbox_control control
       where o.ordinal = 2 and o.published_revision < o.revision and o.epoch = $3
         and (o.lease_until is null or o.lease_until < clock_timestamp())
         and control.epoch = $3 and control.called_owed_at is not null
         and not exists (select from outbox e where e.stream = 'state' and (e.epoch < $3 or e.epoch > $3))
         and not exists (select from outbox e where e.stream = 'body' and (e.epoch < $3 or e.epoch > $3))
         and not exists (
           select from outbox r where r.published_revision < r.revision and r.ordinal <> 2
             and r.owed_since <= control.called_owed_at)
       returning ${OWED_COLUMNS}`,
      [owner, RELAY_LEASE_MS, epoch],
    );
    return rows;
  }

  /**
   * Notes what the stream shows, and in which epoch. A row that a newer epoch has called owed meanwhile is left alone: what was published
   * does not count there.
   */
  async settle(settled: readonly Settled[]): Promise<void> {
    const done = new Set(await this.#settleUnlocked(settled));
    // The others' rows are being rewritten at this moment: wait for them one at a time.
    for (const item of settled) if (!done.has(item.row.subject)) await this.#settleOne(item);
  }

  /** Gives rows back to the relays before their lease ends. */
  async release(owner: string, subjects: readonly string[]): Promise<void> {
    await this.#db.query(
      `update outbox set lease_owner = null, lease_until = null
       where subject in (
         select subject from outbox where subject = any($2::text[]) and lease_owner = $1 for update skip locked)`,
      [owner, subjects],
    );
  }

  /** Which of the aggregates have bodies that are not in the stream yet. */
  async aggregatesWithOwedBodies(aggregates: readonly string[]): Promise<Set<string>> {
    const { rows } = await this.#db.query<{ aggregate: string }>(
      `select distinct aggregate from outbox
       where aggregate = any($1::text[]) and ordinal = 0 and published_revision < revision`,
      [aggregates],
    );
    return new Set(rows.map(({ aggregate }) => aggregate));
  }

  /** Which of the written revisions are not in the stream yet. */
  async owedOf(written: readonly Written[]): Promise<Written[]> {
    const { rows } = await this.#db.query<{ subject: string; revision: number }>(
      `select w.subject, w.revision::float8 as revision
       from unnest($1::text[], $2::bigint[]) as w (subject, revision) join outbox o using (subject)
       where o.published_revision < w.revision`,
      columnsOf(written),
    );
    return rows;
  }

  /** What the end of a request asks. Ages are compared, not clocks: the request's is measured here, the rows' by the database. */
  async standing(epoch: Epoch, ageMs: number, written: readonly Written[], position = 0): Promise<Standing> {
    const { rows } = await this.#db.query<Standing>(
      `select $1::text as epoch,
         coalesce((select max(last_sequence) from outbox where stream = 'state' and epoch = $1), 0)::float8 as published,
         exists (select from outbox
                 where published_revision < revision and owed_since <= clock_timestamp() - $2 * interval '1 ms')
         or exists (select from unnest($3::text[], $4::bigint[]) as w (subject, revision) join outbox o using (subject)
                    where o.published_revision < w.revision
                    or (o.stream = 'state' and (o.epoch <> $1 or o.last_sequence <= $5))) as owed`,
      [epoch, ageMs, ...columnsOf(written), position],
    );
    return rows[0] ?? { epoch, published: 0, owed: true };
  }

  /** What is owed to the stream, as operators watch it. */
  async backlog(): Promise<Backlog> {
    const { rows } = await this.#db.query<Backlog>(
      `select count(*)::float8 as rows,
         greatest(coalesce(extract(epoch from clock_timestamp() - min(owed_since)), 0), 0)::float8 as "ageSeconds"
       from outbox where published_revision < revision`,
    );
    return rows[0] ?? { rows: 0, ageSeconds: 0 };
  }

  /** The epoch that the context published in last, and the last message that it published there. */
  async memory(): Promise<{ readonly epoch: string; readonly witness: Witness | undefined }> {
    const { rows } = await this.#db.query<{
      epoch: string;
      subject: string | null;
      sequence: number;
      revision: number;
    }>(
      `select c.epoch, o.subject, o.last_sequence::float8 as sequence, o.published_revision::float8 as revision
       from outbox_control c left join lateral (
         select subject, last_sequence, published_revision from outbox
         where stream = 'state' and epoch = c.epoch and published_revision > 0
         order by last_sequence desc limit 1) o on true`,
    );
    const [row] = rows;
    if (row === undefined) throw new Error('outbox_control has no row: the migration is incomplete');
    // The message may show a newer revision than was settled: the sequence and the subject are what is certain.
    const witness = row.subject === null ? undefined : { subject: row.subject, sequence: row.sequence };
    return { epoch: row.epoch, witness };
  }

  /**
   * Notes the epoch, unless a later one is known: a replica that lags must not undo what others did for it. From then on `markOwed`
   * may be called until it finds nothing.
   */
  async enterEpoch(mark: EpochMark): Promise<void> {
    await this.#db.query(
      `update outbox_control set epoch = $1, epoch_sequence = $2, called_owed_at = null
       where length(epoch) < length($1) or (length(epoch) = length($1) and epoch collate "C" < $1 collate "C")`,
      [mark.epoch, mark.sequence],
    );
  }

  /**
   * Calls some rows of other epochs owed in this one; returns how many it found. One that is being published at this moment is free at once: what
   * is published of it does not count here.
   */
  async markOwed(epoch: string): Promise<number> {
    // All bodies first: a prompt is held back only by bodies that are owed already.
    return (await this.#markOwedIn('body', epoch)) || (await this.#markOwedIn('state', epoch));
  }

  /** Whether rows of other epochs are left: those that were being written while `markOwed` ran. */
  async hasRowsOfOtherEpochs(epoch: string): Promise<boolean> {
    const { rows } = await this.#db.query<{ found: boolean }>(
      `select exists (select from outbox where stream = 'state' and (epoch < $1 or epoch > $1))
           or exists (select from outbox where stream = 'body' and (epoch < $1 or epoch > $1)) as found`,
      [epoch],
    );
    return rows[0]?.found === true;
  }

  /** Whether all that `Outbox.callRowsOwed` does is done in the epoch. */
  async isCalledOwed(completeSubject: string, epoch: string): Promise<boolean> {
    const { rows } = await this.#db.query<{ done: boolean }>(
      `select called_owed_at is not null
         and exists (select from outbox where subject = $1 and payload = $3)
         and not exists (select from outbox where stream = 'state' and (epoch < $2 or epoch > $2))
         and not exists (select from outbox where stream = 'body' and (epoch < $2 or epoch > $2)) as done
       from outbox_control where epoch = $2`,
      [completeSubject, epoch, completePayload(epoch)],
    );
    return rows[0]?.done === true;
  }

  /** Every row is called owed: `complete` waits for those that were owed at this moment. */
  async finishMarking(epoch: string): Promise<void> {
    await this.#db.query(
      `update outbox_control set called_owed_at = clock_timestamp() where epoch = $1 and called_owed_at is null`,
      [epoch],
    );
  }

  /** Writes the context's `complete` for the epoch, unless it stands there already. `again` publishes it once more. */
  async writeComplete(subject: string, epoch: string, again: 'once' | 'again' = 'once'): Promise<void> {
    await this.#db.query(
      `insert into outbox as o (subject, stream, aggregate, ordinal, revision, payload, deleted, changed_at, epoch, owed_since)
       select $1, 'state', $1, 2, c.revision_floor + 1, $2, false, clock_timestamp(), c.epoch, clock_timestamp()
       from outbox_control c where c.epoch = $3
       on conflict (subject) do update set revision = greatest(o.revision + 1, excluded.revision), payload = excluded.payload,
         changed_at = excluded.changed_at, owed_since = excluded.owed_since, lease_owner = null, lease_until = null
       where $4 or o.payload is distinct from excluded.payload`,
      [subject, completePayload(epoch), epoch, again === 'again'],
    );
  }

  /**
   * Calls every body owed when the body stream is not the one they were published to: created at another time, or without
   * the last of them. Returns whether it did.
   */
  async checkBodyStream(created: string, lastSequence: number): Promise<boolean> {
    const { rows } = await this.#db.query<{ lost: boolean }>(
      `with before as (
         select c.body_stream, exists (
           select from outbox where stream = 'body' and epoch = c.epoch and last_sequence > $2) as shortened
         from outbox_control c)
       update outbox_control set body_stream = $1 from before
       where before.body_stream <> $1 or before.shortened
       returning before.body_stream <> '' or before.shortened as lost`,
      [created, lastSequence],
    );
    // The first look only notes which stream it is.
    if (rows[0]?.lost !== true) return false;
    await this.#db.query(
      `update outbox set published_revision = 0, last_sequence = 0, owed_since = clock_timestamp(),
         lease_owner = null, lease_until = null
       where stream = 'body' and published_revision = revision`,
    );
    return true;
  }

  /**
   * The next rows in the order of their subjects, for the comparison with what the stream shows: those settled in the epoch, and
   * the subject to go on after, undefined at the end. Filtered here: the database would guess wrongly how few rows pass.
   */
  async settledAfter(subject: string, epoch: string, limit: number): Promise<SettledPage> {
    const { rows } = await this.#db.query<SettledRow & { stream: string; epoch: string; owed: boolean }>(
      `select subject, stream, epoch, published_revision < revision as owed,
         published_revision::float8 as revision, last_sequence::float8 as sequence
       from outbox where subject > $1 order by subject limit $2`,
      [subject, limit],
    );
    const settled = rows.filter((row) => row.stream === 'state' && row.epoch === epoch && !row.owed);
    return { settled, next: rows.length < limit ? undefined : rows.at(-1)?.subject };
  }

  /** A subject of which the stream shows more than the database has, or something else; undefined when there is none. */
  async findBehind(shown: Iterable<ShownSubject>): Promise<string | undefined> {
    let page: ShownSubject[] = [];
    for (const one of shown) {
      page.push(one);
      if (page.length < COMPARE_SIZE) continue;
      const found = await this.#behindAmong(page);
      if (found !== undefined) return found;
      page = [];
    }
    return await this.#behindAmong(page);
  }

  /** The last message of the body stream that the database knows to be its own, in whatever epoch; 0 when it knows none. */
  async lastBody(): Promise<number> {
    const { rows } = await this.#db.query<{ last: number }>(
      `select coalesce(max(last_sequence), 0)::float8 as last from outbox where stream = 'body'`,
    );
    return rows[0]?.last ?? 0;
  }

  /** Calls a row owed again if it still stands as it did. */
  async markOwedAgain(rows: readonly SettledRow[]): Promise<void> {
    for (const { subject, revision, sequence } of rows) {
      await this.#db.query(
        `update outbox set published_revision = 0, owed_since = clock_timestamp(), lease_owner = null, lease_until = null
         where subject = $1 and published_revision = $2 and last_sequence = $3`,
        [subject, revision, sequence],
      );
    }
  }

  /** A row may be missing because it was compacted: the floor is at or above the revisions of those. */
  async #behindAmong(page: readonly ShownSubject[]): Promise<string | undefined> {
    if (page.length === 0) return undefined;
    const { rows } = await this.#db.query<{ subject: string }>(
      `select s.subject from unnest($1::text[], $2::bigint[], $3::text[]) as s (subject, revision, "time")
         cross join outbox_control c left join outbox o using (subject)
       where coalesce(o.revision, c.revision_floor) < s.revision
          or (o.revision = s.revision and ${EVENT_TIME} <> s."time") limit 1`,
      [
        page.map(({ subject }) => subject),
        page.map(({ revision }) => revision),
        page.map(({ time }) => time),
      ],
    );
    return rows[0]?.subject;
  }

  async #markOwedIn(stream: OutboxStream, epoch: string): Promise<number> {
    const { rowCount } = await this.#db.query(
      `update outbox set published_revision = 0, last_sequence = 0, epoch = $1, lease_owner = null, lease_until = null,
         owed_since = case when published_revision < revision then owed_since else clock_timestamp() end
       where subject = any (array(
         select subject from outbox where stream = $2 and (epoch < $1 or epoch > $1) limit $3 for update skip locked))
         and exists (select from outbox_control c where c.epoch = $1)`,
      [epoch, stream, MARK_SIZE],
    );
    return rowCount ?? 0;
  }

  async #settleUnlocked(settled: readonly Settled[]): Promise<string[]> {
    const { rows } = await this.#db.query<{ subject: string }>(
      `with present as (
         select o.subject from outbox o where o.subject = any($1::text[]) for update skip locked),
       settled as (
         ${SETTLE} and o.subject in (select subject from present))
       select subject from present`,
      settleColumns(settled),
    );
    return rows.map(({ subject }) => subject);
  }

  async #settleOne(item: Settled): Promise<void> {
    await this.#db.query(SETTLE, settleColumns([item]));
  }
}

function completePayload(epoch: string): string {
  return JSON.stringify({ epoch });
}

export interface SettledPage {
  readonly settled: readonly SettledRow[];
  readonly next: string | undefined;
}

export interface SettledRow {
  readonly subject: string;
  readonly revision: number;
  readonly sequence: number;
}

/** A write is known by its revision and its time: after a failover, another one may have been given the revision. */
const SETTLE = `
  update outbox o set published_revision = s.revision, last_sequence = s.sequence, epoch = s.epoch,
    owed_since = case when s.revision < o.revision then o.changed_at else o.owed_since end,
    lease_owner = case when s.revision < o.revision then o.lease_owner end,
    lease_until = case when s.revision < o.revision then o.lease_until end
  from unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[])
    as s (subject, revision, sequence, claimed_epoch, epoch, "time")
  where o.subject = s.subject and o.published_revision < s.revision and o.epoch = s.claimed_epoch
    and (s.revision < o.revision or (s.revision = o.revision and s."time" = ${EVENT_TIME}))`;

function settleColumns(settled: readonly Settled[]): unknown[] {
  return [
    settled.map(({ row }) => row.subject),
    settled.map(({ row }) => row.revision),
    settled.map(({ sequence }) => sequence),
    settled.map(({ row }) => row.epoch),
    settled.map(({ epoch }) => epoch),
    settled.map(({ row }) => row.changed_at),
  ];
}

function columnsOf(written: readonly Written[]): [string[], number[]] {
  return [written.map(({ subject }) => subject), written.map(({ revision }) => revision)];
}
