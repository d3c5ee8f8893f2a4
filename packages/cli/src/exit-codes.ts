/** What a script learns from the exit code. The numbers are part of the command's contract and documented in the README. */
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
  /** A fault of the command itself. */
  internal: 1,
  /** Wrong arguments, or files and variables that are not what they have to be. */
  usage: 2,
  /** Not logged in, or the credential is unknown, expired or revoked. */
  unauthorized: 3,
  forbidden: 4,
  not_found: 5,
  /** Something stands in the way, such as a name that is taken. */
  conflict: 6,
  /** px0 refuses what was sent: a broken template, a state that does not allow it, a render that fails. */
  refused: 7,
  /** px0 cannot be reached, or has asked to be left alone for now. */
  unreachable: 8,
  /** With `--check`: folder and team differ. */
  different: 9,
  interrupted: 130,
} as const;

export type ExitName = keyof typeof exitCodes;

/** An error with a sentence for the person and an exit code for the script. */
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
