/**
 * One service behind the gateway: its replicas and the choice among them. Upstreams share nothing, so a slow or dead one does not
 * affect the others' routes; nor do replicas of one service affect each other.
 */
import type { Patience } from '@px0/contracts';
import {
  type Address,
  type EndpointDirectory,
  isName,
  type ResolveName,
  resolveAddresses,
  resolveByDns,
} from './addresses.ts';
import type { BreakerState } from './breaker.ts';
import { Replica, type ReplicaOptions } from './replica.ts';

export interface UpstreamOptions extends ReplicaOptions {
  readonly urls: readonly string[];
  readonly pendingLimit: number;
  readonly dnsRefreshMs: number;
  readonly resolveName?: ResolveName | undefined;
  /** Where the platform has one; default: DNS alone. */
  readonly directory?: EndpointDirectory | undefined;
}

/** An exchange whose answer has not begun. */
export interface Waiting {
  readonly startedAt: number;
  /** Gives up, wherever it stands: in the pool's queue, connecting, or sent. */
  expire(): void;
}

type WaitingByPatience = Readonly<Record<Patience, Set<Waiting>>>;

/** How often waiting exchanges are looked at: one timer for all of them instead of one each. */
const SWEEP_MS = 250;

export class Upstream {
  readonly name: string;
  /** Exchanges whose answer has not begun; each adds and removes itself. */
  readonly waiting: WaitingByPatience = { ordinary: new Set(), long: new Set(), stream: new Set() };
  readonly #options: UpstreamOptions;
  #replicas: readonly Replica[] = [];
  /** No longer used, and not yet done with what they were sent. */
  readonly #retired = new Set<Replica>();
  #next = 0;
  #resolutions = 0;
  #latest = 0;
  #refresh: NodeJS.Timeout | undefined;
  readonly #sweep: NodeJS.Timeout;

  constructor(options: UpstreamOptions) {
    this.name = options.name;
    this.#options = options;
    this.#sweep = setInterval(() => this.#expireWaiting(), SWEEP_MS);
    this.#sweep.unref();
    this.#use(
      options.urls
        .filter((url) => !isName(url))
        .map((url) => ({ origin: new URL(url).origin, serverName: undefined })),
    );
  }

  /** Resolves names now and from time to time; an upstream of addresses only needs no timer. */
  async start(): Promise<void> {
    if (!this.#options.urls.some(isName)) return;
    this.#options.directory?.onChange(() => void this.#resolve());
    await this.#resolve();
    this.#refresh = setInterval(() => void this.#resolve(), this.#options.dnsRefreshMs);
    this.#refresh.unref();
  }

  get replicas(): readonly Replica[] {
    return this.#replicas;
  }

  get pending(): number {
    let pending = 0;
    for (const replica of this.#replicas) pending += replica.pending;
    return pending;
  }

  get isFull(): boolean {
    return this.pending >= this.#options.pendingLimit;
  }

  /** Closed while any replica may be used; else half-open while one of them is on trial. */
  get breakerState(): BreakerState {
    const states = new Set(this.#replicas.map(({ breaker }) => breaker.state));
    if (states.size === 0 || states.has('closed')) return 'closed';
    return states.has('half-open') ? 'half-open' : 'open';
  }

  /**
   * The replica with the least load, by default the fewest requests pending; equal ones take turns. One whose breaker is open is passed over, and one that
   * rests, too, while another is there. Undefined: there is none besides `except`.
   */
  pick(except?: Replica, load: (replica: Replica) => number = pendingOf): Replica | undefined {
    const replicas = this.#replicas;
    const only = replicas.length === 1 ? replicas[0] : undefined;
    if (only !== undefined) return only === except || !only.isUsable ? undefined : only;
    this.#next += 1;
    let best: Replica | undefined;
    let bestScore = Number.POSITIVE_INFINITY;
    for (let i = 0; i < replicas.length; i++) {
      const replica = replicas[(this.#next + i) % replicas.length];
      if (replica === undefined || replica === except || !replica.isUsable) continue;
      const score = load(replica) + (replica.isResting ? 1_000_000 : 0);
      if (score < bestScore) {
        best = replica;
        bestScore = score;
      }
    }
    return best;
  }

  async close(): Promise<void> {
    clearInterval(this.#refresh);
    clearInterval(this.#sweep);
    await Promise.allSettled([...this.#replicas, ...this.#retired].map((replica) => replica.close()));
  }

  /**
   * undici's timeout runs from the moment that a request is sent, and is that of the longest route. Behind a service that hangs, requests wait in the pool's queue for
   * a connection, each for all those before it; this bounds the whole wait.
   */
  #expireWaiting(): void {
    for (const patience of ['ordinary', 'long', 'stream'] as const) {
      const before = performance.now() - this.#options.timeouts[patience];
      for (const exchange of this.waiting[patience]) {
        // In the order of their start: the first that is young enough ends the search.
        if (exchange.startedAt > before) break;
        exchange.expire();
      }
    }
  }

  async #resolve(): Promise<void> {
    this.#resolutions += 1;
    const turn = this.#resolutions;
    const { urls, resolveName = resolveByDns, directory } = this.#options;
    const { addresses, isComplete } = await resolveAddresses(urls, resolveName, directory);
    // One that began later has more recent answers.
    if (turn < this.#latest) return;
    this.#latest = turn;
    // Nothing at all from DNS means that the name server is away, not that every replica is.
    if (addresses.length > 0 || isComplete) this.#use(addresses);
  }

  #use(addresses: readonly Address[]): void {
    const known = new Map(this.#replicas.map((replica) => [replica.origin, replica]));
    this.#replicas = addresses.map((address) => {
      const replica = known.get(address.origin) ?? new Replica(address, this.#options);
      known.delete(address.origin);
      return replica;
    });
    for (const gone of known.values()) void this.#retire(gone);
  }

  /** A replica that ends sees to the end of its own streams: cutting them here would take their time to move from them. */
  async #retire(replica: Replica): Promise<void> {
    this.#retired.add(replica);
    await replica.retire().catch(() => undefined);
    this.#retired.delete(replica);
  }
}

function pendingOf({ pending }: Replica): number {
  return pending;
}
