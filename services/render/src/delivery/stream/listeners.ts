/** The connections of a process: who may open one, what each is shown as rights change, and when each ends. */
import {
  type AccessChange,
  type AccessProjection,
  authorizeClass,
  type KeyUseListener,
  limitsOf,
} from '@px0/access';
import { errorCatalog } from '@px0/contracts';
import { asEvent, type GoawayFrame } from '@px0/delivery/server';
import { ApiError, type Logger } from '@px0/service-kit';
import { type Admission, audienceTeams, MAX_TEAMS, selectionOf } from '../request/admission.ts';
import { unavailable } from '../request/unavailable.ts';
import type { DeliveryView } from '../view/delivery-view.ts';
import { narrowingOf } from '../view/narrowing.ts';
import { Slices } from '../view/slices.ts';
import { Connection, type Sink } from './connection.ts';
import { Fanout } from './fanout.ts';
import { type Form, Piece } from './piece.ts';
import { callerOf, ownerOf, Subscription, Subscriptions, subscriptionKey } from './subscriptions.ts';

export interface ListenersOptions {
  readonly access: AccessProjection;
  readonly view: DeliveryView;
  readonly uses: KeyUseListener;
  readonly isConnected: () => boolean;
  readonly isSettledInEpoch: () => boolean;
  readonly bounds: StreamBounds;
  readonly pieceLength?: number;
  readonly logger: Logger;
}

export interface StreamBounds {
  /** Streams of the process. */
  readonly streams: number;
  /** Of one key or user. */
  readonly perCaller: number;
  /** Of one organization's keys together. */
  readonly perOrganization: number;
  readonly maxPrompts: number;
  readonly cacheBytes: number;
  /** After about so long a client is asked to connect anew, so that streams spread over replicas. */
  readonly lifeMs: number;
  readonly heartbeatMs: number;
}

