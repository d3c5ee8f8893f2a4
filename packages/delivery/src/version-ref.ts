/** Parses the `{version}` of a render path: a version number or a tag, decided by the text alone. */

/** What a version reference names. A number that no version can have is `number` all the same: it is unknown, not a tag. */
export type VersionRef =
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'tag'; readonly tag: string };

const SIGNED_DECIMAL = /^[+-]?[0-9]+$/;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/**
 * An optional sign and decimal digits that fit a signed 64-bit integer are a version number (`007` is 7); every other text is a tag,
 * compared exactly. Numbers above 2^53 lose their last digits here, which is harmless: version numbers are 32-bit.
 */
export function parseVersionRef(text: string): VersionRef {
  if (!SIGNED_DECIMAL.test(text)) return { kind: 'tag', tag: text };
  // Fifteen digits fit every number type; only longer ones need the exact comparison.
  if (text.length > 15) {
    const exact = BigInt(text.startsWith('+') ? text.slice(1) : text);
    if (exact < INT64_MIN || exact > INT64_MAX) return { kind: 'tag', tag: text };
  }
  return { kind: 'number', number: Number(text) };
}
