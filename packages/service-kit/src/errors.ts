/**
 * The one error class that commands throw. Its code comes from the contract's closed list, which fixes status and text, so no
 * command can invent an answer that clients do not know.
 */
import { type ErrorCode, errorCatalog, type Hint } from '@px0/contracts';

export interface ApiErrorOptions {
  /** Appended to the contract's text after `: `, e.g. the line and column of a broken template. Shown to the client. */
  readonly detail?: string;
  /** The internal message, for logs only. Defaults to the public one. */
  readonly message?: string;
  /** Sent as `Retry-After`, in seconds. A 503 or 429 without it gets one second. */
  readonly retryAfterSeconds?: number;
  /** Sent as `Px0-Hint`. */
  readonly hint?: Hint | undefined;
  readonly cause?: unknown;
}

/** A refusal as the contract words it. `publicMessage` goes to the client, `message` and `cause` to the log. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly publicMessage: string;
  readonly retryAfterSeconds: number | undefined;
  readonly hint: Hint | undefined;

  constructor(code: ErrorCode, options: ApiErrorOptions = {}) {
    const { status, message } = errorCatalog[code];
    const publicMessage = options.detail === undefined ? message : `${message}: ${options.detail}`;
    super(
      options.message ?? publicMessage,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = code;
    this.status = status;
    this.publicMessage = publicMessage;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.hint = options.hint;
  }
}

/** The environment is wrong. Its message is one sentence that names the variable; the process ends with it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** The process cannot start for a reason that an operator can act on. Its message is one sentence. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
