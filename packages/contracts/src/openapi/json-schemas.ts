/**
 * Turns zod schemas into the JSON Schemas of the API description: named ones become components, the others stay inline and
 * refer to them.
 */
import { z } from 'zod';
import type { RouteDefinition } from '../route.ts';
import { schemas } from '../schemas.ts';

export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

export interface JsonSchemas {
  /** The components, by name. */
  readonly components: { readonly [name: string]: JsonSchema };
  /** The schema to put where a value of this zod schema stands: a reference to a component, or the schema itself. */
  of(schema: z.ZodType): JsonSchema;
}

/** Converts everything that the routes mention. */
export function convertSchemas(routes: readonly RouteDefinition[]): JsonSchemas {
  const names = new Map<z.ZodType, string>(Object.entries(schemas).map(([name, schema]) => [schema, name]));
  const bodies = new Set<z.ZodType>();
  const ids = new Map(names);
  for (const { body, success } of routes) {
    if (body !== null) bodies.add(body);
    for (const schema of [body, success.schema]) {
      if (schema !== null && !ids.has(schema)) ids.set(schema, `inline-${ids.size}`);
    }
  }
  const converted = convertAll(ids);
  const tidied = new Map(
    [...ids].map(([schema, id]) => [schema, tidy(converted[id] ?? {}, bodies.has(schema))] as const),
  );
  return {
    components: Object.fromEntries([...names].map(([schema, name]) => [name, tidied.get(schema) ?? {}])),
    of(schema) {
      const name = names.get(schema);
      if (name !== undefined) return { $ref: reference(name) };
      const known = tidied.get(schema);
      if (known === undefined) throw new TypeError('a schema that no route mentions');
      return known;
    },
  };
}

const reference = (name: string) => `#/components/schemas/${name}`;

function convertAll(ids: ReadonlyMap<z.ZodType, string>): { readonly [id: string]: JsonSchema } {
  const registry = z.registry<{ id: string }>();
  for (const [schema, id] of ids) registry.add(schema, { id });
  // The input form: objects may carry additional keys, which clients are to ignore.
  return z.toJSONSchema(registry, { uri: reference, io: 'input' }).schemas;
}

/** Keywords of the conversion and notes to ourselves that are not part of the description. */
const internalKeywords: ReadonlySet<string> = new Set(['$schema', '$id', 'allowsNul']);

function tidy(schema: JsonSchema, isBody: boolean): JsonSchema {
  const result: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (internalKeywords.has(keyword) || isSafeIntegerBound(value)) continue;
    result[keyword] = tidyValue(keyword, value, isBody);
  }
  if (!isBody || !isObject(result['properties'])) return result;
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return { ...result, properties: nullableOptionals(result['properties'], required) };
}

function tidyValue(keyword: string, value: unknown, isBody: boolean): unknown {
  if (keyword === 'properties' && isObject(value)) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, property]) => !(isObject(property) && property['undocumented'] === true))
        .map(([name, property]) => [name, isObject(property) ? tidy(property, isBody) : property]),
    );
  }
  return isObject(value) ? tidy(value, isBody) : value;
}

/** In a request null counts as absent, so every field that may be absent may be null. */
function nullableOptionals(properties: JsonSchema, required: readonly unknown[]): JsonSchema {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      required.includes(name) || !isObject(property) ? property : nullable(property),
    ]),
  );
}

function nullable(schema: JsonSchema): JsonSchema {
  const { type, enum: values } = schema;
  if (typeof type !== 'string') return schema;
  return { ...schema, type: [type, 'null'], ...(Array.isArray(values) ? { enum: [...values, null] } : {}) };
}

/** Zod bounds integers by what a float holds exactly; that says nothing about the API. */
function isSafeIntegerBound(value: unknown): boolean {
  return value === Number.MAX_SAFE_INTEGER || value === Number.MIN_SAFE_INTEGER;
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
