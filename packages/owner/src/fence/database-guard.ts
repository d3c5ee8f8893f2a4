/**
 * Publishes nothing from a database that has lost what was published from it, until that is explained. Looks at every start, and whenever
 * connections lead to another server than before: a failover or a recovery that lost rows begins an epoch in which the database's state
 * replaces what readers hold; anything else waits for an operator.
 * See docs/decisions/183-a-database-that-went-back.md.
 */

import { entityOfSubject } from '@px0/contracts';
import {
  type Bus,
  BusUnavailableError,
  contextOf,
  covers,
  declareReturn,
  type EpochMark,
  type OwnerMemory,
  type Projection,
  Signal,
} from '@px0/event-bus/internal';
import { isUnavailable, type Logger, TIMED_OUT, within } from '@px0/service-kit';
import type pg from 'pg';
import type { Outbox } from '../outbox/outbox.ts';
import { type DatabaseIdentity, type IdentityWatch, isPrimary, readIdentity } from './database-identity.ts';
import { FenceStore } from './fence-store.ts';
import { type Fence, judge, refusals } from './judge.ts';
import { findLost, findLostBody } from './losses.ts';

export interface DatabaseGuardOptions {
  readonly pool: pg.Pool;
  readonly watch: IdentityWatch;
  readonly bus: Bus;
  readonly projection: Projection;
  readonly outbox: Outbox;
  readonly logger: Logger;
  /** SQL of the service for rows that are older than what clients have seen. */
  readonly afterReturn?: string;
  readonly checkIntervalMs?: number;
}

/** For operators. */
export interface DatabaseStanding {
  /** `checking`: nothing is published yet. `returning`: the database's older state is being published. `refused`: see `reason`. */
  readonly state: 'checking' | 'trusted' | 'returning' | 'refused';
  readonly reason?: string;
}

/** The database may be the wrong one, or is about to be compared with the stream: a 503, as if it were away. */
export class DatabaseNotTrustedError extends Error {
  override readonly name = 'DatabaseNotTrustedError';
  /** Postgres says so of a server that takes no work yet. */
  readonly code = '57P03';
}

/** How often the server is asked which one it is, besides on each new connection. */
const CHECK_INTERVAL_MS = 60_000;
/** While something is to be done or waited for. */
const RETRY_MS = 500;
const SOON_MS = 25;
/** How long a look waits for the reader to reach the end of the stream, and for what is being published. */
const READ_MS = 5_000;

export class DatabaseGuard {
  readonly #options: DatabaseGuardOptions;
  readonly #store: FenceStore;
  readonly #signal = new Signal();
  readonly #openListeners = new Set<() => void>();
  readonly #closeListeners = new Set<() => void>();
  #standing: DatabaseStanding = { state: 'checking' };
  #trusted: DatabaseIdentity | undefined;
  /** The same, and still so after it is trusted no more. */
  #lastTrusted: DatabaseIdentity | undefined;
  /** Where the latest connection leads to. */
  #latest: DatabaseIdentity | undefined;
  /** The fence as it was read last. */
  #fence: Fence | undefined;
  #open = false;
  #mayWrite = true;
  #wasTrusted = false;
  #stopped = false;
  #running: Promise<void> | undefined;
  /** How often this process began an epoch because the database went back. */
  returns = 0;
  /** How often connections have begun to lead to another server. */
  generation = 0;

  constructor(options: DatabaseGuardOptions) {
    this.#options = options;
    this.#store = new FenceStore(options.pool);
  }

