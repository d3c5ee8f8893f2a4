/** JSON values as immutable trees, addressed by lists of keys. No function changes a value in place. */
import { ExactNumber, keepsEveryDigit, readJson } from './exact-number.ts';

export type JsonValue = string | number | ExactNumber | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
/** Keys of objects and positions in lists, from the root. */
export type JsonPath = readonly (string | number)[];

/** Treats a value from the API as JSON, since it was parsed from JSON. */
export function asJson(value: unknown): JsonValue {
  return value as JsonValue;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
  );
}

export function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The value at a path; undefined if there is none. Ignores inherited keys. */
export function valueAt(root: JsonValue | undefined, path: JsonPath): JsonValue | undefined {
  let value = root;
  for (const key of path) {
    if (typeof key === 'number') value = isList(value) ? value[key] : undefined;
    else value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

/** A copy with the value at a path replaced. Creates parents that are missing or of another kind. */
export function withValueAt(root: JsonValue | undefined, path: JsonPath, value: JsonValue): JsonValue {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof key === 'number') {
    const list = isList(root) ? [...root] : [];
    while (list.length < key) list.push(null);
    list[key] = withValueAt(list[key], rest, value);
    return list;
  }
  const object = isObject(root) ? root : {};
  const child = Object.hasOwn(object, key) ? object[key] : undefined;
  // `fromEntries` defines own properties, so that a key like `__proto__` stays a key.
  return Object.fromEntries(
    [
      ...Object.entries(object).filter(([name]) => name !== key || child !== undefined),
      ...(child === undefined ? [[key, null] as const] : []),
    ].map(([name, old]) => [name, name === key ? withValueAt(child, rest, value) : old]),
  );
}

/** A copy without the value at a path; the same tree if there is none. */
export function withoutValueAt(root: JsonValue, path: JsonPath): JsonValue {
  const parentPath = path.slice(0, -1);
  const key = path.at(-1);
  const parent = valueAt(root, parentPath);
  if (typeof key === 'number' && isList(parent)) {
    return withValueAt(
      root,
      parentPath,
      parent.filter((_, at) => at !== key),
    );
  }
  if (typeof key === 'string' && isObject(parent) && Object.hasOwn(parent, key)) {
    return withValueAt(
      root,
      parentPath,
      Object.fromEntries(Object.entries(parent).filter(([name]) => name !== key)),
    );
  }
  return root;
}

export type ParsedJson =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly message: string };

/** Parses JSON. An error has the browser's message. */
export function parseJson(text: string): ParsedJson {
  try {
    return { ok: true, value: asJson(readJson(text)) };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

/** The value as a render reads it: every number is a float. */
export function withFloats(value: JsonValue): JsonValue {
  if (value instanceof ExactNumber) return value.float;
  if (isList(value)) return value.map(withFloats);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withFloats(item)]));
}

/** Whether parsing may have changed an integer, because this browser does not give access to the source text. */
export function losesDigits(value: JsonValue): boolean {
  if (keepsEveryDigit) return false;
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  if (isList(value)) return value.some(losesDigits);
  return isObject(value) && Object.values(value).some(losesDigits);
}

/** The text that users see and edit. */
export function prettyJson(value: JsonValue): string {
  return JSON.stringify(value, null, 2);
}