/** Heartbeats are spread over so many moments. */
const SLOTS = 60;
/** After an event the rights that it concerns are judged, and not more often than this. */
const JUDGE_MS = 25;
/** How often it is noted that a key is in use. */
const USE_MS = 60_000;
/** A share of a stream's life by which it may be shorter or longer. */
const LIFE_JITTER = 0.2;
const REBALANCE = { retryMs: 5_000, graceMs: 10_000 };
const OVERLOAD = { retryMs: 5_000, graceMs: 10_000 };
/** Until when a client that was cut off comes back. */
const RETRY_MS = [0, 2_000] as const;
/** The longest time that a timer takes. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class Listeners {
  readonly fanout: Fanout;
  /** Streams that were ended from here, by reason. */
  readonly cuts = { refused: 0, rebalance: 0, drain: 0, slow: 0 };
  readonly #options: ListenersOptions;
  readonly #subscriptions = new Subscriptions();
  readonly #perCaller = new Map<string, number>();
  readonly #perOrganization = new Map<string, number>();
  readonly #slots: readonly Set<Connection>[] = Array.from({ length: SLOTS }, () => new Set());
  readonly #toJudge = new Set<Subscription>();
  #judgedAt = Number.NEGATIVE_INFINITY;
  #isJudging = false;
  #slot = 0;
  /** Of the connection that was opened last. */
  #nextSlot = 0;
  #count = 0;
  #isEpochSettled = true;
  readonly #pulse: NodeJS.Timeout;
  readonly #useNotes: NodeJS.Timeout;

  constructor(options: ListenersOptions) {
    this.#options = options;
    const { view, bounds, pieceLength, logger } = options;
    this.fanout = new Fanout({
      view,
      cacheBytes: bounds.cacheBytes,
      ...(pieceLength === undefined ? {} : { pieceLength }),
      logger,
    });
    view.use(this.fanout.deliver, (teamId) => this.fanout.audiences.hasTeam(teamId));
    options.access.onChange((change) => this.#onAccess(change));
    this.#pulse = setInterval(() => void this.beat(), bounds.heartbeatMs / SLOTS).unref();
    this.#useNotes = setInterval(() => this.#noteUses(), USE_MS).unref();
  }

  /** How many streams are open. */
  get size(): number {
    return this.#count;
  }

  /** How many may be. */
  get limit(): number {
    return this.#options.bounds.streams;
  }

  close(): void {
    clearInterval(this.#pulse);
    clearInterval(this.#useNotes);
    for (const subscription of [...this.#subscriptions.all()]) {
      clearTimeout(subscription.expiry);
      for (const connection of subscription.connections) connection.destroy();
    }
  }

  /** A new epoch has begun. Connections stay; they are told when all of it has been shown. */
  onEpoch(): void {
    this.#isEpochSettled = false;
    // Who has everything needs what changes from here on; what the positions of the others were in is gone.
    for (const connection of this.#connections())
      connection.position = this.fanout.isUpToDate(connection) ? 0 : undefined;
  }

  /** @throws ApiError tooManyStreams, serviceUnavailable */
  checkRoom({ principal }: Admission): void {
    const { bounds } = this.#options;
    const ofCaller = this.#perCaller.get(callerOf(principal)) ?? 0;
    const orgId = principal.kind === 'api-key' ? principal.orgId : undefined;
    const ofOrganization = orgId === undefined ? 0 : (this.#perOrganization.get(orgId) ?? 0);
    if (ofCaller >= bounds.perCaller || ofOrganization >= bounds.perOrganization)
      throw new ApiError('tooManyStreams', { retryAfterSeconds: 30 });
    if (this.#count >= bounds.streams || !this.fanout.queue.hasRoomFor(ownerOf(principal)))
      throw unavailable();
  }

  /** Opens a stream. All of the admission's teams are ready; the answer's headers have been written. */
  open(admission: Admission, sink: Sink, form: Form): void {
    const { view, bounds, isConnected } = this.#options;
    const key = subscriptionKey(admission);
    const known = this.#subscriptions.get(key);
    // It may have lost or gained something a moment ago.
    if (known !== undefined) this.#judge(known);
    const subscription = known ?? this.#subscribe(key, admission);
    const { since } = admission;
    const base = since !== undefined && view.isOfThisEpoch(since) ? since.sequence : undefined;
    const connection = new Connection({
      sink,
      form,
      seat: subscription,
      pieces: this.fanout.pieces,
      base,
      sent: this.fanout.counts,
    });
    const jitter = 1 + LIFE_JITTER * (2 * Math.random() - 1);
    connection.movesAt = performance.now() + bounds.lifeMs * jitter;
    subscription.connections.add(connection);
    this.#count += 1;
    this.#tally(subscription, 1);
    // Not by how many there are: when one leaves for each that comes, all would come into one slot in time.
    this.#nextSlot = (this.#nextSlot + 1) % SLOTS;
    const slot = this.#slots[this.#nextSlot] ?? new Set();
    slot.add(connection);
    sink.once('close', () => this.#closed(connection, subscription, slot));
    connection.send({
      type: 'hello',
      protocol: 1,
      resumed: base !== undefined,
      stale: !isConnected(),
      heartbeat_ms: bounds.heartbeatMs,
      retry_ms: RETRY_MS,
    });
    this.fanout.join(connection);
    // Rights may have changed while teams were built.
    this.#judgeSoon(subscription);
  }

  /** When a caller's key ends, as answers say it. A session is no key. */
  keyEndOf({ principal, authorization }: Pick<Subscription, 'principal' | 'authorization'>): string | null {
    if (principal.kind !== 'api-key') return null;
    const end = this.#options.access.credentialEnd(authorization);
    return Number.isFinite(end) && end > 0 ? new Date(end).toISOString() : null;
  }

  /** Asks every client to go elsewhere: after `retryMs` at most they do, and what is left after `graceMs` ends. */
  async drain(retryMs: number, graceMs: number): Promise<void> {
    await this.#sendAway('drain', this.#connections(), retryMs, graceMs);
    setTimeout(() => {
      for (const connection of this.#connections()) {
        this.cuts.drain += 1;
        connection.end();
      }
    }, graceMs).unref();
  }

  #connections(): Connection[] {
    return [...this.#subscriptions.all()].flatMap(({ connections }) => [...connections]);
  }

  async #sendAway(
    reason: 'drain' | 'rebalance' | 'overload',
    connections: readonly Connection[],
    retryMs: number,
    graceMs: number,
  ): Promise<void> {
    const frame: GoawayFrame = { type: 'goaway', reason, retry_ms: [0, retryMs], grace_ms: graceMs };
    const piece = new Piece(asEvent(frame));
    const slices = new Slices();
    for (const connection of connections) {
      connection.movesAt = Number.POSITIVE_INFINITY;
      connection.leavesAt = performance.now() + graceMs;
      if (!connection.isBehind) connection.write(piece);
      if (slices.isOver) await slices.others();
    }
  }

  #subscribe(key: string, admission: Admission): Subscription {
    const audience = this.fanout.audiences.of(selectionOf(admission));
    const subscription = new Subscription(key, admission, audience);
    this.#subscriptions.add(subscription);
    this.#watchExpiry(subscription);
    return subscription;
  }

  #closed(connection: Connection, subscription: Subscription, slot: Set<Connection>): void {
    connection.destroy();
    slot.delete(connection);
    this.#count -= 1;
    this.#tally(subscription, -1);
    subscription.connections.delete(connection);
    this.fanout.leave(connection, subscription.audience);
    if (subscription.connections.size > 0) return;
    clearTimeout(subscription.expiry);
    this.#toJudge.delete(subscription);
    this.#subscriptions.remove(subscription);
  }

  #tally({ caller, principal }: Subscription, change: 1 | -1): void {
    count(this.#perCaller, caller, change);
    if (principal.kind === 'api-key') count(this.#perOrganization, principal.orgId, change);
  }

  /** Judges the subscription when its credential ends by itself. */
  #watchExpiry(subscription: Subscription): void {
    clearTimeout(subscription.expiry);
    subscription.keyEnd = this.keyEndOf(subscription);
    const end = this.#options.access.credentialEnd(subscription.authorization);
    if (end === 0 || !Number.isFinite(end)) return;
    const wait = Math.min(Math.max(0, end - Date.now()) + 1, LONGEST_TIMER_MS);
    subscription.expiry = setTimeout(
      () => {
        this.#judgeSoon(subscription);
        this.#watchExpiry(subscription);
      },
      Math.max(wait, JUDGE_MS),
    ).unref();
  }

  #noteUses(): void {
    const now = Date.now();
    for (const { principal } of this.#subscriptions.all())
      if (principal.kind === 'api-key') this.#options.uses.note(principal.keyId, now);
  }

  // --- Rights ------------------------------------------------------------------------------------------------------

  #onAccess({ keyId, userId, teamId, orgIds, everySession }: AccessChange): void {
    if (this.#count === 0) return;
    for (const id of [keyId, userId])
      if (id !== undefined) for (const one of this.#subscriptions.ofCaller(id)) this.#judgeSoon(one);
    for (const orgId of orgIds ?? [])
      for (const one of this.#subscriptions.ofOrganization(orgId)) this.#judgeSoon(one);
    // People listen rarely, and teams change rarely: all of them are looked at.
    if (everySession || teamId !== undefined || orgIds !== undefined)
      for (const one of this.#subscriptions.ofSessions()) this.#judgeSoon(one);
  }

  #judgeSoon(subscription: Subscription): void {
    this.#toJudge.add(subscription);
    if (this.#isJudging) return;
    this.#isJudging = true;
    const wait = this.#judgedAt + JUDGE_MS - performance.now();
    if (wait <= 0) setImmediate(() => void this.#judgeAll());
    else setTimeout(() => void this.#judgeAll(), wait);
  }

  async #judgeAll(): Promise<void> {
    this.#judgedAt = performance.now();
    const slices = new Slices();
    // Those that come meanwhile are judged, too.
    for (const subscription of this.#toJudge) {
      this.#toJudge.delete(subscription);
      try {
        this.#judge(subscription);
      } catch (error) {
        this.#options.logger.error({ err: error }, 'a stream could not be judged');
        for (const connection of subscription.connections) connection.destroy();
      }
      if (slices.isOver) await slices.others();
    }
    this.#isJudging = false;
  }

  #judge(subscription: Subscription): void {
    if (subscription.connections.size === 0) return;
    const { access } = this.#options;
    const principal = authorizeClass('content', access.authenticate(subscription.authorization));
    if ('error' in principal) {
      const { status, message } = errorCatalog[principal.error];
      this.cuts.refused += subscription.connections.size;
      for (const connection of [...subscription.connections])
        connection.end({ type: 'end', status, error: message });
      return;
    }
    this.#watchExpiry(subscription);
    const teamIds = audienceTeams(access, principal, subscription.wanted.teamIds);
    const present = new Set(subscription.audience.teamIds);
    const kept = teamIds.filter((teamId) => present.has(teamId));
    if (kept.length < present.size) this.#lose(subscription, kept);
    if (kept.length < teamIds.length) this.#gain(subscription, teamIds);
  }

  /** Some teams are not the caller's any more: at once, nothing of them is sent. */
  #lose(subscription: Subscription, kept: readonly string[]): void {
    const lost = new Set(subscription.audience.teamIds).difference(new Set(kept));
    const drops = [...lost].map((team_id) => asEvent({ type: 'drop', team_id })).join('');
    const piece = new Piece(drops);
    this.#move(subscription, kept, (connection) => {
      // One that is behind learns it from the transfer that it gets.
      if (!connection.isBehind) connection.write(piece);
    });
  }

  #gain(subscription: Subscription, teamIds: readonly string[]): void {
    const { view } = this.#options;
    // At once where that can be: a stream that is being opened now has been admitted to these teams, and must not be told that it is complete without them.
    if (teamIds.every((teamId) => view.team(teamId) !== undefined)) this.#extend(subscription);
    else void this.#prepared(subscription, teamIds).then(() => this.#extend(subscription));
  }

  async #prepared({ principal }: Subscription, teamIds: readonly string[]): Promise<void> {
    const { view } = this.#options;
    await view.ready(teamIds);
    const limits = limitsOf(principal);
    if (limits !== undefined) await narrowingOf(limits).prepare(view.teamsOf(teamIds));
  }

  #extend(subscription: Subscription): void {
    const { access, view } = this.#options;
    const principal = authorizeClass('content', access.authenticate(subscription.authorization));
    // What has changed meanwhile is judged by its own event.
    if ('error' in principal || subscription.connections.size === 0) return;
    const present = new Set(subscription.audience.teamIds);
    const still = audienceTeams(access, principal, subscription.wanted.teamIds).filter(
      (teamId) => view.team(teamId) !== undefined,
    );
    const gained = still.filter((teamId) => !present.has(teamId));
    if (gained.length === 0) return;
    if (this.#isTooMuch(still)) {
      // A request would be refused now; what the client is told when it comes back says why.
      void this.#sendAway('overload', [...subscription.connections], OVERLOAD.retryMs, OVERLOAD.graceMs);
      return;
    }
    this.#move(subscription, still, (connection) => {
      for (const teamId of gained) connection.gained.add(teamId);
      if (connection.state === 'current') this.fanout.bringUpToDate(connection);
    });
  }

  #isTooMuch(teamIds: readonly string[]): boolean {
    const { view, bounds } = this.#options;
    const count = teamIds.reduce((sum, teamId) => sum + (view.team(teamId)?.count ?? 0), 0);
    return count > bounds.maxPrompts || teamIds.length > MAX_TEAMS;
  }

  /** Gives the subscription another audience, and its connections with it. */
  #move(
    subscription: Subscription,
    teamIds: readonly string[],
    tell: (connection: Connection) => void,
  ): void {
    const before = subscription.audience;
    const behind = [...subscription.connections].filter(
      (connection) => connection.state === 'current' && !this.fanout.isUpToDate(connection),
    );
    subscription.audience = this.fanout.audiences.of(selectionOf({ ...subscription, teamIds }));
    for (const connection of subscription.connections) {
      this.fanout.leave(connection, before);
      subscription.audience.connections.add(connection);
      tell(connection);
    }
    // The batch under way does not reach them in their new audience.
    for (const connection of behind)
      if (connection.state === 'current') this.fanout.bringUpToDate(connection);
  }

  // --- Time --------------------------------------------------------------------------------------------------------

  /** One of the moments over which heartbeats are spread. The process's clock calls it. */
  async beat(): Promise<void> {
    if (!this.#isEpochSettled && this.#options.isSettledInEpoch()) {
      this.#isEpochSettled = true;
      await this.fanout.settleEpoch();
    }
    this.#slot = (this.#slot + 1) % SLOTS;
    const connections = this.#slots[this.#slot] ?? new Set();
    if (connections.size === 0) return;
    const now = performance.now();
    const slices = new Slices();
    const leaving: Connection[] = [];
    for (const connection of connections) {
      if (connection.isStuck(now)) {
        this.cuts.slow += 1;
        connection.destroy();
      } else if (connection.leavesAt <= now) {
        this.cuts.rebalance += 1;
        connection.end();
      } else {
        if (connection.movesAt <= now) leaving.push(connection);
        this.#heartbeat(connection);
      }
      if (slices.isOver) await slices.others();
    }
    if (leaving.length > 0) await this.#sendAway('rebalance', leaving, REBALANCE.retryMs, REBALANCE.graceMs);
  }

  #heartbeat(connection: Connection): void {
    if (!this.fanout.isUpToDate(connection) || connection.unsent > 0) return;
    const { view, isConnected } = this.#options;
    const { text: digest, count: held } = connection.seat.audience.digest;
    this.fanout.counts.frames.heartbeat += 1;
    connection.position = view.watermark;
    connection.send({
      type: 'heartbeat',
      revision: view.revisionAt(view.watermark),
      digest,
      count: held,
      stale: !isConnected(),
    });
  }
}

function count(counts: Map<string, number>, key: string, change: 1 | -1): void {
  const next = (counts.get(key) ?? 0) + change;
  if (next > 0) counts.set(key, next);
  else counts.delete(key);
}
