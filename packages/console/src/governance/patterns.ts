/** Patterns of slugs, folders and tags, as px0 matches them, written one after the other with commas or line breaks between them. */

/** As many as px0 takes in one list. */
const MOST_PATTERNS = 20;

export function patternsIn(text: string): string[] {
  return [
    ...new Set(
      text
        .split(/[,\n]/)
        .map((one) => one.trim())
        .filter((one) => one !== ''),
    ),
  ];
}

export function patternsText(patterns: readonly string[]): string {
  return patterns.join(', ');
}

/** Why a list of patterns cannot be used; undefined if it can. */
export function patternsFault(text: string, what: string): string | undefined {
  const { length } = patternsIn(text);
  if (length === 0) return `Enter a ${what}`;
  return length > MOST_PATTERNS ? `Enter at most ${MOST_PATTERNS} patterns` : undefined;
}

/** “a”, “b” and “c”. */
export function listText(words: readonly string[], last: 'and' | 'or' = 'and'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}
