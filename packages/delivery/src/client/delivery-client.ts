/**
 * Holds every prompt that a key may render, and keeps it as px0 has it: by a stream, or by polling where streams do not get through. It renders nothing
 * itself; `locate` says what a render would be made of.
 */
import { type Frame, type GoawayFrame, type HelloFrame, PROTOCOL, type RetryRange } from '../frames/frame.ts';
import { compareRevisions, isRevision } from '../revision.ts';
import type { DeliveryMedia, Refusal } from './answer.ts';
import { ChangeFeed, type ChangeListener } from './change-feed.ts';
import { changesOf } from './changes.ts';
import { Connection, type Outcome } from './connection.ts';
import {
  type ClientState,
  nextChangeAfter,
  type Observed,
  type StateTimes,
  stateAt,
} from './connection-state.ts';
import type { Clock, DeliveryAnswer, Transport } from './environment.ts';
import { type Location, locateIn, type Wanted } from './locate.ts';
import { PromptIndex } from './prompt-index.ts';
import { LONG_PAUSE_MS, MOST_SILENT_STREAMS, OTHER_EPOCH_MS, ReconnectPolicy } from './reconnect.ts';
import { type EditListener, type RepairReason, Replica } from './replica.ts';

export interface DeliveryOptions {
  /** `file`: no network at all. */
  readonly mode: 'stream' | 'poll' | 'file';
  readonly transport: Transport;
  readonly clock: Clock;
  /** Narrows what is delivered. */
  readonly slugs?: readonly string[] | undefined;
  readonly teamId?: string | undefined;
  readonly pollIntervalMs?: number;
  readonly initTimeoutMs?: number;
  readonly onWarning?: (text: string) => void;
  readonly onState?: (state: ClientState) => void;
  /** A listener of changes has failed. */
  readonly onListenerError?: (error: unknown) => void;
  /** Another px0 answers at the address: no revision of the earlier one means anything any more. */
  readonly onOtherInstallation?: () => void;
  /** As a replica tells its edits. */
  readonly onEdit?: EditListener;
  /** A prompt is not held any more. */
  readonly onRemoved?: (promptId: string) => void;
  /** px0 has confirmed what is held: a file of it would be newer now. */
  readonly onConfirmed?: () => void;
}

/** How px0 confirmed what is held last. */
export type Confirmation = 'stream' | 'poll' | 'snapshot' | 'bundle';

export interface DeliveryStatus {
  readonly state: ClientState;
  /** Since when, in milliseconds since 1970. */
  readonly since: number;
  readonly revision: string | null;
  readonly ageMs: number | null;
  readonly prompts: number;
  readonly teams: number;
  readonly repairs: number;
  readonly lastError: string | null;
}

/** px0 refuses this caller. */
export class DeliveryRefusedError extends Error {
  override readonly name = 'DeliveryRefusedError';
  readonly status: number;
  /** The value of `Px0-Hint`. */
  readonly hint: string | undefined;

  constructor({ status, error, hint }: Refusal) {
    super(error);
    this.status = status;
    this.hint = hint;
  }
}

const POLL_INTERVAL_MS = 30_000;
const LEAST_POLL_INTERVAL_MS = 5_000;
const INIT_TIMEOUT_MS = 2_000;
const HEARTBEAT_MS = 15_000;
const RETRY_MS: RetryRange = [0, 2_000];
const WARNING_PAUSE_MS = 60_000;

/** A connection and the replica that it feeds: the one that is looked at, or a fork until it is in step. */
interface Follower {
  readonly connection: Connection;
  readonly media: DeliveryMedia;
  replica: Replica;
  /** A `sync` has come on it. */
  isInStep: boolean;
}

interface Waiter {
  readonly isDone: () => boolean;
  readonly settle: () => void;
}

export class DeliveryClient {
  readonly #options: DeliveryOptions;
  readonly #clock: Clock;
  readonly #policy: ReconnectPolicy;
  readonly #index = new PromptIndex();
  readonly #feed: ChangeFeed;
  readonly #replica: Replica;
  readonly #waiters = new Set<Waiter>();
  readonly #warnedAt = new Map<string, number>();
  readonly #startedAt: number;
  /** As px0 writes ids; an application may write them in capitals. */
  readonly #teamId: string | undefined;

