/** A unified diff of two texts, as px0 makes it of two versions: each line ends, and no marker says that the last one does not. */
import { structuredPatch } from 'diff';

const CONTEXT = 3;
/** Beyond it the texts count as wholly different, which is found at once. px0's own diff has the same limit. */
const MOST_EDITS = 2_000;

/** Empty if the texts are equal. */
export function unifiedDiff(from: string, to: string, fromName: string, toName: string): string {
  if (from === to) return '';
  const options = { context: CONTEXT, maxEditLength: MOST_EDITS };
  const patch = structuredPatch('', '', ended(from), ended(to), '', '', options);
  const hunks =
    patch === undefined
      ? [replaced(linesOf(from), linesOf(to))]
      : patch.hunks.map(({ oldStart, oldLines, newStart, newLines, lines }) =>
          [`@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`, ...lines].join('\n'),
        );
  return [`--- ${fromName}`, `+++ ${toName}`, ...hunks].map((text) => `${text}\n`).join('');
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function linesOf(text: string): string[] {
  return text === '' ? [] : ended(text).slice(0, -1).split('\n');
}

function replaced(from: readonly string[], to: readonly string[]): string {
  return [
    `@@ -${range(1, from.length)} +${range(1, to.length)} @@`,
    ...from.map((line) => `-${line}`),
    ...to.map((line) => `+${line}`),
  ].join('\n');
}

/** Where a side has no line, the line before is named. */
function range(start: number, length: number): string {
  if (length === 0) return `${start - 1},0`;
  return length === 1 ? String(start) : `${start},${length}`;
}
