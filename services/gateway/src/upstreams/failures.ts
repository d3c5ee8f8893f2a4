/**
 * Why an exchange got no answer. Failures that clients cause must never count against the service; otherwise anyone could take it
 * out of use by hanging up, or by sending too much or too slowly.
 */
import { errors } from 'undici';

/** The exchange ended for a reason of the client's. */
export class ClientFaultError extends Error {
  override readonly name: string = 'ClientFaultError';
}

/** The client went away before the answer. */
export class ClientGoneError extends ClientFaultError {
  override readonly name = 'ClientGoneError';
}

/** The keys of one organization have as many streams as they may. */
export class TooManyStreamsError extends Error {
  override readonly name = 'TooManyStreamsError';
}

/** Every address of the service is out of use: nothing was sent. */
export class UpstreamOutError extends Error {
  override readonly name = 'UpstreamOutError';
}

const connectionFailures = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_SOCKET',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
]);

/**
 * True when the connection failed, broke, or carried what is no HTTP; false when the upstream was merely slow, or the request itself
 * is at fault.
 */
export function isConnectionFailure(error: Error): boolean {
  if ('code' in error && typeof error.code === 'string' && connectionFailures.has(error.code)) return true;
  // It has a code in its type only.
  if (error instanceof errors.HTTPParserError) return true;
  return error.cause instanceof Error && isConnectionFailure(error.cause);
}

/** True for an error that says nothing about the service. */
export function isClientFault(error: unknown): boolean {
  return isInvalidRequest(error) || isCausedBy(error, ClientFaultError);
}

/** undici refused to send the request: Node's parser let through what a request cannot have. */
export function isInvalidRequest(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return error.code === 'UND_ERR_INVALID_ARG' || error.code === 'UND_ERR_NOT_SUPPORTED';
}

/** True for an error of the type, or with one among its causes. */
export function isCausedBy(error: unknown, type: new (message: string) => Error): boolean {
  return (
    error instanceof type ||
    (error instanceof Error && error.cause !== undefined && isCausedBy(error.cause, type))
  );
}
