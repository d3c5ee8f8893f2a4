/** The rules for a schema that an author writes: what is judged, what is kept and shown, and what is refused. */
import { bytesOf, MAX_BYTES, MAX_PROPERTIES } from './bounds.ts';
import type { InputSchema } from './schema.ts';
import { placeOfItems, placeOfProperty, ROOT_PLACE, SchemaFault } from './schema-fault.ts';

declare global {
  // Of ECMAScript 2026: packages that use this one are compiled without the declaration of packages/contracts.
  interface JSON {
    isRawJSON(value: unknown): boolean;
  }
}

/** Schemas inside one another, and lists and objects inside one another in their values. */
export const MAX_DEPTH = 16;
const MAX_ENUM_VALUES = 256;

const TYPES: readonly unknown[] = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'];

type Dict = Readonly<Record<string, unknown>>;

/**
 * Checks an authored schema, and gives it with plain numbers. A keyword that is not judged is refused unless it is an annotation, so that
 * nobody believes in it.
 *
 * @throws SchemaFault
 */
export function checkInputSchema(schema: Dict): InputSchema {
  const checked = new SchemaCheck().root(schema);
  // Only now is it known not to be too deep for this.
  if (bytesOf(checked) > MAX_BYTES) throw new SchemaFault(ROOT_PLACE, `must be at most ${MAX_BYTES} bytes`);
  return checked;
}

class SchemaCheck {
  #properties = 0;

  root(schema: Dict): InputSchema {
    const checked = this.#schema(schema, ROOT_PLACE, 1);
    if (checked.type !== undefined && [checked.type].flat().some((type) => type !== 'object'))
      throw new SchemaFault(ROOT_PLACE, 'type must be object');
    return checked;
  }

  #schema(schema: unknown, place: string, depth: number): InputSchema {
    if (!isDict(schema)) throw new SchemaFault(place, 'must be an object');
    if (depth > MAX_DEPTH) throw new SchemaFault(ROOT_PLACE, `must be at most ${MAX_DEPTH} levels deep`);
    const keywords = Object.entries(schema).map(([keyword, value]): [string, unknown] => [
      keyword,
      this.#keyword(keyword, value, place, depth),
    ]);
    return Object.fromEntries(keywords);
  }

  #keyword(keyword: string, value: unknown, place: string, depth: number): unknown {
    if (keyword === 'properties') return this.#propertiesOf(value, place, depth);
    if (keyword === 'items') return this.#schema(value, placeOfItems(place), depth + 1);
    const rule = Object.hasOwn(RULES, keyword) ? RULES[keyword] : undefined;
    if (rule === undefined && !keyword.startsWith('x-'))
      throw new SchemaFault(place, `${keyword} is not supported`);
    const plain = plainValue(value, place, keyword, 1);
    if (rule !== undefined && !rule.holds(plain))
      throw new SchemaFault(place, `${keyword} must be ${rule.form}`);
    return plain;
  }

  #propertiesOf(value: unknown, place: string, depth: number): Dict {
    if (!isDict(value)) throw new SchemaFault(place, 'properties must be an object');
    const properties = Object.entries(value).map(([key, property]): [string, InputSchema] => {
      requireStorable(key, place, 'properties');
      this.#properties += 1;
      if (this.#properties > MAX_PROPERTIES)
        throw new SchemaFault(ROOT_PLACE, `must have at most ${MAX_PROPERTIES} properties`);
      return [key, this.#schema(property, placeOfProperty(place, key), depth + 1)];
    });
    return Object.fromEntries(properties);
  }
}

interface Rule {
  readonly form: string;
  readonly holds: (value: unknown) => boolean;
}

const text: Rule = { form: 'a string', holds: (value) => typeof value === 'string' };
const flag: Rule = { form: 'true or false', holds: (value) => typeof value === 'boolean' };
const number: Rule = { form: 'a number', holds: (value) => typeof value === 'number' };
const anything: Rule = { form: 'a value', holds: () => true };
const count: Rule = {
  form: 'an integer of at least 0',
  holds: (value) => typeof value === 'number' && Number.isInteger(value) && value >= 0,
};

const RULES: Readonly<Record<string, Rule>> = {
  type: {
    form: 'string, number, integer, boolean, array, object or null, or a list of these',
    holds: (value) => TYPES.includes(value) || (isSet(value) && value.length > 0 && value.every(isType)),
  },
  enum: {
    form: `a list of 1 to ${MAX_ENUM_VALUES} values`,
    holds: (value) => Array.isArray(value) && value.length > 0 && value.length <= MAX_ENUM_VALUES,
  },
  const: anything,
  required: {
    form: 'a list of different names',
    holds: (value) => isSet(value) && value.every((name) => typeof name === 'string'),
  },
  additionalProperties: flag,
  minItems: count,
  maxItems: count,
  minLength: count,
  maxLength: count,
  minimum: number,
  maximum: number,
  exclusiveMinimum: number,
  exclusiveMaximum: number,
  // Kept and shown, not judged.
  $schema: text,
  title: text,
  description: text,
  default: anything,
  examples: { form: 'a list', holds: Array.isArray },
  deprecated: flag,
  format: text,
};

function isType(value: unknown): boolean {
  return TYPES.includes(value);
}

function isSet(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && new Set(value).size === value.length;
}

function isDict(value: unknown): value is Dict {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRaw(value);
}

/** Browsers that do not keep numbers by their digits do not know the question either. */
function isRaw(value: object): boolean {
  return 'isRawJSON' in JSON && JSON.isRawJSON(value);
}

/** The value with numbers as JavaScript has them. One that was kept by its digits is judged as readers everywhere read it: as a double. */
function plainValue(value: unknown, place: string, keyword: string, depth: number): unknown {
  if (typeof value === 'string') return requireStorable(value, place, keyword);
  if (typeof value !== 'object' || value === null) return value;
  if (isRaw(value)) {
    const double = Number(JSON.stringify(value));
    if (!Number.isFinite(double))
      throw new SchemaFault(place, `${keyword} must be within the range of a 64-bit float`);
    return double;
  }
  if (depth > MAX_DEPTH) throw new SchemaFault(place, `${keyword} must be at most ${MAX_DEPTH} levels deep`);
  if (Array.isArray(value)) return value.map((element) => plainValue(element, place, keyword, depth + 1));
  const members = Object.entries(value).map(([key, member]): [string, unknown] => [
    requireStorable(key, place, keyword),
    plainValue(member, place, keyword, depth + 1),
  ]);
  return Object.fromEntries(members);
}

/** Postgres keeps neither. */
function requireStorable(written: string, place: string, keyword: string): string {
  if (written.includes('\0') || !written.isWellFormed())
    throw new SchemaFault(place, `${keyword} must not contain U+0000 or half a character`);
  return written;
}
