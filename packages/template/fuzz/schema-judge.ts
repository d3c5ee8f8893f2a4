/** Whether a value satisfies an inferred schema: the keywords that inference uses, and nothing more. */
import type { InferredSchema, JsonType } from '../src/inference/inferred-schema.ts';

export function satisfies(schema: InferredSchema, value: unknown): boolean {
  const { type, properties = {}, required = [], items } = schema;
  const types: readonly unknown[] | undefined = type && [type].flat();
  if (types?.includes(typeOf(value)) === false) return false;
  if (Array.isArray(value)) return items === undefined || value.every((element) => satisfies(items, element));
  if (typeof value !== 'object' || value === null) return true;
  if (!required.every((key) => Object.hasOwn(value, key))) return false;
  return Object.entries(value).every(([key, member]) => {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    return property === undefined || satisfies(property, member);
  });
}

/** Numbers and booleans are of no type that inference knows. */
function typeOf(value: unknown): JsonType | undefined {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'object') return 'object';
  return typeof value === 'string' ? 'string' : undefined;
}
