/**
 * Keeps the present state of everything that its views want, by following the whole state stream: the last message of each
 * subject first, then every message. Survives reconnects, restarts, readers that end, and new epochs. Once ready, it stays ready:
 * it serves what it has, and reports how current that is.
 */
import type { EntityName } from '@px0/contracts';
import { type Logger, TIMED_OUT, within } from '@px0/service-kit';
import { decodeToken, encodeToken, type RevisionToken } from '../revisions/token.ts';
import type { Bus } from '../stream/bus.ts';
import { BusUnavailableError } from '../stream/errors.ts';
import { Signal } from '../stream/signal.ts';
import {
  type Delivery,
  type NextRead,
  type OpenReader,
  type OpenStreamReader,
  pushReader,
} from '../stream/stream-reader.ts';
import { AskedPosition } from './asked-position.ts';
import { ALL_CONTEXTS, type Context } from './completeness.ts';
import type { EpochMark, Witness } from './epoch.ts';
import { EpochFinder, type EpochOwner } from './epoch-finder.ts';
import { HeldState, type ProjectionView } from './held-state.ts';
import { NextFlight } from './next-flight.ts';
import { type ProjectionRules, projectionRules } from './projection-rules.ts';
import type { SubjectTable } from './subject-table.ts';
import { TokenWait, type TokenWaitOutcome } from './token-wait.ts';
import { Waiters } from './waiters.ts';

export interface ProjectionOptions {
  readonly bus: Bus;
  readonly views: readonly ProjectionView[];
  readonly logger: Logger;
  /** The contexts whose completeness a start waits for; default: all. */
  readonly contexts?: readonly Context[];
  /** Given by services that own state: they may declare epochs. */
  readonly owner?: EpochOwner;
  /** The owner's context: its subjects' revisions are remembered, wanted or not, for the comparison with the outbox. */
  readonly ownContext?: Context;
  readonly openReader?: OpenStreamReader;
  readonly rules?: Partial<ProjectionRules>;
  readonly checkIntervalMs?: number;
  readonly retryMs?: number;
}

export type Confirmation = 'unchanged' | 'moved' | 'unknown';

/** How often a reader makes sure that it still reads the same stream. */
const CHECK_INTERVAL_MS = 60_000;
const RETRY_MS = 250;
/** A refusal waits this long for the question, and again for the events that the answer promises. */
const CONFIRMATION_MS = 50;
/** The share of its time that a wait for a condition must have had before it counts as in vain; the rest is what timers are off by. */
const FULL_SHARE = 0.9;

export class Projection {
  readonly #bus: Bus;
  readonly #logger: Logger;
  readonly #rules: ProjectionRules;
  readonly #openReader: OpenStreamReader;
  readonly #finder: EpochFinder;
  readonly #held: HeldState;
  readonly #checkIntervalMs: number;
  readonly #retryMs: number;
  readonly #waiters = new Waiters();
  readonly #tokenWait: TokenWait;
  readonly #lastSequence: NextFlight<number>;
  readonly #signal = new Signal();
  readonly #readyWaiters = new Set<() => void>();
  readonly #epochListeners = new Set<(mark: EpochMark) => void>();
  readonly #returnListeners = new Set<(contexts: ReadonlySet<string>) => void>();
  readonly #place: AskedPosition;
  #witness: Witness | undefined;
  /** What was reported when a wait for a condition had its full time without any event. */
  #vainAt: number | undefined;
  #mark: EpochMark | undefined;
  #ready = false;
  #reading = false;
  #reader: OpenReader | undefined;
  #broken: string | undefined;
  #lastContact = Number.NEGATIVE_INFINITY;
  #lastInSync = performance.now();
  #running: Promise<void> | undefined;
  #stopped = false;
  #nextCheck = Number.POSITIVE_INFINITY;
  #rechecks: (() => void)[] = [];
  #stopListening: () => void = () => undefined;

