/** The keys of a JSON object in Go's order of maps: ascending by their UTF-8 bytes. */
import { compareStrings } from './go-string.ts';
import { checkText } from './ill-formed.ts';
import type { Dict } from './values.ts';

/** From here on the order of UTF-16 units may differ from that of code points. */
const surrogateOrAbove = /[\ud800-\uffff]/;

/** `isExact`: see `ill-formed.ts`. */
export function sortedKeys(dict: Dict, isExact: boolean): string[] {
  const keys = Object.keys(dict);
  if (!keys.some((key) => surrogateOrAbove.test(key))) return keys.length < 2 ? keys : keys.sort();
  for (const key of keys) checkText(key, isExact);
  return keys.sort(compareStrings);
}
