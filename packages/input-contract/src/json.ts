/** Values of JSON: what they are, whether two are the same, and their text. The values of schemas are at most 16 deep, so recursion is bounded. */
import { compareStrings } from '@px0/template';

export type Dict = Readonly<Record<string, unknown>>;

export function isDict(value: unknown): value is Dict {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As JSON values: `1` is `1.0`, and neither `true` nor `"1"`. Takes no longer than `left` is large. */
export function isSameJson(left: unknown, right: unknown, sizeOf: (dict: Dict) => number): boolean {
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => isSameJson(item, right[index], sizeOf))
    );
  }
  if (!isDict(left)) return left === right;
  return (
    isDict(right) &&
    sizeOf(left) === sizeOf(right) &&
    Object.keys(left).every((key) => Object.hasOwn(right, key) && isSameJson(left[key], right[key], sizeOf))
  );
}

/** Compact JSON with the keys of objects in the order of their bytes: so it is the same wherever a schema has been stored meanwhile. */
export function jsonText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (!isDict(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort(compareStrings)
    .map((key) => `${JSON.stringify(key)}:${jsonText(value[key])}`);
  return `{${members.join(',')}}`;
}

/** JSON without characters beyond ASCII, and without the one control character that JSON does not escape: fit for a header. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
