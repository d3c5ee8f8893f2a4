/**
 * One process of an upstream service: its connection pools, its breaker, and the data for balancing. Sets every limit that undici
 * leaves at minutes or at infinity.
 */
import { channel } from 'node:diagnostics_channel';
import type { Patience } from '@px0/contracts';
import type { Logger } from '@px0/service-kit';
import { Pool } from 'undici';
import type { Address } from './addresses.ts';
import { Breaker } from './breaker.ts';
import type { AnswerHandler } from './http1/connection.ts';
import { GatheredPool, type GatheredRequest } from './http1/gathered-pool.ts';
import { tryAddress } from './trial.ts';

export interface ReplicaOptions {
  /** The upstream's name. */
  readonly name: string;
  readonly connections: number;
  /** How long an answer may take to begin. */
  readonly timeouts: Readonly<Record<Patience, number>>;
  readonly logger: Logger;
}

/** A replica on the same network answers a SYN in milliseconds or is gone. */
const CONNECT_TIMEOUT_MS = 1_000;
/** Between two chunks of an answer that has begun. */
const BODY_TIMEOUT_MS = 15_000;
/** Between two heartbeats of a stream: four of them. */
const STREAM_BODY_TIMEOUT_MS = 60_000;
/** Shorter than the services keep connections (65 s), so it is always the gateway that closes an idle one. */
const KEEP_ALIVE_MS = 30_000;
/** Has subscribers when requests are traced: undici's, since what instruments it knows no other client. */
const undiciRequests = channel('undici:request:create');

export class Replica {
  readonly origin: string;
  readonly pool: Pool;
  /** Undefined for TLS. */
  readonly #gathered: GatheredPool | undefined;
  readonly breaker: Breaker;
  /** Requests sent to it and not yet answered in full, but for streams. */
  pending = 0;
  /** Streams that it sends. */
  streams = 0;
  readonly #openStreamPool: () => Pool;
  #streamPool: Pool | undefined;

  constructor(address: Address, { name, connections, timeouts, logger }: ReplicaOptions) {
    const { origin, serverName } = address;
    this.origin = origin;
    const settings = {
      // A second request on the wire behind a slow one would wait for it, and could not be retried apart from it.
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      connect: {
        timeout: CONNECT_TIMEOUT_MS,
        ...(serverName === undefined ? {} : { servername: serverName }),
      },
    };
    const headersTimeout = Math.max(...Object.values(timeouts));
    this.pool = new Pool(origin, { ...settings, connections, headersTimeout, bodyTimeout: BODY_TIMEOUT_MS });
    if (origin.startsWith('http:')) {
      this.#gathered = new GatheredPool(origin, {
        connections,
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
        keepAliveSeconds: KEEP_ALIVE_MS / 1_000,
        silenceSeconds: BODY_TIMEOUT_MS / 1_000,
      });
    }
    this.#openStreamPool = () =>
      new Pool(origin, { ...settings, headersTimeout, bodyTimeout: STREAM_BODY_TIMEOUT_MS });
    this.breaker = new Breaker({
      upstream: name,
      address: origin,
      trial: (signal) => tryAddress(address, signal),
      logger,
    });
  }

  /** Sends a request whose body is here, or that has none. False: the pool has to. */
  sendGathered(request: GatheredRequest, handler: AnswerHandler): boolean {
    return (
      this.#gathered !== undefined && !undiciRequests.hasSubscribers && this.#gathered.send(request, handler)
    );
  }

  /** Connections for streams, each of which keeps one: in the other pool they would leave none to requests. Bounded by the gateway's streams. */
  get streamPool(): Pool {
    this.#streamPool ??= this.#openStreamPool();
    return this.#streamPool;
  }

  /** False while its breaker is open. */
  get isUsable(): boolean {
    return this.breaker.state === 'closed';
  }

  get isResting(): boolean {
    return this.breaker.isResting;
  }

  /** Called after a request got no answer: other replicas are preferred until this one answers. */
  rest(): void {
    this.breaker.rest();
  }

  /** Called after an answer, which shows that the replica is up. */
  wake(): void {
    this.breaker.wake();
  }

  /** Lets everything that is in flight finish, streams too, then closes the connections. */
  async retire(): Promise<void> {
    this.breaker.shutdown();
    await Promise.all([this.pool.close(), this.#gathered?.close(), this.#streamPool?.close()]);
  }

  /** Lets requests that are in flight finish, cuts streams, and closes the connections. */
  async close(): Promise<void> {
    this.breaker.shutdown();
    await Promise.all([this.pool.close(), this.#gathered?.close(), this.#streamPool?.destroy()]);
  }
}
