/**
 * The table of a version's variables, over the JSON of the schema that its author writes: which rows there are, and what an edited row makes of
 * the schema. The schema may be anything that JSON can hold, because somebody may be writing it just now.
 */
import { pathStep } from '@px0/template';
import {
  isList,
  isObject,
  type JsonObject,
  type JsonValue,
  valueAt,
  withoutValueAt,
  withValueAt,
} from '../json/mod.ts';
import type { InputSchema } from '../preview/mod.ts';
import { withKey } from './config-keys.ts';

export const jsonTypes = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'] as const;
export type JsonType = (typeof jsonTypes)[number];

export interface SchemaRow {
  /** As faults name it: `items[].title`. */
  readonly place: string;
  readonly depth: number;
  /** The keys that lead to its schema. */
  readonly at: readonly string[];
  /** Undefined for the elements of a list. */
  readonly name: string | undefined;
  /** What the template needs here. Undefined if it does not read it. */
  readonly needed: InputSchema | undefined;
  /** What the author says of it. */
  readonly authored: JsonObject | undefined;
  readonly isRequired: boolean;
  /** Then nobody can loosen it. */
  readonly isRequiredByTemplate: boolean;
  /** The names that it holds, if any are known. */
  readonly keys: readonly string[];
}

/** In the order of the effective schema: what the template reads, then what only the author names. */
export function schemaRows(needed: InputSchema, authored: JsonObject): readonly SchemaRow[] {
  const rows: SchemaRow[] = [];
  addProperties(rows, needed, authored, { place: '', depth: 0, at: [] });
  return rows;
}

type Spot = Pick<SchemaRow, 'place' | 'depth' | 'at'>;

function addProperties(
  rows: SchemaRow[],
  needed: InputSchema | undefined,
  authored: JsonObject | undefined,
  { place, depth, at }: Spot,
): void {
  for (const name of knownNames(needed, authored)) {
    const isRequiredByTemplate = needed?.required?.includes(name) === true;
    addRow(rows, own(needed?.properties, name), objectAt(authored, ['properties', name]), {
      place: place + pathStep(name, place === ''),
      depth,
      at: [...at, 'properties', name],
      name,
      isRequiredByTemplate,
      isRequired: isRequiredByTemplate || textsOf(authored?.['required']).includes(name),
    });
  }
}

function addRow(
  rows: SchemaRow[],
  needed: InputSchema | undefined,
  authored: JsonObject | undefined,
  row: Omit<SchemaRow, 'needed' | 'authored' | 'keys'>,
): void {
  rows.push({ ...row, needed, authored, keys: knownNames(needed, authored) });
  const depth = row.depth + 1;
  addProperties(rows, needed, authored, { ...row, depth });
  const [neededItems, authoredItems] = [needed?.items, objectAt(authored, ['items'])];
  if (neededItems === undefined && authoredItems === undefined) return;
  addRow(rows, neededItems, authoredItems, {
    place: `${row.place}[]`,
    depth,
    at: [...row.at, 'items'],
    name: undefined,
    isRequired: false,
    isRequiredByTemplate: false,
  });
}

export function knownNames(
  needed: InputSchema | undefined,
  authored: JsonObject | undefined,
): readonly string[] {
  const written = objectAt(authored, ['properties']) ?? {};
  return [
    ...new Set([
      ...Object.keys(needed?.properties ?? {}),
      ...Object.keys(written),
      ...textsOf(authored?.['required']),
    ]),
  ];
}

function own<Value>(values: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return values !== undefined && Object.hasOwn(values, key) ? values[key] : undefined;
}

