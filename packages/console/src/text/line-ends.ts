/**
 * The line endings of a text. Editors and text areas in a browser have a single kind of line break. These functions keep a text's own
 * endings apart from its lines, so that everything the user does not edit stays exact to the byte.
 */

export type LineEnd = '\n' | '\r\n' | '\r';

/** A text split into lines. Line n ends with `ends[n]`; the last line has no ending. */
export interface Lines {
  readonly lines: readonly string[];
  readonly ends: readonly LineEnd[];
}

const lineBreak = /\r\n?|\n/g;

export function linesOf(text: string): Lines {
  return { lines: text.split(/\r\n?|\n/), ends: (text.match(lineBreak) ?? []) as LineEnd[] };
}

/** The text with `\n` for each line break, as in editors and text areas. */
export function withLineFeeds(text: string): string {
  return text.includes('\r') ? text.replaceAll(lineBreak, '\n') : text;
}

/**
 * Joins lines to a text. Writes a CR before an empty line that ends with LF as CR LF: otherwise the two line breaks would read as one, and
 * the empty line would be lost.
 */
export function textOf({ lines, ends }: Lines): string {
  let text = '';
  for (const [at, line] of lines.entries()) {
    const end = ends[at] ?? '';
    const isReadAsOne = end === '\r' && lines[at + 1] === '' && ends[at + 1] === '\n';
    text += line + (isReadAsOne ? '\r\n' : end);
  }
  return text;
}

/** An edit in lines, counted from 0. It removes the endings of the lines from `from` up to, but excluding, `to` and adds `added` new ones. */
export interface LineEdit {
  readonly from: number;
  readonly to: number;
  readonly added: number;
}

/**
 * The line endings after edits, which must be in order and must not overlap. A new line break gets the ending of the line that it splits, or
 * else of the line before.
 *
 * @param habit the ending of a new line in a text without line breaks
 */
export function editedEnds(
  ends: readonly LineEnd[],
  edits: readonly LineEdit[],
  habit: LineEnd,
): readonly LineEnd[] {
  const edited: LineEnd[] = [];
  let kept = 0;
  const keepUpTo = (line: number): void => {
    for (; kept < line; kept++) edited.push(ends[kept] ?? habit);
  };
  for (const { from, to, added } of edits) {
    keepUpTo(from);
    const end = ends[from] ?? ends[from - 1] ?? habit;
    for (let count = 0; count < added; count++) edited.push(end);
    kept = to;
  }
  keepUpTo(ends.length);
  return edited;
}

/** The most frequent ending; LF on a tie. */
export function prevailingEnd(ends: readonly LineEnd[]): LineEnd {
  const counts = { '\n': 0, '\r\n': 0, '\r': 0 };
  for (const end of ends) counts[end]++;
  if (counts['\r\n'] > counts['\n'] && counts['\r\n'] >= counts['\r']) return '\r\n';
  return counts['\r'] > counts['\n'] ? '\r' : '\n';
}

/** The kind of line ending in a text; undefined for a single line. */
export function kindOfEnds(text: string): LineEnd | 'mixed' | undefined {
  if (!text.includes('\r')) return text.includes('\n') ? '\n' : undefined;
  const [kind, ...others] = new Set(text.match(lineBreak) as LineEnd[] | null);
  return others.length === 0 ? kind : 'mixed';
}

/**
 * The text after a user changed `before` to `typed` in a text area. A text area only has `\n`, so outside the edit the endings of `before`
 * stay.
 */
export function retyped(before: string, typed: string): string {
  if (!before.includes('\r')) return typed;
  const shown = withLineFeeds(before);
  const shorter = Math.min(shown.length, typed.length);
  let start = 0;
  while (start < shorter && shown[start] === typed[start]) start++;
  let rest = 0;
  while (rest < shorter - start && shown.at(-1 - rest) === typed.at(-1 - rest)) rest++;
  const breaksIn = (text: string): number => text.split('\n').length - 1;
  const from = breaksIn(shown.slice(0, start));
  const to = from + breaksIn(shown.slice(start, shown.length - rest));
  const added = breaksIn(typed.slice(start, typed.length - rest));
  const { ends } = linesOf(before);
  return textOf({
    lines: typed.split('\n'),
    ends: editedEnds(ends, [{ from, to, added }], prevailingEnd(ends)),
  });
}
