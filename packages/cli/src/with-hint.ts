import { RefusedError } from '@px0/sdk';

/** A text about an error, with what px0 says may help behind it in parentheses. */
export function withHint(text: string, error: unknown): string {
  const hint = error instanceof RefusedError ? error.hint : undefined;
  return hint === undefined ? text : `${text} (${hint})`;
}
