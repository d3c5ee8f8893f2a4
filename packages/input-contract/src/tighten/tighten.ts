/**
 * What examples say of a schema: how much narrower it could be and still take each of them that it takes now. It proposes, and never
 * loosens: a person decides what the examples show, and what is only true of them.
 */
import { compareStrings } from '@px0/template';
import { type Dict, isDict } from '../json.ts';
import { typesOf } from '../judge/keywords.ts';
import { MAX_DEPTH } from '../schema/check-schema.ts';
import type { InputSchema, JsonType } from '../schema/schema.ts';
import { placeOfItems, placeOfProperty, ROOT_PLACE } from '../schema/schema-fault.ts';

/** One change of one place, which can be taken without the others. */
export type Tightening = TypeTightening | RequiredTightening | EnumTightening;

interface Place {
  /** The variable, as faults name it: `items[].title`. */
  readonly place: string;
  /** The keys that lead to the schema that changes. */
  readonly at: readonly string[];
}

interface TypeTightening extends Place {
  readonly keyword: 'type';
  readonly types: readonly JsonType[];
}

/** `at` leads to the schema of the object that the variable is in. */
interface RequiredTightening extends Place {
  readonly keyword: 'required';
  readonly name: string;
}

interface EnumTightening extends Place {
  readonly keyword: 'enum';
  readonly values: readonly string[];
}

const ANY_TYPE: readonly JsonType[] = ['string', 'number', 'boolean', 'array', 'object', 'null'];
/** Few short texts, each of them more than once, may be all that there are. One that came once says that others may come. */
const ENUM = { mostValues: 5, longestValue: 32, fewestPayloads: 4, fewestPayloadsOfValue: 2 };

interface Sighting {
  readonly value: unknown;
  /** Which payload it is in. */
  readonly payload: number;
}

/**
 * How far a schema could be tightened so that it accepts all payloads that it accepts now. Variables that it does not name are left alone, and
 * one with a `default` is not made required: there is an answer to its absence.
 *
 * @param schema the effective one
 * @param payloads with numbers as floats
 */
export function tightenings(schema: InputSchema, payloads: readonly Dict[]): Tightening[] {
  const search = new Search();
  search.inside(
    schema,
    payloads.map((value, payload) => ({ value, payload })),
    { place: ROOT_PLACE, at: [] },
    1,
  );
  return search.found;
}

class Search {
  readonly found: Tightening[] = [];

  /** What the values hold. `depth` counts schemas inside one another, as the rules for authored ones do. */
  inside(schema: InputSchema, seen: readonly Sighting[], { place, at }: Place, depth: number): void {
    if (depth === MAX_DEPTH) return;
    const objects = seen.flatMap(({ value, payload }) => (isDict(value) ? [{ value, payload }] : []));
    for (const [key, property] of Object.entries(schema.properties ?? {})) {
      const holders = objects.filter(({ value }) => Object.hasOwn(value, key));
      if (holders.length === 0) continue;
      const inner = placeOfProperty(place, key);
      const isOptional = schema.required?.includes(key) !== true && !Object.hasOwn(property, 'default');
      if (isOptional && holders.length === objects.length)
        this.found.push({ keyword: 'required', place: inner, at, name: key });
      const held = holders.map(({ value, payload }) => ({ value: value[key], payload }));
      this.#at(property, held, { place: inner, at: [...at, 'properties', key] }, depth + 1);
    }
    const elements = seen.flatMap(({ value, payload }) =>
      Array.isArray(value) ? value.map((element: unknown) => ({ value: element, payload })) : [],
    );
    if (elements.length > 0)
      this.#at(schema.items ?? {}, elements, { place: placeOfItems(place), at: [...at, 'items'] }, depth + 1);
  }

  #at(schema: InputSchema, seen: readonly Sighting[], spot: Place, depth: number): void {
    // Who named the values has said enough of them.
    if (schema.enum === undefined && !Object.hasOwn(schema, 'const')) {
      const types = narrowerTypes(schema, seen);
      if (types !== undefined) this.found.push({ keyword: 'type', ...spot, types });
      const values = fewTexts(seen);
      if (values !== undefined) this.found.push({ keyword: 'enum', ...spot, values });
    }
    this.inside(schema, seen, spot, depth);
  }
}

/** Undefined if the values need all types that the schema allows. Values of other types are refused already, and say nothing. */
function narrowerTypes(schema: InputSchema, seen: readonly Sighting[]): readonly JsonType[] | undefined {
  const allowed = typesOf(schema);
  const needed = new Set(
    (allowed ?? ANY_TYPE).flatMap((type): JsonType[] => {
      const values = seen.filter(({ value }) => isOfType(value, type));
      if (values.length === 0) return [];
      const isWhole = type === 'number' && values.every(({ value }) => Number.isInteger(value));
      return [isWhole ? 'integer' : type];
    }),
  );
  // Nobody means a variable to be nothing.
  if (needed.size === 0 || (needed.size === 1 && needed.has('null'))) return undefined;
  const isSame = allowed?.length === needed.size && allowed.every((type) => needed.has(type));
  return isSame ? undefined : [...needed];
}

function isOfType(value: unknown, type: JsonType): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isDict(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

/** The values in the order of their bytes, if there is reason to believe that there are no others. */
function fewTexts(seen: readonly Sighting[]): readonly string[] | undefined {
  const payloadsOf = new Map<string, Set<number>>();
  for (const { value, payload } of seen) {
    if (typeof value !== 'string' || value.length > ENUM.longestValue || /^$|[\n\r]/.test(value))
      return undefined;
    const payloads = payloadsOf.get(value) ?? new Set();
    payloadsOf.set(value, payloads.add(payload));
    if (payloadsOf.size > ENUM.mostValues) return undefined;
  }
  const isRepeated = [...payloadsOf.values()].every(({ size }) => size >= ENUM.fewestPayloadsOfValue);
  const payloads = new Set(seen.map(({ payload }) => payload));
  if (payloadsOf.size < 2 || payloads.size < ENUM.fewestPayloads || !isRepeated) return undefined;
  return [...payloadsOf.keys()].sort(compareStrings);
}

/** An authored schema with some of what `tightenings` has found. What else is in it stays. */
export function tightened(authored: Dict, chosen: readonly Tightening[]): Dict {
  return chosen.reduce((schema, one) => changedAt(schema, one.at, (inner) => withOne(inner, one)), authored);
}

function withOne(schema: Dict, tightening: Tightening): Dict {
  switch (tightening.keyword) {
    case 'type': {
      const [first, ...others] = tightening.types;
      return { ...schema, type: others.length === 0 ? first : tightening.types };
    }
    case 'required': {
      const { required } = schema;
      return { ...schema, required: [...(Array.isArray(required) ? required : []), tightening.name] };
    }
    case 'enum':
      return { ...schema, enum: tightening.values };
  }
}

/** A computed key makes a property of the object itself, whatever its name is. */
function changedAt(schema: Dict, at: readonly string[], change: (inner: Dict) => Dict): Dict {
  const [key, ...rest] = at;
  if (key === undefined) return change(schema);
  const inner = Object.hasOwn(schema, key) ? schema[key] : undefined;
  return { ...schema, [key]: changedAt(isDict(inner) ? inner : {}, rest, change) };
}
