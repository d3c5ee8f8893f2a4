/**
 * Publishes what is sealed as activity, each chain in its order on its own subject. The server stores an entry only behind the one that this
 * process believes to be the last, so that two processes, or one that was killed between the acknowledgement and its note, publish none twice.
 * See docs/decisions/211-activity-stream.md.
 */
import { activitySubject, encodeActivity } from '@px0/contracts';
import { ACTIVITY_DAYS, type Bus, type StoredMessage, WrongLastSequenceError } from '@px0/event-bus/internal';
import type { Logger } from '@px0/service-kit';
import { Background, type Progress } from '../background.ts';
import type { SqlClient } from '../database/sql-client.ts';
import type { OwnerContext } from '../outbox/outbox.ts';
import { ENTRY_COLUMNS, type EntryRow, entryOf } from './entry.ts';
import type { SealedEntry } from './sealer.ts';

interface ActivityOptions {
  readonly context: OwnerContext;
  readonly client: SqlClient;
  readonly bus: Bus;
  readonly logger: Logger;
}

/** The sealer wakes it; this is for what another process has sealed and not published. */
const PAUSE_MS = 30_000;
const RETRY_MS = 15_000;
/** Chains in a step, and entries of one of them. */
const CHAINS = 100;
const ENTRIES = 500;
/** Another process publishes the same chain: so many meetings in a row are enough. */
const ATTEMPTS = 4;
/** Chains whose last message is remembered. */
const REMEMBERED = 10_000;

interface Behind {
  readonly orgId: string;
  readonly published: number;
}

interface Row extends EntryRow {
  readonly number: string;
  readonly hash: string;
}

export class ActivityPublisher {
  readonly #options: ActivityOptions;
  readonly #loop: Background;
  readonly #last = new Map<string, number>();
  /** What this process has sealed last, by organization: it need not be read again. */
  readonly #sealed = new Map<string, SealedEntry[]>();
  #isStreamKnown = false;
  #ignoreConnection: () => void = () => undefined;

