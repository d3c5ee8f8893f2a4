/**
 * The line ends of a text. Editors and text areas of a browser know one kind of line break only; these functions keep the kinds that a text
 * has beside its lines, so that what was not edited stays exact to the byte.
 */

export type LineEnd = '\n' | '\r\n' | '\r';

/** A text taken apart. Line n ends with `ends[n]`; the last line has no end. */
export interface Lines {
  readonly lines: readonly string[];
  readonly ends: readonly LineEnd[];
}

const lineBreak = /\r\n?|\n/g;

export function linesOf(text: string): Lines {
  return { lines: text.split(/\r\n?|\n/), ends: (text.match(lineBreak) ?? []) as LineEnd[] };
}

/** The same text with `\n` for each line break, as editors and text areas hold it. */
export function withLineFeeds(text: string): string {
  return text.includes('\r') ? text.replaceAll(lineBreak, '\n') : text;
}

/**
 * The text of these lines. A CR before an empty line that ends with LF is written as CR LF: the two line breaks would otherwise be read as
 * one, and the empty line would be gone.
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

/** An edit in terms of lines, counted from 0: the ends of the lines from `from` up to, not including, `to` go; `added` new ones come. */
export interface LineEdit {
  readonly from: number;
  readonly to: number;
  readonly added: number;
}

/**
 * The line ends after edits, which are in order and do not overlap. A new line break takes after the line that it divides, or else after the
 * line before.
 *
 * @param habit the end of a new line in a text that has none
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

/** The most frequent end; LF when no other is more frequent. */
export function prevailingEnd(ends: readonly LineEnd[]): LineEnd {
  const counts = { '\n': 0, '\r\n': 0, '\r': 0 };
  for (const end of ends) counts[end]++;
  if (counts['\r\n'] > counts['\n'] && counts['\r\n'] >= counts['\r']) return '\r\n';
  return counts['\r'] > counts['\n'] ? '\r' : '\n';
}

/** The kind of all line ends of a text; undefined for a text on one line. */
export function kindOfEnds(text: string): LineEnd | 'mixed' | undefined {
  if (!text.includes('\r')) return text.includes('\n') ? '\n' : undefined;
  const [kind, ...others] = new Set(text.match(lineBreak) as LineEnd[] | null);
  return others.length === 0 ? kind : 'mixed';
}

/**
 * The text that a person means who saw `before` in a text area and left `typed` there. A text area has no line break but `\n`; outside of what
 * was edited the ends of `before` stay.
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
