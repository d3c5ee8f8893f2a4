/**
 * One process of an upstream service: its connection pool, and what balancing needs to know about it. Every bound that undici
 * leaves at minutes or at infinity is set here.
 */
import type { Patience } from '@px0/contracts';
import { Pool } from 'undici';

export interface ReplicaOptions {
  readonly connections: number;
  /** How long an answer may take to begin. */
  readonly timeouts: Readonly<Record<Patience, number>>;
}

/** A replica on the same network answers a SYN in milliseconds or is gone. */
const CONNECT_TIMEOUT_MS = 1_000;
/** Between two chunks of an answer that has begun. */
const BODY_TIMEOUT_MS = 15_000;
/** Shorter than the services keep connections (65 s), so it is always the gateway that closes an idle one. */
const KEEP_ALIVE_MS = 30_000;
/** A replica that refused a connection is left alone for this long, unless all are. */
const REST_MS = 1_000;

export class Replica {
  readonly origin: string;
  readonly pool: Pool;
  /** Requests sent to it and not yet answered in full. */
  pending = 0;
  #restUntil = 0;

  constructor(origin: string, options: ReplicaOptions, serverName?: string) {
    this.origin = origin;
    this.pool = new Pool(origin, {
      connections: options.connections,
      // A second request on the wire behind a slow one would wait for it, and could not be retried apart from it.
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      headersTimeout: Math.max(...Object.values(options.timeouts)),
      bodyTimeout: BODY_TIMEOUT_MS,
      connect: {
        timeout: CONNECT_TIMEOUT_MS,
        ...(serverName === undefined ? {} : { servername: serverName }),
      },
    });
  }

  get isResting(): boolean {
    return this.#restUntil !== 0 && performance.now() < this.#restUntil;
  }

  /** Called after a connection failed. */
  rest(): void {
    this.#restUntil = performance.now() + REST_MS;
  }

  /** Called after an answer: whoever answers is awake. */
  wake(): void {
    this.#restUntil = 0;
  }

  /** Lets what is in flight finish, then closes the connections. */
  async close(): Promise<void> {
    await this.pool.close();
  }
}
