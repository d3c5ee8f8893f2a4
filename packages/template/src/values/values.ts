/**
 * The values that a template computes with. JSON's own stay as they are: null, booleans, strings (see `go-string.ts`),
 * numbers (Go's float64), arrays and objects. `undefined` is Go's invalid value (what an absent thing evaluates to),
 * null is a nil inside a list or map; bigint is Go's int; the classes below are the rest.
 */

/** A byte, from indexing a string. */
export class Uint8 {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** Go's complex128, from literals such as `1+2i`. */
export class Complex {
  readonly real: number;
  readonly imaginary: number;
  constructor(real: number, imaginary: number) {
    this.real = real;
    this.imaginary = imaginary;
  }
}

export type List = readonly unknown[];
export type Dict = Readonly<Record<string, unknown>>;

/** The data of a render without variables: a nil map, which differs from an empty one in `eq . nil` and `%#v`. */
export const NIL_MAP: Dict = Object.freeze(Object.create(null));

export function isList(value: unknown): value is List {
  return Array.isArray(value);
}

/** A JSON object. */
export function isDict(value: unknown): value is Dict {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8) &&
    !(value instanceof Complex)
  );
}

/** Go's name of the value's type. */
export function typeName(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    default:
      if (value instanceof Uint8) return 'uint8';
      if (value instanceof Complex) return 'complex128';
      return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
  }
}

/** Go's truth: false are nil, false, zero of every kind, and empty strings, lists and maps. */
export function isTrue(value: unknown): boolean {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      return value !== '';
    case 'number':
      // NaN is no zero.
      return value !== 0;
    case 'bigint':
      return value !== 0n;
    case 'undefined':
      return false;
    default:
      return isTrueObject(value);
  }
}

function isTrueObject(value: unknown): boolean {
  if (value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Uint8) return value.value !== 0;
  if (value instanceof Complex) return value.real !== 0 || value.imaginary !== 0;
  return isDict(value) && !isEmptyDict(value);
}

/** A key of maps that were asked before. Where a map has many, the engine would collect them all each time to find one. */
const someKey = new WeakMap<Dict, string>();

/** Most maps are asked once: it is enough to remember every so many. */
const ASKED_PER_KEY_REMEMBERED = 8;
let asked = 0;

function isEmptyDict(dict: Dict): boolean {
  const known = someKey.get(dict);
  if (known !== undefined && Object.hasOwn(dict, known)) return false;
  for (const key in dict) {
    if (!Object.hasOwn(dict, key)) continue;
    asked += 1;
    if (asked % ASKED_PER_KEY_REMEMBERED === 0) someKey.set(dict, key);
    return false;
  }
  return true;
}

/** Where a part of a list came from: Go can slice it again, past its end up to the capacity. */
interface Origin {
  readonly list: List;
  readonly start: number;
  readonly capacity: number;
}

const origins = new WeakMap<List, Origin>();

export function capacity(list: List): number {
  return origins.get(list)?.capacity ?? list.length;
}

/** `list[start:end:limit]`; the bounds are valid for the capacity. */
export function sliceList(list: List, start: number, end: number, limit: number): List {
  const origin = origins.get(list) ?? { list, start: 0, capacity: list.length };
  const from = origin.start + start;
  const part = origin.list.slice(from, origin.start + end);
  origins.set(part, { list: origin.list, start: from, capacity: limit - start });
  return part;
}
