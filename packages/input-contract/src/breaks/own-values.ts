/**
 * Compares the values that two schemas allow in one place by their own keywords, whatever they want inside of lists and objects. Where it is hard to
 * tell, the new schema is taken to refuse something: a break too many can be allowed, one too few is found by callers.
 */
import { typeCheck, typesOf } from '../judge/keywords.ts';
import { compileNode } from '../judge/node.ts';
import type { InputSchema, JsonType } from '../schema/schema.ts';

/** How a schema refuses something that another one allows: by its types, and by its other keywords. */
export interface Refusal {
  readonly byType: boolean;
  readonly byValue: boolean;
}

const ALL_TYPES: readonly JsonType[] = ['string', 'number', 'boolean', 'array', 'object', 'null'];
/** Whole numbers between two bounds are looked at one by one up to so many. */
const MOST_LISTED = 256;

export function refusal(from: InputSchema, to: InputSchema): Refusal {
  const named = namedValues(from);
  const types = named === undefined ? typesIn(from) : [];
  const values = named ?? types.flatMap((type) => fewValues(type, from) ?? []);
  const many = types.filter((type) => fewValues(type, from) === undefined);
  const check = typeCheck(to);
  const ofRightType = values.filter((value) => check?.accepts(value) !== false);
  const { accepts } = compileNode(to, false);
  return {
    byType: ofRightType.length < values.length || many.some((type) => !hasType(to, type)),
    byValue:
      // Also by what they hold: nothing else is said of what is in them.
      ofRightType.some((value) => !accepts(value, true)) ||
      many.some((type) => hasType(to, type) && !allowsAll(to, type, from)),
  };
}

/** The values of `enum` and `const` that the schema allows as a whole; undefined without either. */
function namedValues(schema: InputSchema): readonly unknown[] | undefined {
  const values = schema.enum ?? (Object.hasOwn(schema, 'const') ? [schema.const] : undefined);
  if (values === undefined) return undefined;
  const { accepts } = compileNode(schema, false);
  return values.filter((value) => accepts(value, true));
}

/** Whether values of the type are allowed, as far as `type` says. */
export function hasType(schema: InputSchema, type: JsonType): boolean {
  const types = typesOf(schema);
  return types === undefined || types.includes(type) || (type === 'integer' && types.includes('number'));
}

function typesIn(schema: InputSchema): readonly JsonType[] {
  const types = typesOf(schema) ?? ALL_TYPES;
  return types.includes('number') ? types.filter((type) => type !== 'integer') : types;
}

/** All values of a type within the schema's bounds; undefined where there are many. */
function fewValues(type: JsonType, schema: InputSchema): readonly unknown[] | undefined {
  switch (type) {
    case 'boolean':
      return [true, false];
    case 'null':
      return [null];
    case 'object':
      return undefined;
    case 'string':
    case 'array': {
      const { low, high } = rangeOf(type, schema);
      if (low > high) return [];
      return high === 0 ? [type === 'string' ? '' : []] : undefined;
    }
    default: {
      const range = rangeOf(type, schema);
      const { low, high } = range;
      if (isEmpty(range)) return [];
      if (low === high) return [low];
      const count = high - low + 1;
      return type === 'integer' && count <= MOST_LISTED
        ? Array.from({ length: count }, (_, index) => low + index)
        : undefined;
    }
  }
}

/** Whether the schema allows all values of a type, which are many, that another one allows. */
function allowsAll(schema: InputSchema, type: JsonType, other: InputSchema): boolean {
  if (schema.enum !== undefined || Object.hasOwn(schema, 'const')) return false;
  const wide = rangeOf(type, schema);
  const range = rangeOf(type, other);
  const low = wide.low < range.low || (wide.low === range.low && (!wide.isLowOpen || range.isLowOpen));
  const high = wide.high > range.high || (wide.high === range.high && (!wide.isHighOpen || range.isHighOpen));
  return low && high;
}

/** Of numbers, or of the lengths of texts and lists. Open: without the bound itself. */
interface Range {
  readonly low: number;
  readonly isLowOpen: boolean;
  readonly high: number;
  readonly isHighOpen: boolean;
}

function isEmpty({ low, isLowOpen, high, isHighOpen }: Range): boolean {
  return low > high || (low === high && (isLowOpen || isHighOpen));
}

function rangeOf(type: JsonType, schema: InputSchema): Range {
  switch (type) {
    case 'string':
      return closed(schema.minLength ?? 0, schema.maxLength ?? Number.POSITIVE_INFINITY);
    case 'array':
      return closed(schema.minItems ?? 0, schema.maxItems ?? Number.POSITIVE_INFINITY);
    case 'number':
      return rangeOfNumbers(schema);
    case 'integer': {
      const { low, isLowOpen, high, isHighOpen } = rangeOfNumbers(schema);
      return closed(
        isLowOpen && Number.isInteger(low) ? low + 1 : Math.ceil(low),
        isHighOpen && Number.isInteger(high) ? high - 1 : Math.floor(high),
      );
    }
    default:
      return closed(0, 0);
  }
}

function closed(low: number, high: number): Range {
  return { low, isLowOpen: false, high, isHighOpen: false };
}

function rangeOfNumbers(schema: InputSchema): Range {
  const { minimum = -Infinity, maximum = Infinity } = schema;
  const { exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity } = schema;
  return {
    low: Math.max(minimum, exclusiveMinimum),
    isLowOpen: exclusiveMinimum >= minimum && exclusiveMinimum > -Infinity,
    high: Math.min(maximum, exclusiveMaximum),
    isHighOpen: exclusiveMaximum <= maximum && exclusiveMaximum < Infinity,
  };
}

/** Whether there are objects, or lists with elements, that were not compared one by one. */
export function allowsMany(schema: InputSchema, type: 'object' | 'array'): boolean {
  return namedValues(schema) === undefined && hasType(schema, type) && fewValues(type, schema) === undefined;
}
