/**
 * The patterns of policies and of narrow API keys: literal characters and `*`, which stands for any run of characters, also none. A
 * pattern matches a whole text, and case counts. Patterns are never regular expressions: matching takes a time that grows with the length
 * of the text and the pattern, whatever they hold.
 * See docs/decisions/201-policies.md.
 */

/** Whether the whole text matches the pattern. */
export function matchesPattern(pattern: string, text: string): boolean {
  return compile(pattern)(text);
}

/** Returns a function that tells whether a text matches one of the patterns. Nothing matches an empty list. */
export function compilePatterns(patterns: readonly string[]): (text: string) => boolean {
  const compiled = patterns.map(compile);
  return (text) => compiled.some((matches) => matches(text));
}

function compile(pattern: string): (text: string) => boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return (text) => text === pattern;
  const pieces = rest
    .filter((piece) => piece !== '')
    .map((text): Piece => ({ text, retreat: retreats(text) }));
  return (text) => {
    const end = text.length - last.length;
    if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    // The leftmost place is as good as any other: it leaves the most text to the pieces that follow.
    for (const piece of pieces) {
      at = endOf(piece, text, at, end);
      if (at < 0) return false;
    }
    return true;
  };
}

/** The literal text between two stars, with how far to fall back in it when the next character does not follow (Knuth, Morris, Pratt). */
interface Piece {
  readonly text: string;
  readonly retreat: readonly number[];
}

/** For each length of the text's beginning, the length of its longest proper beginning that is also its end. */
function retreats(text: string): number[] {
  const lengths = [0];
  let matched = 0;
  for (let index = 1; index < text.length; index += 1) {
    while (matched > 0 && text[index] !== text[matched]) matched = lengths[matched - 1] ?? 0;
    if (text[index] === text[matched]) matched += 1;
    lengths.push(matched);
  }
  return lengths;
}

/** Where the piece's first occurrence between `from` and `to` ends, or -1. */
function endOf(piece: Piece, text: string, from: number, to: number): number {
  let matched = 0;
  for (let at = from; at < to; at += 1) {
    while (matched > 0 && text[at] !== piece.text[matched]) matched = piece.retreat[matched - 1] ?? 0;
    if (text[at] === piece.text[matched]) matched += 1;
    if (matched === piece.text.length) return at + 1;
  }
  return -1;
}
