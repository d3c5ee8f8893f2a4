/** The keys of a JSON object in Go's order of maps: ascending by their UTF-8 bytes. */
import { compareStrings } from './go-string.ts';
import { checkText } from './ill-formed.ts';
import type { Meter } from './meter.ts';
import type { Dict } from './values.ts';

/** Without these the order of UTF-16 units is that of code points. */
const surrogate = /[\ud800-\udfff]/;

/** What sorting takes for a key: for some tens of thousands that differ late. */
const NANOSECONDS_PER_KEY = 600;

/** `isExact`: see `ill-formed.ts`. */
export function sortedKeys(dict: Dict, isExact: boolean, meter?: Meter): readonly string[] {
  const keys = Object.keys(dict);
  meter?.proceed(keys.length * NANOSECONDS_PER_KEY);
  if (!keys.some((key) => surrogate.test(key))) return keys.length < 2 ? keys : keys.sort();
  for (const key of keys) checkText(key, isExact);
  return keys.sort(compareStrings);
}
