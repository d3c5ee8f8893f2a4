/**
 * The Postgres pool of a service. Sets every limit that `pg` leaves open: size, acquisition, idle time, keep-alive and statement
 * time. When the database is away, clients get an error within two seconds, and none of its errors ends the process. A connection is
 * handed out only if its session is what was asked for (`session.ts`).
 */
import pg from 'pg';
import type { Logger } from '../logger.ts';
import { poolerRefusal } from './refusal.ts';
import { checkSession, type SessionSettings } from './session.ts';
import { withStrictTls } from './tls-mode.ts';

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
  /** Asks something of each new connection before anything else is. */
  readonly onConnect?: (client: pg.ClientBase) => Promise<void>;
}

/** Waiting longer would only pile up requests: a 503 lets clients retry later. */
const ACQUIRE_TIMEOUT_MS = 2_000;

/** The server cannot enforce its own timeout when it is the one that hangs (a stopped process, a dead disk). */
const CLIENT_GRACE_MS = 2_000;

/** A transaction that its process forgot would hold its locks for ever. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;

/** What the connections of a pool have shown of what they lead to. */
interface Findings {
  refusal: string | undefined;
}

/** A pool whose connections are checked. */
export class CheckedPool extends pg.Pool {
  readonly #findings: Findings;

  constructor(config: pg.PoolConfig, findings: Findings) {
    super(config);
    this.#findings = findings;
  }

  /** Why the last connection that was opened, or refused, is a pooler's, with which px0 cannot work; undefined if it is not. */
  get refusal(): string | undefined {
    return this.#findings.refusal;
  }
}

/** How pg tells its pool of a connection. */
type Connected = ((error: Error) => void) | ((error: null, client: pg.Client) => void);

/** A client whose connecting includes the check, so that the pool's time limit covers both, and a failure of either is cleared away. */
function checkedClient(
  wanted: SessionSettings,
  timeoutMs: number,
  findings: Findings,
): new () => pg.ClientBase {
  return class extends pg.Client {
    override connect(): Promise<pg.Client>;
    override connect(callback: Connected): void;
    override connect(callback?: Connected): Promise<pg.Client> | undefined {
      const connected = this.#connect();
      if (callback === undefined) return connected;
      const call = (...outcome: readonly unknown[]): void => Reflect.apply(callback, undefined, outcome);
      connected.then((client) => call(null, client), call);
      return undefined;
    }

    async #connect(): Promise<pg.Client> {
      // Until the pool listens, a connection that breaks during the check would end the process.
      const ignore = (): void => undefined;
      this.on('error', ignore);
      try {
        await super.connect();
        await checkSession(this, wanted, timeoutMs);
      } catch (error) {
        findings.refusal = poolerRefusal(error)?.message ?? findings.refusal;
        this.end().catch(ignore);
        throw error;
      }
      findings.refusal = undefined;
      this.off('error', ignore);
      return this;
    }
  };
}

/** Creates the pool. Nothing connects before the first query. */
export function createPool(options: PoolOptions): CheckedPool {
  const { connectionString, schema, logger, max = 10 } = options;
  const statementTimeoutMs = options.statementTimeoutMs ?? 10_000;
  const acquireTimeoutMs = options.acquireTimeoutMs ?? ACQUIRE_TIMEOUT_MS;
  const wanted: SessionSettings = {
    schema: quoteSearchPath(schema),
    statementTimeoutMs,
    idleInTransactionTimeoutMs: IDLE_IN_TRANSACTION_TIMEOUT_MS,
  };
  const config: pg.PoolConfig = {
    connectionString: withStrictTls(connectionString),
    max,
    application_name: options.applicationName ?? `px0-${schema}`,
    connectionTimeoutMillis: acquireTimeoutMs,
    idleTimeoutMillis: 30_000,
    // A statement may be sent before the one before it is answered, which transactions make use of.
    pipeline: true,
    // A connection whose other end vanished (failover, NAT timeout) is noticed without waiting for a query to hang on it.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs === 0 ? 0 : statementTimeoutMs + CLIENT_GRACE_MS,
    idle_in_transaction_session_timeout: wanted.idleInTransactionTimeoutMs,
    options: `-c search_path=${wanted.schema}`,
    ...(options.onConnect === undefined ? {} : { onConnect: options.onConnect }),
  };
  const findings: Findings = { refusal: undefined };
  const Client = checkedClient(wanted, acquireTimeoutMs, findings);
  const pool = new CheckedPool({ ...config, Client }, findings);
  // An idle connection that breaks emits here; without a listener the process would end.
  pool.on('error', (error) => logger.warn({ err: error }, 'an idle Postgres connection failed'));
  return pool;
}

/** A schema's name as an identifier. @throws Error for a name that would need escapes in a connection option */
export function quoteSearchPath(schema: string): string {
  if (!/^[a-z_][a-z0-9_]*$/.test(schema)) throw new Error(`"${schema}" is not a plain schema name`);
  return schema;
}
