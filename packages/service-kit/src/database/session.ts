/**
 * What px0 demands of a Postgres session: the settings that were asked for hold, it may write, and no other client gets it between two
 * transactions. Anything else would read another service's tables, run without limits, or let two processes lead.
 * See docs/decisions/188-no-pooler.md.
 */
import pg from 'pg';

/** What a session was asked for when it was opened. */
export interface SessionSettings {
  readonly schema: string;
  /** 0: none was asked for. */
  readonly statementTimeoutMs: number;
  readonly idleInTransactionTimeoutMs: number;
}

/**
 * `pooler`: something between px0 and Postgres, which waiting does not mend. `read-only`: a standby, or a primary that is locked for now.
 */
export type SessionFault = 'pooler' | 'read-only';

/** A session that px0 must not use. */
export class SessionError extends Error {
  override readonly name = 'SessionError';
  /** Postgres' own code for a server that rejects a connection, so that a request is answered with a 503. */
  readonly code = '08004';
  readonly fault: SessionFault;

  constructor(fault: SessionFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

const POOLER_ADVICE =
  'px0 needs the address of Postgres itself, without a pooler and without options of its own; see docs/operations/postgres.md';

/** An error that says what was found, and what to do. */
export function poolerError(found: string, options?: ErrorOptions): SessionError {
  return new SessionError(
    'pooler',
    `DATABASE_URL leads to a connection pooler: ${found}. ${POOLER_ADVICE}.`,
    options,
  );
}

interface SessionRow {
  readonly search_path: string;
  readonly statement_timeout: number;
  readonly idle_timeout: number;
  readonly read_only: boolean;
}

/** The timeouts are shown with a unit of the server's choice, which an interval understands. */
const SESSION_QUERY = `
  select current_setting('search_path') as search_path,
         (extract(epoch from current_setting('statement_timeout')::interval) * 1000)::float8 as statement_timeout,
         (extract(epoch from current_setting('idle_in_transaction_session_timeout')::interval) * 1000)::float8 as idle_timeout,
         current_setting('transaction_read_only')::bool as read_only`;

/** One round trip on a new connection. @throws SessionError if the session is not what was asked for */
export async function checkSession(
  client: pg.ClientBase,
  wanted: SessionSettings,
  timeoutMs: number,
): Promise<void> {
  const query: pg.QueryConfig & { query_timeout: number } = { text: SESSION_QUERY, query_timeout: timeoutMs };
  const { rows } = await client.query<SessionRow>(query);
  const [session] = rows;
  if (session === undefined) throw poolerError('it does not answer what the session’s settings are');
  const differing = [
    differs('search_path', session.search_path, wanted.schema),
    wanted.statementTimeoutMs === 0
      ? undefined
      : differs('statement_timeout', session.statement_timeout, wanted.statementTimeoutMs),
    differs('idle_in_transaction_session_timeout', session.idle_timeout, wanted.idleInTransactionTimeoutMs),
  ].find((difference) => difference !== undefined);
  if (differing !== undefined) throw poolerError(differing);
  if (session.read_only) {
    throw new SessionError(
      'read-only',
      'Postgres accepts no writes (a standby, or default_transaction_read_only); px0 needs the primary.',
    );
  }
}

function differs(setting: string, found: string | number, wanted: string | number): string | undefined {
  if (found === wanted) return undefined;
  return `the session’s ${setting} is ${found}, although px0 asked for ${wanted}`;
}

/** Two sessions take turns so often that a pooler that hands out servers in turn, or the one that was used last, shows itself. */
const TURNS = 4;

/**
 * Finds out whether another client gets the session between two transactions, as in a pooler's transaction mode. A pooler gives
 * clients a key to cancel queries that is not Postgres' own; without that sign, a direct connection, nothing more is asked.
 *
 * @throws SessionError if the session is shared
 */
export async function requireOwnSession(client: pg.ClientBase, options: pg.ClientConfig): Promise<void> {
  const first = await backendOf(client);
  if (Reflect.get(client, 'processID') === first) return;
  const other = new pg.Client(options);
  other.on('error', () => undefined);
  try {
    await other.connect();
    const firsts = new Set([first]);
    const others = new Set<number>();
    for (let turn = 0; turn < TURNS; turn++) {
      others.add(await backendOf(other));
      firsts.add(await backendOf(client));
    }
    if (firsts.size > 1 || others.size > 1 || others.has(first)) {
      throw poolerError('several clients share a session between transactions (transaction mode)');
    }
  } finally {
    await other.end().catch(() => undefined);
  }
}

async function backendOf(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
}
