/** What both backends do at run time to values: look up fields, range, print, and check arguments. */

import type { Site } from '../plan/plan.ts';
import { formatShortest } from '../values/float-format.ts';
import { quote } from '../values/quote.ts';
import { Complex, isDict, isList, typeName, Uint8 } from '../values/values.ts';
import type { Run } from './run.ts';

/** A field of a value. `isElement`: the value is in an interface, which is what a message then calls its type. */
export function field(
  run: Run,
  receiver: unknown,
  key: string,
  isElement: boolean,
  isLenient: boolean,
  site: Site,
): unknown {
  if (receiver === undefined) {
    if (run.missingKey === 'error' && !isLenient) run.fail(site, `nil data; no entry for key ${quote(key)}`);
    return undefined;
  }
  if (receiver === null) return run.fail(site, `nil pointer evaluating interface {}.${key}`);
  if (!isDict(receiver)) return noField(run, receiver, key, isElement, site);
  const value = Object.hasOwn(receiver, key) ? receiver[key] : undefined;
  if (value !== undefined) return value;
  if (isLenient || run.missingKey === 'default') return undefined;
  if (run.missingKey === 'zero') return null;
  return run.fail(site, `map has no entry for key ${quote(key)}`);
}

function noField(run: Run, receiver: unknown, key: string, isElement: boolean, site: Site): never {
  // Integers never stand in an interface: they come from literals, len and range.
  const isInterface = isElement && !isInteger(receiver);
  return run.fail(
    site,
    `can't evaluate field ${key} in type ${isInterface ? 'interface {}' : typeName(receiver)}`,
  );
}

/** A field with arguments after it, which is always an error, unless there is nothing to have fields. */
export function fieldWithArguments(
  run: Run,
  receiver: unknown,
  key: string,
  isElement: boolean,
  site: Site,
): unknown {
  if (!isDict(receiver)) return field(run, receiver, key, isElement, false, site);
  return run.fail(site, `${key} is not a method but has arguments`);
}

/** The own value of a key whose name every object, list or string knows too. */
export function own(receiver: unknown, key: string): unknown {
  return isDict(receiver) && Object.hasOwn(receiver, key) ? receiver[key] : undefined;
}

/** An element as `slice` sees it: in an interface, unless it is an integer. */
export function elementIndex(value: unknown, isElement: boolean): unknown {
  return value === undefined || !isElement || isInteger(value) ? value : null;
}

function isInteger(value: unknown): boolean {
  return typeof value === 'bigint' || value instanceof Uint8;
}

/** What a loop goes over, lists aside: those are taken as they are. */
export interface Iteration {
  readonly count: number;
  readonly items: readonly unknown[];
  /** Keys of a map; lists and integers count instead. */
  readonly keys: readonly string[] | undefined;
  /** Makes the items of an integer. */
  readonly integer: ((index: number) => unknown) | undefined;
}

const NOTHING: Iteration = { count: 0, items: [], keys: undefined, integer: undefined };

export function iterate(run: Run, value: unknown, hasTwoVariables: boolean, site: Site): Iteration {
  if (value === null || value === undefined) return NOTHING;
  if (isList(value)) return { count: value.length, items: value, keys: undefined, integer: undefined };
  if (isDict(value)) {
    const keys = run.known.keys(value);
    run.charge(site, keys.length);
    return { count: keys.length, items: keys.map((key) => value[key]), keys, integer: undefined };
  }
  const isByte = value instanceof Uint8;
  if (!isByte && typeof value !== 'bigint') {
    return run.fail(site, `range can't iterate over ${run.describe(value, 'v')}`);
  }
  const count = isByte ? value.value : Number(value);
  if (hasTwoVariables)
    run.fail(site, `can't use ${isByte ? count : value} to iterate over more than one variable`);
  const integer = isByte
    ? (index: number): unknown => new Uint8(index)
    : (index: number): unknown => BigInt(index);
  return { count: Math.max(count, 0), items: [], keys: undefined, integer };
}

/** What `{{value}}` prints. */
export function show(run: Run, value: unknown, site: Site): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return formatShortest(value);
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      if (value === null || value === undefined) return '<no value>';
      // Scalars as well, if rare ones: they are short, and cost nothing.
      if (value instanceof Uint8 || value instanceof Complex) return run.describe(value, 'v');
      return run.print(site, (printer) => printer.printArgument(value, 'v'));
  }
}

/** Whether this text and what stands before it may share a character; see `ill-formed.ts`. */
export function startsWithHalf(text: string): boolean {
  return (text.charCodeAt(0) & 0xfc00) === 0xdc00;
}

/** The check of an argument for a parameter of one type. */
export function checkArgument(run: Run, value: unknown, type: 'string' | 'int', site: Site): void {
  if (type === 'string' ? typeof value === 'string' : typeof value === 'bigint') return;
  if (value === undefined) run.fail(site, `invalid value; expected ${type}`);
  const actual = value === null ? 'interface {}' : typeName(value);
  run.fail(site, `wrong type for value; expected ${type}; got ${actual}`);
}
