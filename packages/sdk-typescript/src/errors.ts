/**
 * What the SDK throws: one small hierarchy, told apart by who has to act. The server's own words and status are kept, because they are part of
 * the contract.
 */
import type { ContractProblems, NameProblem, ValueProblem } from './contract-problems.ts';

/** Everything that this package throws on its own account; a caller's cancellation is thrown as the caller's reason. */
export abstract class Px0Error extends Error {
  /** Errors vanish from JSON otherwise, and a result that is logged shall say what kept it from being live. */
  toJSON(): string {
    return `${this.name}: ${this.message}`;
  }
}

/** The client was made or called in a way that cannot work: no token, a broken fallback template, variables that are no JSON. */
export class UsageError extends Px0Error {
  override readonly name: string = 'UsageError';
}

/** A fallback could not be rendered with the variables given. */
export class TemplateError extends Px0Error {
  override readonly name = 'TemplateError';
}

/** px0 could not be asked, or its answer decides nothing: connection failures, timeouts, 5xx, 429, answers of somebody else. */
export class UnreachableError extends Px0Error {
  override readonly name = 'UnreachableError';
  /** The status of the last answer; undefined when there was none. */
  readonly status: number | undefined;
  /** What the last answer asked to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    options: { readonly cause?: unknown; readonly status?: number; readonly retryAfterMs?: number } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** px0 has refused the request. `message` is the server's text, which is part of its contract. */
export class RefusedError extends Px0Error {
  override readonly name: string = 'RefusedError';
  readonly status: number;
  /** What may help, such as `did you mean tone_check?`; absent when px0 says nothing. Its words may change. */
  declare readonly hint?: string;

  constructor(status: number, message: string, hint: string | null = null) {
    super(message);
    this.status = status;
    // Printed errors show every property of their own, also one that is undefined.
    if (hint !== null) this.hint = hint;
  }
}

/** 401: the access token is missing, unknown, expired or revoked. */
export class UnauthorizedError extends RefusedError {
  override readonly name = 'UnauthorizedError';
}

/** 403: the caller may not do this. */
export class ForbiddenError extends RefusedError {
  override readonly name = 'ForbiddenError';
}

/** 404: there is no such prompt or version, or no live version, as far as the caller may see. */
export class NotFoundError extends RefusedError {
  override readonly name = 'NotFoundError';
}

/** 409 and 412: something else stands in the way. */
export class ConflictError extends RefusedError {
  override readonly name = 'ConflictError';
}

/** 400, 413 and 422: the request, or what it asks to be rendered, is not right. */
export class InvalidRequestError extends RefusedError {
  override readonly name = 'InvalidRequestError';
  /** The variables that the version's contract demands and that were not given; empty for every other error, as the next two. */
  readonly missing: readonly NameProblem[];
  /** Those that it does not know. */
  readonly unknown: readonly NameProblem[];
  /** Those whose values it does not allow. */
  readonly invalid: readonly ValueProblem[];
  /** How many problems there are beside these, where there are too many to tell. */
  readonly more: number;

  constructor(
    status: number,
    message: string,
    violation: ContractProblems | null = null,
    hint: string | null = null,
  ) {
    super(status, message, hint);
    const { missing = [], unknown = [], invalid = [], more = 0 } = violation ?? {};
    this.missing = missing;
    this.unknown = unknown;
    this.invalid = invalid;
    this.more = more;
  }
}

type RefusalClass = new (status: number, message: string, hint?: string | null) => RefusedError;

const invalidRequest: ReadonlySet<number> = new Set([400, 413, 422]);

const byStatus: { readonly [status: number]: RefusalClass } = {
  401: UnauthorizedError,
  403: ForbiddenError,
  404: NotFoundError,
  409: ConflictError,
  412: ConflictError,
};

/** What an answer says beside its error. */
interface AlsoSaid {
  readonly hint?: string | null;
  readonly violation?: ContractProblems | null;
}

/** The error of a 4xx answer by its status; with what it says of a contract, and what may help, if it does. */
export function refusal(
  status: number,
  message: string,
  { hint = null, violation = null }: AlsoSaid = {},
): RefusedError {
  if (invalidRequest.has(status)) return new InvalidRequestError(status, message, violation, hint);
  return new (byStatus[status] ?? RefusedError)(status, message, hint);
}

/**
 * What `read` gives, which looks at what a caller has handed over.
 *
 * @throws UsageError also when that throws while it is read, as a getter and a revoked proxy do
 */
export function readable<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Px0Error) throw error;
    throw new UsageError(`${what} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

/** What an error says, whatever was thrown. */
export function reasonOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : String(error);
  } catch {
    return 'unknown error';
  }
}