  constructor(options: ProjectionOptions) {
    this.#bus = options.bus;
    this.#logger = options.logger;
    this.#rules = { ...projectionRules, ...options.rules };
    this.#openReader = options.openReader ?? pushReader();
    this.#finder = new EpochFinder(options.bus, options.owner, this.#rules.sameStream);
    this.#held = new HeldState({
      views: options.views,
      logger: options.logger,
      contexts: options.contexts ?? ALL_CONTEXTS,
      ownContext: options.ownContext,
      admits: this.#rules.admits,
      onEpochShown: (mark) => this.#noteEpoch(mark),
    });
    this.#checkIntervalMs = options.checkIntervalMs ?? CHECK_INTERVAL_MS;
    this.#retryMs = options.retryMs ?? RETRY_MS;
    this.#lastSequence = new NextFlight(() => this.#askLastSequence());
    this.#place = new AskedPosition({
      lastSequence: () => this.lastSequence(),
      onStep: () => this.#stepped(),
      mayAsk: () => this.connected,
      retryMs: this.#retryMs,
    });
    this.#place.restart(this.#rules.tracker());
    this.#tokenWait = new TokenWait(this, this.#waiters);
  }

  /** Begins to read. Resolves at once; see `whenReady`. */
  async start(): Promise<void> {
    this.#stopListening = this.#bus.onConnection(() => this.#signal.raise());
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopListening();
    this.#signal.raise();
    await this.#running;
    this.#rechecked();
    this.#waiters.wakeAll();
  }

  whenReady(): Promise<void> {
    if (this.#ready) return Promise.resolve();
    return new Promise((resolve) => this.#readyWaiters.add(resolve));
  }

  /** As `whenReady`, for at most `timeoutMs`; whether it is ready then. */
  async readyWithin(timeoutMs: number): Promise<boolean> {
    if (this.#ready) return true;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#readyWaiters.delete(end);
        resolve();
      };
      const timer = setTimeout(end, timeoutMs);
      this.#readyWaiters.add(end);
    });
    return this.#ready;
  }

  /** What is remembered of each subject; the owners' comparison reads it. */
  get table(): SubjectTable {
    return this.#held.table;
  }

  /** Events applied so far, by entity. */
  get applied(): ReadonlyMap<EntityName, number> {
    return this.#held.applied;
  }

  /** Everything that existed when the reader started has been applied. Stays true: a running reader serves what it has. */
  get ready(): boolean {
    return this.#ready;
  }

  /** The stream has been read to its end once. Unlike `ready`, says nothing of what owners have yet to publish. */
  get caughtUp(): boolean {
    return this.connected && this.#place.caughtUp;
  }

  /** The greatest sequence delivered. */
  get position(): number {
    return this.#place.position;
  }

  /** The greatest sequence that may be reported: everything at or below it is applied. */
  get reported(): number {
    return this.#place.reported;
  }

  get epoch(): EpochMark | undefined {
    return this.#mark;
  }

  /** NATS is reached and the stream is being read. */
  get connected(): boolean {
    return this.#reading && this.#bus.connected;
  }

  /** Contexts that have not published all that they own in the present epoch. */
  get incomplete(): Context[] {
    return this.#held.completeness.missing;
  }

  /** Everything that the present epoch shows has been applied, and what it does not show is gone. */
  get settledInEpoch(): boolean {
    return this.#held.completeness.all && this.#held.completeness.swept && this.#place.caughtUp;
  }

  /** Seconds since the reader was last known to be in step with the stream; 0 while it is. */
  get lagSeconds(): number {
    return this.connected && this.#place.followsPosition ? 0 : (performance.now() - this.#lastInSync) / 1_000;
  }

  /** Milliseconds since the server was last heard, infinite before the first time. */
  get lastContactAgeMs(): number {
    return performance.now() - this.#lastContact;
  }

  /** The stream's last sequence according to its leader, asked after this call. @throws BusUnavailableError */
  lastSequence(): Promise<number> {
    return this.#lastSequence.request();
  }

  /** The revision that this reader has reached; undefined while it knows no epoch. */
  token(): string | undefined {
    return this.#mark === undefined
      ? undefined
      : encodeToken({ epoch: this.#mark.epoch, sequence: this.reported });
  }

  /** Calls back for the present epoch, if one is known, and for each later one. */
  onEpoch(listener: (mark: EpochMark) => void): void {
    this.#epochListeners.add(listener);
    if (this.#mark !== undefined) listener(this.#mark);
  }

  /** Calls back when a new epoch says that databases went back: whatever is held of these contexts is about to be replaced. */
  onReturn(listener: (contexts: ReadonlySet<string>) => void): void {
    this.#returnListeners.add(listener);
  }

  /** The epoch since which a context's revisions compare; empty when its database never went back. */
  comparesSince(context: string): string {
    return this.#held.returns.since(context);
  }

  /** Whether a message counts, or is left from before its context's database went back. */
  counts(delivery: Pick<Delivery, 'subject' | 'sequence' | 'epoch'>): boolean {
    return this.#held.counts(delivery);
  }

  /** Makes sure now, not only each minute, that the stream is the right one; resolves when that is done. */
  async recheck(): Promise<void> {
    if (!this.#reading || this.#stopped) return;
    await new Promise<void>((resolve) => {
      this.#rechecks.push(resolve);
      this.#nextCheck = 0;
      this.#signal.raise();
    });
  }

  /**
   * Waits until what the token covers is applied. `vain`: not waited, since nothing would come (NATS is away, the last wait brought
   * no progress, too many wait). `foreign`: the token is of an epoch that this reader has not come to.
   */
  waitFor(token: string | RevisionToken, timeoutMs: number): Promise<TokenWaitOutcome> {
    const asked = typeof token === 'string' ? decodeToken(token) : token;
    return asked === undefined ? Promise.resolve('foreign') : this.#tokenWait.wait(asked, timeoutMs);
  }

  /**
   * Waits until what is applied makes the condition true; whether it is true then. Does not wait in vain: not while NATS is away, and not
   * when nothing has come since such a wait timed out. A wait that times out saves later callers theirs only if it had nearly all of
   * `fullMs`; a caller that has spent part of that elsewhere passes what is left as `timeoutMs`.
   */
  async waitUntil(
    isTrue: () => boolean,
    { timeoutMs, fullMs = timeoutMs }: { readonly timeoutMs: number; readonly fullMs?: number },
  ): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    while (!isTrue()) {
      const left = deadline - performance.now();
      if (left <= 0 || !this.connected || this.reported === this.#vainAt) return false;
      const outcome = await this.#waiters.wait(this.reported + 1, left);
      if (outcome === 'full') return isTrue();
      if (outcome === 'timeout' && left >= fullMs * FULL_SHARE) this.#vainAt = this.reported;
    }
    return true;
  }

  /** As `confirmPosition`; true when a decision taken at `decidedAt` should be taken again. */
  async confirm(decidedAt: number = this.reported): Promise<boolean> {
    return (await this.confirmPosition(decidedAt)) === 'moved';
  }

  /**
   * Whether a decision taken at `decidedAt` rested on all that the stream held when this was called: asks the leader once, together
   * with all who ask at this moment, and waits briefly for what it promises.
   */
  async confirmPosition(decidedAt: number = this.reported): Promise<Confirmation> {
    if (!this.connected) return 'unknown';
    const last = await within(this.lastSequence(), CONFIRMATION_MS).catch(() => TIMED_OUT);
    if (typeof last === 'symbol') return 'unknown';
    if (last > this.reported && (await this.#waiters.wait(last, CONFIRMATION_MS)) !== 'reached')
      return 'unknown';
    return this.reported > decidedAt ? 'moved' : 'unchanged';
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#readOnce();
      } catch (error) {
        const expected = error instanceof BusUnavailableError;
        this.#logger[expected ? 'debug' : 'error'](
          { err: error },
          'the projection cannot read and will try again',
        );
      }
      if (!this.#stopped) await this.#signal.wait(this.#retryMs);
    }
  }

  /** From finding the epoch until the reader breaks. */
  async #readOnce(): Promise<void> {
    if (!this.#bus.connected) return;
    await this.#bus.ensureStreams();
    const found = await this.#finder.find({ mark: this.#mark, witness: this.#witness });
    if (found === undefined || this.#stopped) return;
    if (found.replaced) this.#readAnew();
    this.#enter(found.mark);
    this.#broken = undefined;
    const reader = await this.#open(found.mark);
    this.#reader = reader;
    this.#reading = true;
    try {
      // Asked after the consumer was created: a start must read at least to there.
      this.#place.resume();
      await this.#untilBroken();
    } finally {
      this.#reading = false;
      this.#reader = undefined;
      this.#rechecked();
      reader.close();
    }
  }

  #open({ streamCreatedAt }: EpochMark): Promise<OpenReader> {
    return this.#openReader({
      bus: this.#bus,
      from: this.#place.from,
      streamCreatedAt,
      onDelivery: (delivery) => this.#receive(delivery),
      onContact: () => this.#heard(),
      onBroken: (reason, next) => this.#break(reason, next),
    });
  }

  #heard(): void {
    this.#lastContact = performance.now();
    if (this.#place.followsPosition) this.#lastInSync = this.#lastContact;
  }

  async #untilBroken(): Promise<void> {
    this.#nextCheck = performance.now() + this.#checkIntervalMs;
    while (!this.#stopped && this.#broken === undefined && this.#bus.connected) {
      await this.#signal.wait(Math.max(1, this.#nextCheck - performance.now()));
      if (this.#broken !== undefined || this.#stopped || performance.now() < this.#nextCheck) continue;
      this.#nextCheck = performance.now() + this.#checkIntervalMs;
      const found = await this.#finder.find({ mark: this.#mark, witness: this.#witness });
      if (found === undefined || found.replaced) this.#break('the stream is another one');
      // Raises what must be reached: a consumer that delivers nothing is noticed, too, where nobody asks for anything.
      else this.lastSequence().catch(() => undefined);
      this.#rechecked();
    }
    if (this.#broken !== undefined)
      this.#logger.info({ reason: this.#broken }, 'the reader ended and is opened again');
  }

  #rechecked(): void {
    for (const resolve of this.#rechecks.splice(0)) resolve();
  }

  #break(reason: string, next?: NextRead): void {
    this.#broken = reason;
    this.#place.ended(next);
    this.#signal.raise();
  }

  /** The stream was lost or replaced: positions in the old one mean nothing. What is held stays, and is served. */
  #readAnew(): void {
    this.#logger.warn({ position: this.position }, 'the state stream was replaced: reading it anew');
    this.#place.restart(this.#rules.tracker());
    this.#witness = undefined;
    this.#waiters.wakeAll();
  }

  #enter(mark: EpochMark): void {
    if (this.#mark?.epoch === mark.epoch) return;
    this.#mark = mark;
    this.#logger.info({ epoch: mark.epoch, sequence: mark.sequence }, 'reading in epoch');
    const replaced = this.#held.enter(mark);
    if (replaced.size > 0) for (const listener of this.#returnListeners) listener(replaced);
    for (const listener of this.#epochListeners) listener(mark);
    this.#waiters.wakeAll();
  }

  #receive(delivery: Delivery): void {
    this.#held.receive(delivery);
    if (delivery.sequence > this.#place.position) this.#witness = witnessOf(delivery);
    this.#place.delivered(delivery.sequence);
  }

  /** History holds the events of earlier epochs, too, and a copied one those of the stream that it was copied from. */
  #noteEpoch(mark: EpochMark): void {
    if (mark.streamCreatedAt !== this.#mark?.streamCreatedAt) return;
    if (mark.sequence > this.#mark.sequence) this.#enter(mark);
  }

  /** The position or its report moved: sweep, become ready, notify waiters. */
  #stepped(): void {
    if (!this.#held.completeness.swept && this.#place.followsPosition) this.#sweep();
    if (!this.#ready) this.#checkReady();
    this.#waiters.advance(this.reported);
  }

  #checkReady(): void {
    if (!this.#rules.isReady({ caughtUp: this.#place.caughtUp, missing: this.#held.completeness.missing }))
      return;
    this.#ready = true;
    this.#logger.info({ position: this.position, subjects: this.table.size }, 'the projection is ready');
    for (const resolve of this.#readyWaiters) resolve();
    this.#readyWaiters.clear();
  }

  #sweep(): void {
    this.#held.sweep(this.#mark?.sequence ?? 0);
    this.#waiters.wakeAll();
  }

  async #askLastSequence(): Promise<number> {
    const facts = await this.#bus.streamFacts('state');
    if (facts === undefined || facts.created !== this.#mark?.streamCreatedAt) {
      this.#break('the stream is another one');
      throw new BusUnavailableError('the stream is another one');
    }
    this.#place.expect(facts.lastSequence);
    this.#reader?.expect?.(facts.lastSequence);
    return facts.lastSequence;
  }
}

function witnessOf({ sequence, subject, timestamp }: Delivery): Witness {
  return { sequence, subject, timestamp };
}
