/** Comparing and searching of texts, in time that grows with the texts and never with their product. */

/** Below, `String.includes` is quick whatever the two hold; beyond, a text may be made for which it takes hours. */
const QUICK_PRODUCT = 200_000;

export function includesText(text: string, part: string): boolean {
  if (part.length > text.length) return false;
  return text.length * part.length <= QUICK_PRODUCT ? text.includes(part) : includesByFailures(text, part);
}

/** The algorithm of Knuth, Morris and Pratt. */
function includesByFailures(text: string, part: string): boolean {
  const failures = failuresOf(part);
  let matched = 0;
  for (let at = 0; at < text.length; at += 1) {
    matched = extended(part, failures, matched, text.charCodeAt(at));
    if (matched === part.length) return true;
  }
  return false;
}

/** How much of the part matches behind one more unit of the text. */
function extended(part: string, failures: Int32Array, matched: number, unit: number): number {
  let length = matched;
  while (length > 0 && part.charCodeAt(length) !== unit) length = failures[length - 1] ?? 0;
  return part.charCodeAt(length) === unit ? length + 1 : 0;
}

/** For each beginning of the part, how long its longest end is that the part begins with. */
function failuresOf(part: string): Int32Array {
  const failures = new Int32Array(part.length);
  for (let at = 1; at < part.length; at += 1)
    failures[at] = extended(part, failures, failures[at - 1] ?? 0, part.charCodeAt(at));
  return failures;
}

/** The first character, from 1, in which two texts differ; undefined when they are equal. */
export function firstDifference(one: string, other: string): number | undefined {
  if (one === other) return undefined;
  let at = 0;
  while (at < one.length && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  // The second half of a pair belongs to the character before.
  if (at > 0 && isHigh(one.charCodeAt(at - 1)) && (isLow(one.charCodeAt(at)) || isLow(other.charCodeAt(at))))
    at -= 1;
  return countCharacters(one, at) + 1;
}

/** Unicode code points of a text, or of its first units. */
export function countCharacters(text: string, units = text.length): number {
  let count = units;
  for (let at = 0; at + 1 < units; at += 1) {
    if (isHigh(text.charCodeAt(at)) && isLow(text.charCodeAt(at + 1))) {
      count -= 1;
      at += 1;
    }
  }
  return count;
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;