  constructor(options: ActivityOptions) {
    this.#options = options;
    const { logger } = options;
    this.#loop = new Background({
      name: 'audit activity',
      logger,
      step: () => this.step(),
      pauseMs: PAUSE_MS,
      retryMs: RETRY_MS,
      jitter: 0.2,
    });
  }

  start(): void {
    this.#ignoreConnection = this.#options.bus.onConnection((connected) => {
      if (connected) this.lookAtStream();
    });
    this.#loop.start();
  }

  async stop(): Promise<void> {
    this.#ignoreConnection();
    await this.#loop.stop();
  }

  /** These were sealed, in their order. */
  publishSoon(sealed: readonly SealedEntry[]): void {
    // What of the former ones is not published yet is read from the database.
    this.#sealed.clear();
    for (const entry of sealed) {
      const chain = this.#sealed.get(entry.org_id);
      if (chain === undefined) this.#sealed.set(entry.org_id, [entry]);
      else chain.push(entry);
    }
    this.#loop.wake();
  }

  /** The stream may be another one. */
  lookAtStream(): void {
    this.#isStreamKnown = false;
    this.#sealed.clear();
    this.#loop.wake();
  }

  /** Publishes the next entries of each chain that is behind. @throws BusUnavailableError */
  async step(): Promise<Progress> {
    const { client } = this.#options;
    try {
      if (!this.#isStreamKnown) await this.#meetStream();
      const behind = await client.query<Behind>(
        `SELECT org_id AS "orgId", published_number::float8 AS published FROM audit_heads
         WHERE published_number < number LIMIT $1::int`,
        [CHAINS],
      );
      let isMore = behind.length === CHAINS;
      for (const chain of behind) isMore = (await this.#publish(chain)) || isMore;
      return isMore ? 'more' : 'none';
    } catch (error) {
      // It may be gone, and another one may take its place.
      this.#isStreamKnown = false;
      throw error;
    }
  }

  /** A stream that no process of this context has met holds nothing of it: the last days are published again. */
  async #meetStream(): Promise<void> {
    const { bus, client } = this.#options;
    await bus.ensureStream('activity');
    const created = (await bus.streamFacts('activity'))?.created;
    if (created === undefined) throw new Error('the stream of activity does not exist');
    await client.transaction(async (tx) => {
      const met = await tx.query(
        `UPDATE audit_sealing SET stream_created = $1 WHERE stream_created <> $1 RETURNING only_row`,
        [created],
      );
      if (met.length === 0) return;
      this.#last.clear();
      await tx.query(
        `UPDATE audit_heads h SET published_number = coalesce((
           SELECT c.number FROM audit_chain c JOIN audit_wire w ON w.id = c.entry_id
           WHERE c.org_id = h.org_id AND w.at < clock_timestamp() - make_interval(days => $1)
           ORDER BY c.number DESC LIMIT 1), anchor_number)`,
        [ACTIVITY_DAYS],
      );
    });
    this.#isStreamKnown = true;
  }

  /** Whether there is more of the chain. */
  async #publish({ orgId, published }: Behind): Promise<boolean> {
    const entries = this.#takeSealed(orgId, published + 1) ?? (await this.#read(orgId, published));
    let done = 0;
    try {
      for (const entry of entries) {
        if (!isOld(entry)) await this.#publishEntry(entry);
        done += 1;
      }
    } finally {
      const last = entries[done - 1];
      if (last !== undefined) await this.#note(orgId, last.number);
    }
    return entries.length === ENTRIES;
  }

  #takeSealed(orgId: string, first: number): readonly SealedEntry[] | undefined {
    const sealed = this.#sealed.get(orgId);
    this.#sealed.delete(orgId);
    return sealed?.[0]?.number === first ? sealed : undefined;
  }

  async #read(orgId: string, published: number): Promise<SealedEntry[]> {
    const { client, context } = this.#options;
    const rows = await client.query<Row>(
      `SELECT c.number::text AS number, encode(c.hash, 'hex') AS hash, ${ENTRY_COLUMNS}
       FROM audit_chain c JOIN audit_wire w ON w.id = c.entry_id
       WHERE c.org_id = $1::uuid AND c.number > $2::bigint ORDER BY c.number LIMIT $3::int`,
      [orgId, published, ENTRIES],
    );
    return rows.map((row) => ({
      ...entryOf(row, context, orgId),
      number: Number(row.number),
      hash: row.hash,
    }));
  }

  async #publishEntry({ number, hash, ...entry }: SealedEntry): Promise<void> {
    const { bus, context } = this.#options;
    const { org_id: orgId, details } = entry;
    const subject = activitySubject(context, orgId);
    const payload = encodeActivity({ number, ...entry, hash, context, details: { ...details } });
    for (let attempt = 1; ; attempt++) {
      const lastSubjectSequence = this.#last.get(orgId) ?? (await this.#lastOf(subject, number));
      if (lastSubjectSequence === 'has it') return;
      try {
        const expectation = { lastSubjectSequence };
        const request = { subject, payload, revision: number, traceparent: undefined, expectation };
        this.#remember(orgId, await bus.publish(request));
        return;
      } catch (error) {
        this.#last.delete(orgId);
        if (attempt === ATTEMPTS || !(error instanceof WrongLastSequenceError)) throw error;
      }
    }
  }

  /** The sequence of the subject's last message, unless the entry is in the stream: it is that message, or one before. */
  async #lastOf(subject: string, number: number): Promise<number | 'has it'> {
    const last = await this.#options.bus.lastMessage('activity', subject);
    if (last === undefined) return 0;
    return last.revision >= number && (await this.#isOfChain(last)) ? 'has it' : last.sequence;
  }

  /** False for an entry that was published before the database went back. */
  async #isOfChain({ text }: StoredMessage): Promise<boolean> {
    const { org_id, number, hash } = dataOf(text);
    const rows = await this.#options.client.query(
      `SELECT FROM audit_chain WHERE org_id = $1::uuid AND number = $2::bigint AND hash = decode($3, 'hex')`,
      [org_id, number, hash],
    );
    return rows.length > 0;
  }

  async #note(orgId: string, number: number): Promise<void> {
    await this.#options.client.query(
      `UPDATE audit_heads SET published_number = $2::bigint WHERE org_id = $1::uuid AND published_number < $2::bigint`,
      [orgId, number],
    );
  }

  #remember(orgId: string, sequence: number): void {
    this.#last.delete(orgId);
    this.#last.set(orgId, sequence);
    const [oldest] = this.#last.keys();
    if (this.#last.size > REMEMBERED && oldest !== undefined) this.#last.delete(oldest);
  }
}

/** Older than the stream would keep it. */
function isOld({ at }: SealedEntry): boolean {
  return Date.parse(at) < Date.now() - ACTIVITY_DAYS * DAY_MS;
}

const DAY_MS = 86_400_000;

interface Data {
  readonly org_id: string;
  readonly number: number;
  readonly hash: string;
}

/** Of a message that a process of this context has published: nobody else may. */
function dataOf(text: string): Data {
  const { data }: { data: Data } = JSON.parse(text);
  return data;
}
