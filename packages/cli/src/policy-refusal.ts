/** What to do when a policy refuses a change. */
import { ConflictError } from '@px0/sdk';

const REQUIRED = 'change request required: ';

export function isRequestRequired(error: unknown): error is ConflictError {
  return error instanceof ConflictError && error.message.startsWith(REQUIRED);
}

/** The refusal, with the command that asks for the change. Other errors are returned as they are. */
export function withWayOut(error: unknown, command: string): unknown {
  if (!isRequestRequired(error)) return error;
  return new ConflictError(error.status, `${error.message}; ask for it with "${command}"`, error.hint);
}

/** The slugs that a refusal of a whole import names behind its reason, and the reason. */
export function refusedSlugs(message: string): {
  readonly slugs: readonly string[];
  readonly reason: string;
} {
  const [, reason = message, list = ''] =
    /^((?:change request required|checks fail): .*) \(([^()]+)\)$/s.exec(message) ?? [];
  return { slugs: list === '' ? [] : list.split(', '), reason };
}
