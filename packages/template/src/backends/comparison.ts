/** `eq`, `ne`, `lt`, `le`, `gt`, `ge`: kinds never mix, and each mismatch has its message. */

import type { Site } from '../plan/plan.ts';
import { wholeCharacters } from '../values/bounded-text.ts';
import { compareStrings } from '../values/go-string.ts';
import { checkText } from '../values/ill-formed.ts';
import { Complex, NIL_MAP, typeName, Uint8 } from '../values/values.ts';
import type { Run } from './run.ts';

export type ComparisonName = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

type Kind = 'bool' | 'int' | 'uint' | 'float' | 'complex' | 'string' | 'none';

function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'float';
    case 'string':
      return 'string';
    default:
      if (value instanceof Uint8) return 'uint';
      return value instanceof Complex ? 'complex' : 'none';
  }
}

/** Whether the first value equals any of the others; those after the first match are not looked at. */
export function equalsAny(run: Run, site: Site, name: ComparisonName, values: readonly unknown[]): boolean {
  const [first, ...others] = values;
  if (others.length === 0) run.fault(site, name, 'missing argument for comparison');
  return others.some((other) => equals(run, site, name, first, other));
}

export function equals(run: Run, site: Site, name: ComparisonName, a: unknown, b: unknown): boolean {
  if (typeof a === 'string' && typeof b === 'string') return equalTexts(run, site, a, b);
  const left = kindOf(a);
  const right = kindOf(b);
  if (left !== right) {
    if (isIntegerKind(left) && isIntegerKind(right)) return integerOf(a) === integerOf(b);
    if (a === null || a === undefined || b === null || b === undefined) return false;
    return run.fault(site, name, `incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`);
  }
  if (left === 'none') return equalCompounds(run, site, name, a, b);
  if (a instanceof Uint8 && b instanceof Uint8) return a.value === b.value;
  if (a instanceof Complex && b instanceof Complex) return a.real === b.real && a.imaginary === b.imaginary;
  return a === b;
}

/** Texts up to this size are compared without a charge. */
export const FREE_COMPARISON_BYTES = 64;

/** A UTF-16 unit takes no more bytes than this, and at least one. */
const MOST_BYTES_OF_UNIT = 3;

function equalTexts(run: Run, site: Site, a: string, b: string): boolean {
  const longer = Math.max(a.length, b.length);
  if (longer * MOST_BYTES_OF_UNIT <= FREE_COMPARISON_BYTES) return sameTexts(run, a, b);
  // Texts of different sizes are never compared, as that would cost nothing.
  if (longer > Math.min(a.length, b.length) * MOST_BYTES_OF_UNIT) return false;
  const bytes = run.known.byteLength(a);
  if (bytes !== run.known.byteLength(b)) return false;
  if (bytes > FREE_COMPARISON_BYTES) run.chargeRead(site, bytes);
  return a === b;
}

function sameTexts(run: Run, a: string, b: string): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  checkText(a, run.isExact);
  checkText(b, run.isExact);
  return false;
}

/** Lists, maps and nil: only nil compares with anything. */
function equalCompounds(run: Run, site: Site, name: ComparisonName, a: unknown, b: unknown): boolean {
  const isBothPresent = a !== null && a !== undefined && b !== null && b !== undefined;
  if (isBothPresent && Array.isArray(a) !== Array.isArray(b)) {
    const types = `${run.describe(a, 's')}: ${typeName(a)}, ${typeName(b)}: ${run.describe(b, 'v')}`;
    return run.fault(site, name, `non-comparable types ${types}`);
  }
  if (isNil(a) || isNil(b)) return isNil(a) === isNil(b);
  return run.fault(site, name, `non-comparable type ${run.describe(b, 's')}: ${typeName(b)}`);
}

function isNil(value: unknown): boolean {
  return value === null || value === undefined || value === NIL_MAP;
}

function isLess(run: Run, site: Site, name: ComparisonName, a: unknown, b: unknown): boolean {
  const left = kindOf(a);
  const right = kindOf(b);
  if (left === 'none' || right === 'none') return run.fault(site, name, 'invalid type for comparison');
  if (left !== right) {
    if (isIntegerKind(left) && isIntegerKind(right)) return integerOf(a) < integerOf(b);
    return run.fault(site, name, `incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`);
  }
  if (typeof a === 'string' && typeof b === 'string') return isTextLess(run, site, a, b);
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  if (isIntegerKind(left)) return integerOf(a) < integerOf(b);
  return run.fault(site, name, 'invalid type for comparison');
}

function isTextLess(run: Run, site: Site, a: string, b: string): boolean {
  run.chargeRead(site, bytesOfShorter(run, a, b));
  return compareStrings(a, b) < 0;
}

/** Reads no more of the longer text than the comparison will. */
function bytesOfShorter(run: Run, a: string, b: string): number {
  const [shorter, longer] = a.length < b.length ? [a, b] : [b, a];
  const bytes = run.known.byteLength(shorter);
  if (longer.length <= shorter.length * MOST_BYTES_OF_UNIT)
    return Math.min(bytes, run.known.byteLength(longer));
  checkText(longer.slice(0, wholeCharacters(longer, shorter.length)), run.isExact);
  return bytes;
}

function isIntegerKind(kind: Kind): boolean {
  return kind === 'int' || kind === 'uint';
}

function integerOf(value: unknown): bigint {
  if (value instanceof Uint8) return BigInt(value.value);
  return typeof value === 'bigint' ? value : 0n;
}

/** An ordering of two values. */
export function compare(run: Run, site: Site, name: ComparisonName, a: unknown, b: unknown): boolean {
  switch (name) {
    case 'lt':
      return isLess(run, site, name, a, b);
    case 'le':
      return isLess(run, site, name, a, b) || equals(run, site, name, a, b);
    case 'gt':
      return !(isLess(run, site, name, a, b) || equals(run, site, name, a, b));
    default:
      return !isLess(run, site, name, a, b);
  }
}