function objectAt(root: JsonObject | undefined, at: readonly string[]): JsonObject | undefined {
  const value = valueAt(root, at);
  return isObject(value) ? value : undefined;
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  return isList(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** The types that the template can do with; undefined if it can do with all. */
export function neededTypes({ needed }: SchemaRow): readonly JsonType[] | undefined {
  return needed?.type === undefined ? undefined : [needed.type].flat();
}

/** The types that the author allows; undefined if nothing is said. */
export function authoredTypes({ authored }: SchemaRow): readonly JsonType[] | undefined {
  const type = authored?.['type'];
  const named = typeof type === 'string' ? [type] : textsOf(type);
  const known = jsonTypes.filter((one) => named.includes(one));
  return known.length === 0 ? undefined : known;
}

/** Undefined: any. */
export function typesOf(row: SchemaRow): readonly JsonType[] | undefined {
  const [needed, authored] = [neededTypes(row), authoredTypes(row)];
  if (needed === undefined || authored === undefined) return authored ?? needed;
  const common = authored.filter((type) => isAllowed(type, needed));
  return common.length === 0 ? authored : common;
}

/** Whether values of a type are among the types that are allowed: an integer is a number, too. */
export function isAllowed(type: JsonType, allowed: readonly JsonType[] | undefined): boolean {
  return (
    allowed === undefined || allowed.includes(type) || (type === 'integer' && allowed.includes('number'))
  );
}

/** The row that a refusal speaks of, such as `items[].title: pattern is not supported`. */
export function rowNamedIn(message: string, rows: readonly SchemaRow[]): SchemaRow | undefined {
  return rows
    .filter(({ place }) => message.startsWith(`${place}: `))
    .toSorted((one, other) => other.place.length - one.place.length)[0];
}

/** The schema with other keywords for a row. Undefined takes a keyword away; those that are not mentioned stay. */
export function withKeywords(
  schema: JsonObject,
  { at }: Pick<SchemaRow, 'at'>,
  keywords: Readonly<Record<string, JsonValue | undefined>>,
): JsonObject {
  const after = Object.entries(keywords).reduce(
    (object, [key, value]) => withKey(object, key, value),
    objectAt(schema, at) ?? {},
  );
  return withoutEmpty(asObject(withValueAt(schema, at, after)), at);
}

/** The schema with a variable that must be there, or need not. */
export function withRequired(schema: JsonObject, { at, name }: SchemaRow, isRequired: boolean): JsonObject {
  if (name === undefined) return schema;
  const parent = at.slice(0, -2);
  const others = textsOf(valueAt(schema, [...parent, 'required'])).filter((one) => one !== name);
  const required = isRequired ? [...others, name] : others;
  return withKeywords(schema, { at: parent }, { required: required.length === 0 ? undefined : required });
}

/** The schema of an object that refuses names which are not listed. So those that the template reads are listed. */
export function withRefusal(
  schema: JsonObject,
  at: readonly string[],
  names: readonly string[],
  refuses: boolean,
): JsonObject {
  const listed = objectAt(schema, [...at, 'properties']) ?? {};
  if (refuses) {
    const missing = names.filter((name) => !Object.hasOwn(listed, name));
    const properties = Object.fromEntries([
      ...Object.entries(listed),
      ...missing.map((name): [string, JsonValue] => [name, {}]),
    ]);
    return withKeywords(schema, { at }, { properties, additionalProperties: false });
  }
  const said = Object.entries(listed).filter(
    ([, value]) => !isObject(value) || Object.keys(value).length > 0,
  );
  return withKeywords(
    schema,
    { at },
    {
      properties: said.length === 0 ? undefined : Object.fromEntries(said),
      additionalProperties: undefined,
    },
  );
}

/** Without schemas that say nothing, from a place up. In an object that refuses names, a name alone says something. */
function withoutEmpty(schema: JsonObject, at: readonly string[]): JsonObject {
  const value = valueAt(schema, at);
  if (at.length === 0 || !isObject(value) || Object.keys(value).length > 0) return schema;
  const object = at.at(-2) === 'properties' ? at.slice(0, -2) : undefined;
  if (object !== undefined && valueAt(schema, [...object, 'additionalProperties']) === false) return schema;
  const shorter = asObject(withoutValueAt(schema, at));
  return withoutEmpty(shorter, at.slice(0, -1));
}

function asObject(value: JsonValue): JsonObject {
  return isObject(value) ? value : {};
}
