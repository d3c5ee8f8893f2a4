/**
 * A version as a path names it: by number or by tag. Which of the two is decided by the text alone, so a tag that looks like a number
 * can never shadow a version.
 */

export type VersionRef =
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'tag'; readonly tag: string };

const LARGEST_INT64 = 9_223_372_036_854_775_807n;
const SMALLEST_INT64 = -9_223_372_036_854_775_808n;
/** No version has number 0, so it stands for every number that none can have: negative ones and those beyond the column's range. */
const NO_VERSION = 0;
const LARGEST_INT32 = 2_147_483_647n;

/** Reads `{version}`: an optional sign and digits that fit 64 bits are a number, anything else is a tag, exact and case-sensitive. */
export function parseVersionRef(text: string): VersionRef {
  const value = parseInt64(text);
  return value === undefined ? { kind: 'tag', tag: text } : { kind: 'number', number: columnNumber(value) };
}

/** Reads the `from` and `to` of a diff: a whole number above 0, or undefined. */
export function parseVersionNumber(text: string): number | undefined {
  const value = parseInt64(text);
  if (value === undefined || value <= 0n) return undefined;
  return columnNumber(value);
}

function columnNumber(value: bigint): number {
  return value >= 1n && value <= LARGEST_INT32 ? Number(value) : NO_VERSION;
}

function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  // Leading zeros are legal in any number; without them nineteen digits hold every number that can fit.
  const digits = text.replace(/^[+-]?0*(?=[0-9])/, '');
  if (digits.length > 19) return undefined;
  const value = text.startsWith('-') ? -BigInt(digits) : BigInt(digits);
  return value > LARGEST_INT64 || value < SMALLEST_INT64 ? undefined : value;
}
