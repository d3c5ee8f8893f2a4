/** The exit codes, for scripts. The numbers are part of the command's contract and documented in the README. */
import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  Px0Error,
  RefusedError,
  UnauthorizedError,
  UnreachableError,
} from '@px0/sdk';

export const exitCodes = {
  ok: 0,
  /** An error in the command itself. */
  internal: 1,
  /** Wrong arguments or settings, or invalid files or variables. */
  usage: 2,
  /** Not logged in, or the credential is unknown, expired or revoked. */
  unauthorized: 3,
  forbidden: 4,
  not_found: 5,
  /** A conflict, such as a name that is taken. */
  conflict: 6,
  /** px0 refuses the request: a broken template, a state that does not allow it, a render that fails. */
  refused: 7,
  /** px0 is unreachable, or asks to retry later. */
  unreachable: 8,
  /** With `--check`: folder and team differ, or generated types and contracts. `relay check`: relay and px0 differ, or one of them is stale. */
  different: 9,
  interrupted: 130,
} as const;

export type ExitName = keyof typeof exitCodes;

/** An error with a message for the user and an exit code for scripts. */
export class CliError extends Error {
  readonly exit: ExitName;

  constructor(exit: ExitName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exit = exit;
  }
}

export function exitNameOf(error: unknown): ExitName {
  if (error instanceof CliError) return error.exit;
  if (error instanceof UnauthorizedError) return 'unauthorized';
  if (error instanceof ForbiddenError) return 'forbidden';
  if (error instanceof NotFoundError) return 'not_found';
  if (error instanceof ConflictError) return 'conflict';
  if (error instanceof RefusedError) return 'refused';
  if (error instanceof UnreachableError) return 'unreachable';
  return error instanceof Px0Error ? 'usage' : 'internal';
}