  #current: Follower | undefined;
  /** The connection that shall take the place of the current one. */
  #next: Follower | undefined;
  #callOffAttempt: (() => void) | undefined;
  #callOffGrace: (() => void) | undefined;
  #stateTimer: { readonly at: number; readonly callOff: () => void } | undefined;

  #isClosed = false;
  #refusal: Refusal | undefined;
  #isPx0Stale = false;
  #heardAt: number | undefined;
  #confirmedAt: number | undefined;
  /** Of a file or a bundle: when it was current. */
  #savedAt: number | undefined;
  #confirmation: Confirmation = 'snapshot';
  /** Whether there is a state that changes are told against. */
  #hasFirstState = false;
  #heartbeatMs = HEARTBEAT_MS;
  #retryMs = RETRY_MS;
  #silentStreams = 0;
  #pollUntil = 0;
  #otherEpochSince: number | undefined;
  #repairs = 0;
  #lastError: string | null = null;
  #state: ClientState = 'initializing';
  #since: number;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#teamId = options.teamId?.toLowerCase();
    this.#clock = options.clock;
    this.#policy = new ReconnectPolicy(options.clock.random);
    this.#startedAt = this.#clock.now();
    this.#since = this.#startedAt;
    this.#feed = new ChangeFeed(this.#clock, (error) => options.onListenerError?.(error));
    this.#replica = new Replica((teamId, before, after) => {
      this.#index.edit(teamId, before, after);
      options.onEdit?.(teamId, before, after);
      // One that has moved is still held.
      if (before !== undefined && after === undefined && !this.#replica.has(before.id)) {
        options.onRemoved?.(before.id);
      }
      if (!this.#hasFirstState) return;
      for (const change of changesOf(teamId, before, after)) this.#feed.push(change);
    });
  }

  /** Takes frames that come from elsewhere, such as a test's, as if px0 had sent them. */
  feed(frames: readonly Frame[]): void {
    for (const frame of frames) {
      const repair = this.#replica.apply(frame);
      if (repair !== undefined) throw new Error(`what was fed does not add up: ${repair}`);
    }
    this.#confirm('text/event-stream');
    this.#update();
  }

  /** Begins; before that it may be given what was kept. */
  start(): void {
    if (this.#options.mode !== 'file') this.#attemptAfter(0);
    this.#update();
  }

  /** What an earlier process has kept, or a bundle. Of each team the later revision stays; says how many were older than what is held. */
  load(kept: Replica, origin: 'snapshot' | 'bundle', savedAt: number): number {
    if (!kept.isSynced) return 0;
    const isFirst = !this.#hasFirstState;
    let older = 0;
    if (isFirst && origin === 'snapshot') this.#replica.adopt(kept);
    else for (const teamId of [...kept.teamIds]) older += this.#loadTeam(teamId, kept) ? 0 : 1;
    this.#hasFirstState = true;
    if (isFirst || savedAt > (this.#savedAt ?? 0)) {
      this.#savedAt = savedAt;
      if (this.#confirmedAt === undefined) this.#confirmation = origin;
    }
    this.#update();
    return older;
  }

  /** Ends everything. What is held stays readable for a last file, and renders nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#disconnect();
    this.#update();
  }

  /** Connects at once, whatever it waits for. */
  reconnect(): void {
    if (this.#isClosed || this.#options.mode === 'file') return;
    if (this.#current === undefined && this.#next === undefined) this.#attemptAfter(0);
  }

  /**
   * True once a state of px0 was applied; false when that took too long.
   *
   * @throws DeliveryRefusedError
   */
  async ready(timeoutMs: number): Promise<boolean> {
    const isDone = () => this.#confirmedAt !== undefined || this.#refusal !== undefined || this.#isClosed;
    await this.#wait(isDone, timeoutMs);
    if (this.#refusal !== undefined) throw new DeliveryRefusedError(this.#refusal);
    return this.#confirmedAt !== undefined;
  }

  /** Waits for anything to be held, no longer than the time for it, which counts from the start. */
  async initialized(): Promise<void> {
    const left = this.#startedAt + this.#initTimeoutMs - this.#clock.now();
    if (left > 0) await this.#wait(() => this.#state !== 'initializing', left);
  }

  /** Waits for what was written elsewhere to be held. */
  async reaches(revision: string, timeoutMs: number): Promise<boolean> {
    const isDone = () =>
      this.#replica.last !== undefined && compareRevisions(this.#replica.last, revision) >= 0;
    await this.#wait(isDone, timeoutMs);
    return isDone();
  }

  /** What a render of this would be made of. */
  locate(wanted: Wanted): Location {
    this.#updateByTime();
    const { slug, ref } = wanted;
    const teamId = wanted.teamId?.toLowerCase();
    return locateIn(
      this.#index,
      { slug, teamId, ref },
      {
        state: this.#state,
        refusal: this.#refusal,
        slugs: this.#options.slugs,
        teamId: this.#teamId,
        holdsTeam: teamId === undefined || this.#replica.revisionOf(teamId) !== undefined,
      },
    );
  }

  /** How what is held was confirmed. */
  get evidence(): {
    readonly source: Confirmation;
    readonly revision: string | null;
    readonly ageMs: number | null;
    readonly stale: boolean;
  } {
    this.#updateByTime();
    const at = this.#confirmedAt ?? this.#savedAt;
    return {
      source: this.#confirmation,
      revision: this.#replica.last ?? null,
      ageMs: at === undefined ? null : Math.max(this.#clock.now() - at, 0),
      stale: this.#state !== 'ready',
    };
  }

  /** Whether what px0 changes now would be heard: a stream is open and in step, or the latest poll is not long ago; and px0 itself hears. */
  get isFollowing(): boolean {
    if (this.state !== 'ready') return false;
    return this.#confirmation === 'poll' || this.#current?.isInStep === true;
  }

  /** What px0 refuses this caller with, while it does. */
  get refusal(): Refusal | undefined {
    return this.#refusal;
  }

  get state(): ClientState {
    this.#updateByTime();
    return this.#state;
  }

  get status(): DeliveryStatus {
    const { revision, ageMs } = this.evidence;
    return {
      state: this.#state,
      since: this.#since,
      revision,
      ageMs,
      prompts: this.#replica.size,
      teams: [...this.#replica.teamIds].length,
      repairs: this.#repairs,
      lastError: this.#lastError,
    };
  }

  /** All that is held. Not to be changed. */
  get replica(): Replica {
    return this.#replica;
  }

  onChange(slug: string, listener: ChangeListener): () => void {
    return this.#feed.listen(slug, listener);
  }

  get #initTimeoutMs(): number {
    return this.#options.initTimeoutMs ?? INIT_TIMEOUT_MS;
  }

  get #pollIntervalMs(): number {
    return Math.max(this.#options.pollIntervalMs ?? POLL_INTERVAL_MS, LEAST_POLL_INTERVAL_MS);
  }

  get #polls(): boolean {
    return this.#options.mode === 'poll' || this.#clock.now() < this.#pollUntil;
  }

  /** False when it is older than what is held. */
  #loadTeam(teamId: string, kept: Replica): boolean {
    const held = this.#replica.revisionOf(teamId);
    const revision = kept.revisionOf(teamId);
    const order = revision === undefined || held === undefined ? 1 : compareRevisions(revision, held);
    if (order > 0) this.#replica.adoptTeam(teamId, kept);
    return order >= 0;
  }

  #attemptAfter(ms: number): void {
    this.#callOffAttempt?.();
    this.#callOffAttempt = undefined;
    if (this.#isClosed) return;
    if (ms > 0) this.#callOffAttempt = this.#clock.after(ms, () => this.#attempt());
    else this.#attempt();
  }

  #attempt(): void {
    this.#callOffAttempt?.();
    this.#callOffAttempt = undefined;
    if (this.#isClosed || this.#next !== undefined) return;
    const media = this.#polls ? 'application/x-ndjson' : 'text/event-stream';
    // Two connections at once would contradict each other in one replica.
    const replica = this.#current === undefined ? this.#replica : this.#replica.fork();
    const { text, count } = replica.digest();
    const { path, headers } = this.#request(media, replica, `"${text}.${count}"`);
    const connection = new Connection({
      transport: this.#options.transport,
      clock: this.#clock,
      path,
      headers,
      media,
      floor: replica.floor,
      onDelivery: (answer) => this.#delivers(follower, answer),
      onFrame: (frame) => this.#receive(follower, frame),
    });
    const follower: Follower = { connection, media, replica, isInStep: false };
    if (this.#current === undefined) this.#current = follower;
    else this.#next = follower;
    void connection.run().then((outcome) => this.#ended(follower, outcome));
  }

  #request(
    media: DeliveryMedia,
    { last, floor, isSynced }: Replica,
    etag: string,
  ): { readonly path: string; readonly headers: Readonly<Record<string, string>> } {
    const isPoll = media === 'application/x-ndjson';
    const { slugs } = this.#options;
    const teamId = this.#teamId;
    const query = [
      ...(teamId === undefined ? [] : [`team_id=${encodeURIComponent(teamId)}`]),
      ...(slugs === undefined ? [] : [`slugs=${slugs.map(encodeURIComponent).join(',')}`]),
      ...(isPoll && last !== undefined ? [`since=${last}`] : []),
    ].join('&');
    return {
      path: `/v1/delivery/${isPoll ? 'snapshot' : 'stream'}${query === '' ? '' : `?${query}`}`,
      headers: {
        accept: media,
        ...(!isPoll && last !== undefined && { 'last-event-id': last }),
        ...(isPoll && isSynced && last !== undefined && { 'if-none-match': etag }),
        // Whatever replica answers, nothing here goes back in time.
        ...(floor !== undefined && { 'px0-min-revision': floor, 'px0-consistency': 'require' }),
      },
    };
  }

  #delivers({ media, replica }: Follower, { header }: DeliveryAnswer): void {
    this.#refusal = undefined;
    this.#otherEpochSince = undefined;
    if (media === 'application/x-ndjson') {
      replica.forgetTransfer();
      this.#isPx0Stale = header('px0-stale') !== null;
    }
    this.#update();
  }

  #receive(follower: Follower, frame: Frame): void {
    const isKnown = follower === this.#current || follower === this.#next;
    if (!isKnown || this.#isClosed) return;
    if (frame.type === 'end') {
      // At once: not one more render.
      this.#refuse({ status: frame.status, error: frame.error });
      this.#attemptAfter(this.#policy.afterRefusal());
      this.#update();
      return;
    }
    if (frame.type === 'hello' && !this.#greet(follower, frame)) return;
    if (frame.type === 'goaway') this.#goAway(follower, frame);
    const repair = follower.replica.apply(frame);
    if (repair !== undefined) {
      this.#repair(follower, repair);
      return;
    }
    this.#note(follower, frame);
    this.#swapWhenInStep(follower);
    // The others change no state.
    if (frame.type !== 'put' && frame.type !== 'delete' && frame.type !== 'begin') this.#update();
  }

  #greet(follower: Follower, frame: HelloFrame): boolean {
    if (frame.protocol !== PROTOCOL) {
      follower.connection.close({ kind: 'ended', error: `the protocol is ${frame.protocol}` });
      return false;
    }
    this.#silentStreams = 0;
    this.#heartbeatMs = frame.heartbeat_ms;
    this.#retryMs = frame.retry_ms;
    if (follower === this.#current) this.#isPx0Stale = frame.stale;
    return true;
  }

  /** Learns from a frame how current all is. */
  #note(follower: Follower, frame: Frame): void {
    if (frame.type === 'sync') follower.isInStep = true;
    if (follower !== this.#current || !follower.isInStep) return;
    if (frame.type === 'heartbeat') this.#isPx0Stale = frame.stale;
    // It shows what it hears, so it hears.
    if (frame.type === 'mark') this.#isPx0Stale = false;
    this.#heardAt = this.#clock.now();
    const closes = frame.type === 'mark' || frame.type === 'sync' || frame.type === 'heartbeat';
    if (closes && !follower.replica.isInTransfer) this.#confirm(follower.media);
  }

  #confirm(media: DeliveryMedia): void {
    this.#hasFirstState = true;
    this.#policy.delivered();
    this.#lastError = null;
    this.#confirmation = media === 'text/event-stream' ? 'stream' : 'poll';
    this.#heardAt = this.#clock.now();
    // px0 may lack something itself: what it confirms is not the present.
    if (!this.#isPx0Stale || this.#confirmedAt === undefined) this.#confirmedAt = this.#clock.now();
    this.#options.onConfirmed?.();
  }

  /** Another connection is opened, and this one read until that one has all. */
  #goAway(follower: Follower, { retry_ms, grace_ms }: GoawayFrame): void {
    if (follower !== this.#current || this.#next !== undefined || this.#callOffAttempt !== undefined) return;
    this.#attemptAfter(Math.max(this.#policy.within(retry_ms), 1));
    this.#callOffGrace?.();
    this.#callOffGrace = this.#clock.after(grace_ms, () => follower.connection.close());
  }

  #swapWhenInStep(follower: Follower): void {
    if (follower !== this.#next || !follower.isInStep || follower.replica.isInTransfer) return;
    const { last } = follower.replica;
    const { floor } = this.#replica;
    // The other connection may have shown more meanwhile.
    if (last === undefined || (floor !== undefined && compareRevisions(last, floor) < 0)) return;
    const before = this.#current;
    this.#current = follower;
    this.#next = undefined;
    this.#replica.adopt(follower.replica);
    follower.replica = this.#replica;
    this.#confirm(follower.media);
    this.#callOffGrace?.();
    before?.connection.close();
  }

  #repair(follower: Follower, reason: RepairReason): void {
    this.#repairs += 1;
    this.#policy.repairs();
    this.#warn(`what was delivered did not add up (${reason}); everything is asked for again`);
    this.#replica.forgetLast();
    follower.connection.close({ kind: 'ended', error: reason });
    this.#update();
  }

  #ended(follower: Follower, outcome: Outcome): void {
    const wasNext = follower === this.#next;
    if (wasNext) this.#next = undefined;
    else if (follower === this.#current) this.#current = undefined;
    else return;
    if (this.#isClosed) return;
    // Of two connections one still goes on, or is about to.
    const wait = this.#waitAfter(follower, outcome);
    if (wasNext || this.#next === undefined) {
      if (this.#callOffAttempt === undefined || wasNext) this.#attemptAfter(wait);
    }
    this.#update();
  }

  /** What an outcome means, and how long to wait. */
  #waitAfter({ connection, media, isInStep }: Follower, outcome: Outcome): number {
    const isPoll = media === 'application/x-ndjson';
    switch (outcome.kind) {
      case 'unchanged': {
        const revision = connection.head?.header('px0-revision') ?? null;
        if (isRevision(revision)) this.#replica.confirm(revision);
        this.#isPx0Stale = (connection.head?.header('px0-stale') ?? null) !== null;
        this.#confirm(media);
        this.#policy.polled();
        return this.#policy.spread(this.#pollIntervalMs);
      }
      case 'refused':
        this.#refuse(outcome.refusal);
        return this.#policy.afterRefusal();
      case 'no delivery':
        this.#lastError = 'px0 does not deliver prompts there';
        this.#warnOnce('px0 does not deliver prompts at this address; prompts are rendered remotely');
        return this.#policy.afterRefusal();
      case 'too large':
        this.#lastError = outcome.error;
        this.#warnOnce(outcome.error);
        return this.#policy.spread(LONG_PAUSE_MS);
      case 'other epoch':
        this.#lastError = outcome.error;
        if (this.#isOtherInstallation()) return 0;
        return this.#policy.afterBreak({
          livedMs: 0,
          retryMs: this.#retryMs,
          retryAfterMs: outcome.retryAfterMs,
        });
      case 'unreachable':
        this.#lastError = outcome.error;
        return this.#policy.afterBreak({
          livedMs: 0,
          retryMs: this.#retryMs,
          retryAfterMs: outcome.retryAfterMs,
        });
      case 'silent':
        this.#lastError = 'a stream said nothing';
        this.#silentStreams += 1;
        if (this.#silentStreams >= MOST_SILENT_STREAMS) {
          this.#warnOnce(
            'streams do not get through, something on the way holds them back; px0 is polled instead',
          );
          this.#pollUntil = this.#clock.now() + LONG_PAUSE_MS;
          return 0;
        }
        return this.#policy.afterBreak({ livedMs: 0, retryMs: this.#retryMs });
      case 'closed':
      case 'ended':
        if (isPoll && isInStep && outcome.kind === 'ended' && outcome.error === undefined) {
          this.#policy.polled();
          return this.#policy.spread(this.#pollIntervalMs);
        }
        this.#lastError = (outcome.kind === 'ended' ? outcome.error : undefined) ?? 'the connection ended';
        return this.#policy.afterBreak({ livedMs: connection.livedMs, retryMs: this.#retryMs });
    }
  }

  #refuse(refusal: Refusal): void {
    this.#refusal = refusal;
    this.#lastError = refusal.error;
    this.#confirmedAt = undefined;
    this.#savedAt = undefined;
    this.#heardAt = undefined;
    this.#hasFirstState = false;
    this.#replica.clear();
    this.#disconnect();
  }

  #isOtherInstallation(): boolean {
    this.#otherEpochSince ??= this.#clock.now();
    if (this.#clock.now() - this.#otherEpochSince < OTHER_EPOCH_MS) return false;
    this.#warnOnce('another px0 answers at this address; what it delivers replaces what was held');
    this.#otherEpochSince = undefined;
    this.#replica.forgetRevisions();
    this.#options.onOtherInstallation?.();
    return true;
  }

  #disconnect(): void {
    this.#callOffAttempt?.();
    this.#callOffAttempt = undefined;
    this.#callOffGrace?.();
    const followers = [this.#current, this.#next];
    this.#current = undefined;
    this.#next = undefined;
    for (const follower of followers) follower?.connection.close();
  }

  #observed(): Observed {
    return {
      isClosed: this.#isClosed,
      isRefused: this.#refusal !== undefined,
      holdsAnything: this.#hasFirstState,
      startedAt: this.#startedAt,
      heardAt: this.#heardAt,
      confirmedAt: this.#confirmedAt,
      isPx0Stale: this.#isPx0Stale,
    };
  }

  #times(): StateTimes {
    const beatMs = this.#confirmation === 'poll' ? this.#pollIntervalMs : this.#heartbeatMs;
    return { initTimeoutMs: this.#initTimeoutMs, beatMs };
  }

  /** A timer may be late. */
  #updateByTime(): void {
    if (stateAt(this.#clock.now(), this.#observed(), this.#times()) !== this.#state) this.#update();
  }

  #update(): void {
    const now = this.#clock.now();
    const observed = this.#observed();
    const state = stateAt(now, observed, this.#times());
    if (state !== this.#state) {
      this.#state = state;
      this.#since = now;
      this.#options.onState?.(state);
    }
    for (const waiter of [...this.#waiters]) if (waiter.isDone()) waiter.settle();
    const next = this.#isClosed ? undefined : nextChangeAfter(now, observed, this.#times());
    // One that comes too early looks again.
    if (this.#stateTimer !== undefined && next !== undefined && this.#stateTimer.at <= now + next) return;
    this.#stateTimer?.callOff();
    this.#stateTimer = undefined;
    if (next === undefined) return;
    const callOff = this.#clock.after(next, () => {
      this.#stateTimer = undefined;
      this.#update();
    });
    this.#stateTimer = { at: now + next, callOff };
  }

  async #wait(isDone: () => boolean, timeoutMs: number): Promise<void> {
    if (isDone() || timeoutMs <= 0) return;
    await new Promise<void>((settle) => {
      const waiter = {
        isDone,
        settle: () => {
          callOff();
          this.#waiters.delete(waiter);
          settle();
        },
      };
      const callOff = this.#clock.after(timeoutMs, waiter.settle);
      this.#waiters.add(waiter);
    });
  }

  #warnOnce(text: string): void {
    if (this.#warnedAt.has(text)) return;
    this.#warn(text);
  }

  #warn(text: string): void {
    const now = this.#clock.now();
    if (now - (this.#warnedAt.get(text) ?? Number.NEGATIVE_INFINITY) < WARNING_PAUSE_MS) return;
    this.#warnedAt.set(text, now);
    this.#options.onWarning?.(text);
  }
}
