/**
 * Tells "the store is away or overloaded" (a 503, retry later) from every other failure (a 500, a bug). Reads codes rather than
 * classes, because the same broken connection surfaces as a Node error or as a pg error.
 */

/** Node's codes for a peer that cannot be reached or went away. */
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** pg gives these no code. */
const PG_MESSAGES = [
  'timeout exceeded when trying to connect',
  'Connection terminated',
  'Client has encountered a connection error',
  'Query read timeout',
  'Cannot use a pool after calling end on the pool',
];

/** Causes nest a few levels at most; a cycle must not hang the error path. */
const MAX_DEPTH = 6;

/** True when the error says that Postgres (or another server) cannot be reached, is shutting down, or has no capacity left. */
export function isUnavailable(error: unknown, depth = 0): boolean {
  if (depth > MAX_DEPTH || typeof error !== 'object' || error === null) return false;
  if (hasUnavailableCode(error) || hasUnavailableText(error)) return true;
  if ('cause' in error && isUnavailable(error.cause, depth + 1)) return true;
  return error instanceof AggregateError && error.errors.some((inner) => isUnavailable(inner, depth + 1));
}

/** True for SQLSTATEs of a server that is away or has no capacity. */
export function isUnavailableSqlState(code: string): boolean {
  return (
    code.startsWith('08') || // connection exceptions
    code.startsWith('53') || // insufficient resources: connections, memory, disk
    code.startsWith('57P0') || // shutdown, crash, starting up, database dropped
    code === '57014' || // statement timeout: overloaded
    code === '25P03' || // idle-in-transaction timeout: the connection is gone
    code === '55P03' || // lock timeout
    code === '58030' // I/O error
  );
}

function hasUnavailableCode(error: object): boolean {
  const code = read(error, 'code');
  // A Unix socket whose server is not there.
  if (code === 'ENOENT') return read(error, 'syscall') === 'connect';
  return NETWORK_CODES.has(code) || (/^[0-9A-Z]{5}$/.test(code) && isUnavailableSqlState(code));
}

function hasUnavailableText(error: object): boolean {
  const message = read(error, 'message');
  return PG_MESSAGES.some((text) => message.startsWith(text));
}

function read(error: object, field: string): string {
  const value: unknown = Reflect.get(error, field);
  return typeof value === 'string' ? value : '';
}
