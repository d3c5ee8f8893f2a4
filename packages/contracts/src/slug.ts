/**
 * How a prompt's slug is made from what a user typed. The same rule holds for a slug that was given and for one derived from the name,
 * so a slug is always its own normal form. Letters, digits and their case are those of Unicode 15, on every runtime: a prompt is found by its
 * slug, so the same name must give the same slug for ever.
 */
import { isLetterOrDigit, simpleLower } from '@px0/template/pinned-text';

/**
 * Lower-cases by Unicode's *simple* mapping, one code point at a time, so `Σ` is `σ` at a word's end, too, and `İ` is `i`; then joins the
 * runs of letters (L) and decimal digits (Nd) with `_`. `My-Custom_Slug!` becomes `my_custom_slug`, `!!!` the empty string.
 */
export function normaliseSlug(text: string): string {
  let slug = '';
  let follows = false;
  for (const character of text) {
    const codePoint = simpleLower(character.codePointAt(0) ?? 0);
    const belongs = isLetterOrDigit(codePoint);
    if (belongs && !follows && slug !== '') slug += '_';
    if (belongs) slug += String.fromCodePoint(codePoint);
    follows = belongs;
  }
  return slug;
}

/** Length in code points, which is what Postgres counts and what a person would. */
export function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
