/**
 * How a prompt's slug is made from what a user typed. The same rule holds for a slug that was given and for one derived from the name,
 * so a slug is always its own normal form.
 */

/** Every run of characters that are neither letters (L) nor decimal digits (Nd); underscores are among them, so runs of `_` collapse. */
const SEPARATORS = /[^\p{L}\p{Nd}]+/gu;

/** Lower-cases, joins the words with `_`. `My-Custom_Slug!` becomes `my_custom_slug`, `!!!` the empty string. */
export function normaliseSlug(text: string): string {
  return lowerSimply(text).replace(SEPARATORS, '_').replace(/^_|_$/g, '');
}

/**
 * Unicode's *simple* lower-case mapping: one code point at a time, so `Σ` is `σ` at a word's end, too. `İ` is the one code point whose
 * full mapping is longer than one; its simple mapping is the first of them, `i`.
 */
function lowerSimply(text: string): string {
  let lowered = '';
  for (const character of text) {
    const [first = ''] = character.toLowerCase();
    lowered += first;
  }
  return lowered;
}

/** Length in code points, which is what Postgres counts and what a person would. */
export function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