  /** Looks at which server the database is; whether it holds all that was published is looked at later, when the stream has been read. */
  async start(): Promise<void> {
    const { watch, projection, pool, outbox } = this.#options;
    watch.onConnection((identity) => this.#met(identity));
    projection.onEpoch(() => this.#signal.raise());
    outbox.publisher.onContradiction(() => {
      if (this.#trusted !== undefined) this.#close({ state: 'checking' });
      this.#signal.raise();
    });
    try {
      this.#fence = await this.#store.read();
      this.#mayWrite = isKnown(await readIdentity(pool), this.#fence);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      this.#mayWrite = false;
    }
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#signal.raise();
    await this.#running;
  }

  get standing(): DatabaseStanding {
    return this.#standing;
  }

  /** Whether the service may answer, as far as its database is concerned. */
  get ready(): boolean {
    return this.#wasTrusted && this.#standing.state !== 'refused';
  }

  /** Whether the database holds what was published from it. */
  get isTrusted(): boolean {
    return this.#trusted !== undefined;
  }

  /** Whether rows may be published. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** What the fence says of databases that went back. */
  get wentBack(): string {
    return this.#fence?.wentBack ?? '';
  }

  onOpen(listener: () => void): void {
    this.#openListeners.add(listener);
  }

  onClose(listener: () => void): void {
    this.#closeListeners.add(listener);
  }

  /**
   * Called before each transaction. A write before the comparison could give a lost revision a second time, and nobody would see the loss.
   *
   * @throws DatabaseNotTrustedError
   */
  readonly admit = (): void => {
    if (this.#mayWrite) return;
    throw new DatabaseNotTrustedError(
      this.#standing.reason ?? 'The database is being compared with the stream.',
    );
  };

  /** A new connection, perhaps to another server: nothing that it says is published before it is judged. */
  #met(identity: DatabaseIdentity | undefined): void {
    if (identity !== undefined && this.#latest !== undefined && !isSame(identity, this.#latest))
      this.generation += 1;
    this.#latest = identity ?? this.#latest;
    if (identity === undefined || (this.#trusted !== undefined && isSame(identity, this.#trusted))) return;
    if (this.#fence !== undefined && !isKnown(identity, this.#fence)) this.#mayWrite = false;
    if (this.#trusted !== undefined) this.#close({ state: 'checking' });
    this.#signal.raise();
  }

  async #run(): Promise<void> {
    const { logger, checkIntervalMs = CHECK_INTERVAL_MS } = this.#options;
    while (!this.#stopped) {
      let pauseMs = RETRY_MS;
      try {
        pauseMs = (await this.#look()) ?? checkIntervalMs;
      } catch (error) {
        const expected = isUnavailable(error) || error instanceof BusUnavailableError;
        logger[expected ? 'debug' : 'warn'](
          { err: error },
          'the database could not be compared with the stream',
        );
      }
      if (!this.#stopped) await this.#signal.wait(pauseMs);
    }
  }

  /** One look; returns when the next is due, undefined when nothing is pending. */
  async #look(): Promise<number | undefined> {
    const { pool, projection } = this.#options;
    const identity = await readIdentity(pool);
    const fence = await this.#store.read();
    this.#fence = fence;
    const mark = projection.epoch;
    const { isContradicted } = this.#options.outbox.publisher;
    if (!isContradicted && this.#isTrusted(identity) && (mark === undefined || !this.#owesEpoch(fence, mark)))
      return this.#noteSettled();
    if (this.#standing.state === 'trusted') this.#close({ state: 'checking' });
    else this.#close(this.#standing);
    this.#mayWrite = this.#standing.state !== 'refused' && isKnown(identity, fence);
    if (!isPrimary(identity)) {
      this.#close({ state: 'checking', reason: 'The database is a standby that takes no writes.' });
      return RETRY_MS;
    }
    if (!projection.caughtUp || mark === undefined) return SOON_MS;
    if (this.#owesEpoch(fence, mark)) return await this.#beginEpoch(fence);
    return await this.#compare(identity, fence, mark);
  }

  async #compare(
    identity: DatabaseIdentity & { readonly timeline: number },
    fence: Fence,
    mark: EpochMark,
  ): Promise<number> {
    const { projection, bus, outbox, logger, afterReturn = '' } = this.#options;
    const { context, publisher, store } = outbox;
    // What this process still has on the way may come from the server before: it lies in the stream before the stream is looked at.
    if ((await within(publisher.idle(), READ_MS)) === TIMED_OUT) return RETRY_MS;
    await bus.flush();
    const sequence = await projection.lastSequence();
    if ((await projection.waitFor({ epoch: mark.epoch, sequence }, READ_MS)) !== 'reached') return RETRY_MS;
    const compared = { bus, store, context, mark };
    const held = projection.table.held((subject) => {
      const name = entityOfSubject(subject);
      return name !== undefined && contextOf(name) === context;
    });
    const suspects = publisher.suspects();
    const late = await findLost(compared, suspects);
    const lost = late ?? (await store.findBehind(held)) ?? (await findLostBody(compared));
    // What was compared belongs to an epoch that has ended.
    if (projection.epoch?.epoch !== mark.epoch) return SOON_MS;
    const verdict = judge({
      fence,
      identity,
      trusted: this.#lastTrusted,
      behind: lost !== undefined,
      late: late !== undefined,
    });
    // Connections have begun to lead elsewhere meanwhile.
    if (this.#latest !== undefined && isPrimary(this.#latest) && !isSame(this.#latest, identity))
      return SOON_MS;
    if (verdict === 'accept') {
      publisher.acquit(suspects);
      await this.#store.accept(identity, fence);
      this.#fence = { ...fence, system: identity.system, timeline: identity.timeline };
      await this.#trust(identity);
      return SOON_MS;
    }
    if (verdict === 'return') {
      logger.error(
        { subject: lost, timeline: identity.timeline, before: fence.timeline, alarm: 'database-went-back' },
        'the database lost changes that were published: its state will replace what is held',
      );
      const { epoch } = mark;
      if (await this.#store.beginReturn({ identity, epoch, afterReturn, judged: fence })) {
        this.returns += 1;
        publisher.acquit(suspects);
      }
      return SOON_MS;
    }
    this.#refuse(refusals[verdict], lost);
    return RETRY_MS;
  }

  /** The fence is written first, so that an owner that dies here is followed by one that goes on. */
  async #beginEpoch({ wentBack }: Fence): Promise<number> {
    const { bus, outbox, projection, logger } = this.#options;
    const mark = await declareReturn(bus, outbox.context, wentBack);
    if (projection.epoch?.epoch !== mark.epoch)
      logger.warn(
        { epoch: mark.epoch },
        'an epoch has begun in which the database’s state replaces what is held',
      );
    this.#standing = { state: 'returning' };
    // Its event is on the way.
    return SOON_MS;
  }

  async #trust(identity: DatabaseIdentity): Promise<void> {
    const { projection, logger } = this.#options;
    if (this.#standing.state === 'refused') logger.warn('the database is accepted');
    this.#trusted = identity;
    this.#lastTrusted = identity;
    this.#wasTrusted = true;
    this.#mayWrite = true;
    // Until now a stream that lacks what was published from this database was taken as it is.
    await projection.recheck();
    if (this.#trusted !== identity) return;
    const { context } = this.#options.outbox;
    const isReturning = this.wentBack !== '' && projection.incomplete.includes(context);
    this.#standing = { state: isReturning ? 'returning' : 'trusted' };
    this.#open = true;
    for (const listener of this.#openListeners) listener();
  }

  #noteSettled(): number | undefined {
    if (this.#standing.state !== 'returning') return undefined;
    const { projection, outbox, logger } = this.#options;
    if (projection.incomplete.includes(outbox.context)) return RETRY_MS;
    this.#standing = { state: 'trusted' };
    logger.warn({ epoch: projection.epoch?.epoch }, 'the database’s state has been published');
    return undefined;
  }

  #refuse(reason: string, lost: string | undefined): void {
    if (this.#standing.state !== 'refused')
      this.#options.logger.error(
        { subject: lost, reason, alarm: 'database-refused' },
        'nothing is published from this database',
      );
    this.#close({ state: 'refused', reason });
    this.#mayWrite = false;
  }

  #close(standing: DatabaseStanding): void {
    this.#standing = standing;
    this.#trusted = undefined;
    if (!this.#open) return;
    this.#open = false;
    for (const listener of this.#closeListeners) listener();
  }

  #isTrusted(identity: DatabaseIdentity): boolean {
    return this.#trusted !== undefined && isSame(identity, this.#trusted);
  }

  #owesEpoch({ wentBack }: Fence, mark: EpochMark): boolean {
    return wentBack !== '' && !covers(mark, this.#options.outbox.context, wentBack);
  }
}

/** What an owner knows of the stream. Nothing while its database may be another one than was published from: it must not judge the stream. */
export async function memoryOf(
  guard: DatabaseGuard,
  { store, context }: Pick<Outbox, 'store' | 'context'>,
  isGuarded = true,
): Promise<OwnerMemory | undefined> {
  if (!isGuarded) return await store.memory();
  if (!guard.isTrusted) return undefined;
  const memory = await store.memory();
  return guard.wentBack === '' ? memory : { ...memory, wentBack: { [context]: guard.wentBack } };
}

function isSame(a: DatabaseIdentity, b: DatabaseIdentity): boolean {
  return a.system === b.system && a.timeline === b.timeline && a.startedAt === b.startedAt;
}

/** Whether it is the server that was accepted last, as far as its name says. */
function isKnown({ system, timeline }: DatabaseIdentity, fence: Fence): boolean {
  return fence.system === '' || (system === fence.system && timeline === fence.timeline);
}
