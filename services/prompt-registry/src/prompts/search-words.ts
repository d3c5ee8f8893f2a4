/**
 * The words that a search knows a prompt by. The same function makes them of what is searched and of what is searched for, so nothing
 * depends on the database's locale or on how its parser takes `v1.2`, an address or an umlaut.
 */

/** Longer ones are cut on both sides, so they still match; the database takes 2,046 bytes. */
const WORD_CHARACTERS = 100;

/** Runs of letters and digits in lower case, each once, in compatibility form: `ﬁ` is `fi`, `²` is `2`. */
export function searchWords(...texts: readonly string[]): string[] {
  const words =
    texts
      .join(' ')
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  return [...new Set(words.map((word) => [...word].slice(0, WORD_CHARACTERS).join('')))];
}
