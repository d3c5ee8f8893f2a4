/**
 * A unified diff as text, byte for byte in the form of Python's `difflib.unified_diff` with `n=3` and without dates. Every line ends in a
 * newline and there is no marker for a missing one: the last line of a text counts as if it had one.
 */
import { type DiffLine, type Hunk, hunksOf } from './hunks.ts';

const prefixes = { context: ' ', removed: '-', added: '+' } as const satisfies {
  readonly [K in DiffLine['kind']]: string;
};

/** The empty text when `from` and `to` are equal. Null is no text. */
export function unifiedDiff(
  from: string | null,
  to: string | null,
  fromName: string,
  toName: string,
): string {
  return formatHunks(hunksOf(from, to), fromName, toName);
}

export function formatHunks(hunks: readonly Hunk[], fromName: string, toName: string): string {
  if (hunks.length === 0) return '';
  return [`--- ${fromName}\n+++ ${toName}\n`, ...hunks.map(formatHunk)].join('');
}

function formatHunk({ fromStart, fromLines, toStart, toLines, lines }: Hunk): string {
  const header = `@@ -${range(fromStart, fromLines)} +${range(toStart, toLines)} @@\n`;
  return [header, ...lines.map(({ kind, text }) => `${prefixes[kind]}${text}\n`)].join('');
}

function range(start: number, length: number): string {
  return length === 1 ? String(start) : `${start},${length}`;
}
