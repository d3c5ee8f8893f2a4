/**
 * The Postgres pool of a service. Sets every limit that `pg` leaves open: size, acquisition, idle time, keep-alive and statement
 * time. When the database is away, clients get an error within two seconds, and none of its errors ends the process.
 */
import pg from 'pg';
import type { Logger } from '../logger.ts';

export interface PoolOptions {
  readonly connectionString: string;
  /** The service's own schema; every unqualified name means a table there. */
  readonly schema: string;
  readonly logger: Logger;
  /** Connections at most. */
  readonly max?: number;
  readonly statementTimeoutMs?: number;
  /** How long a request waits for a connection before it is answered with 503. */
  readonly acquireTimeoutMs?: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
}

/** Waiting longer would only pile up requests: a 503 lets clients retry later. */
const ACQUIRE_TIMEOUT_MS = 2_000;

/** Creates the pool. Nothing connects before the first query. */
export function createPool(options: PoolOptions): pg.Pool {
  const { connectionString, schema, logger, max = 10 } = options;
  const pool = new pg.Pool({
    connectionString,
    max,
    application_name: options.applicationName ?? `px0-${schema}`,
    connectionTimeoutMillis: options.acquireTimeoutMs ?? ACQUIRE_TIMEOUT_MS,
    idleTimeoutMillis: 30_000,
    // A connection whose other end vanished (failover, NAT timeout) is noticed without waiting for a query to hang on it.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    statement_timeout: options.statementTimeoutMs ?? 10_000,
    // The server cannot enforce its own timeout when it is the one that hangs (a stopped process, a dead disk).
    query_timeout: (options.statementTimeoutMs ?? 10_000) + 2_000,
    // A transaction that its process forgot would hold its locks for ever.
    idle_in_transaction_session_timeout: 30_000,
    options: `-c search_path=${quoteSearchPath(schema)}`,
  });
  // An idle connection that breaks emits here; without a listener the process would end.
  pool.on('error', (error) => logger.warn({ err: error }, 'an idle Postgres connection failed'));
  return pool;
}

/** A schema's name as an identifier. @throws Error for a name that would need escapes in a connection option */
export function quoteSearchPath(schema: string): string {
  if (!/^[a-z_][a-z0-9_]*$/.test(schema)) throw new Error(`"${schema}" is not a plain schema name`);
  return schema;
}
