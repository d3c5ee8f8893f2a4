/**
 * Writes a JSON Schema in the notation of operations.md, for example `{ prompts: Prompt[] }`, so that the two can be compared as
 * text.
 */
import type { JsonSchema } from './json-schemas.ts';

/**
 * The notation of a schema; a reference is its name.
 *
 * @param isListed whether an optional field is to be shown; required ones always are
 */
export function shapeOf(schema: JsonSchema, isListed: (field: string) => boolean = () => true): string {
  const { $ref: reference, type, items, properties } = schema;
  if (typeof reference === 'string') return reference.slice(reference.lastIndexOf('/') + 1);
  // A type that may also be null is an optional field of a request; the `?` says so already.
  const name = Array.isArray(type) ? type.find((entry) => entry !== 'null') : type;
  if (name === 'array' && isSchema(items)) return `${shapeOf(items, isListed)}[]`;
  if (name !== 'object' || !isSchema(properties)) return String(name);
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  const fields = Object.entries(properties)
    .filter(([field]) => required.has(field) || isListed(field))
    .map(([field, value]) => {
      const shape = isSchema(value) ? shapeOf(value, isListed) : '';
      return `${field}${required.has(field) ? '' : '?'}: ${shape}`;
    });
  return `{ ${fields.join(', ')} }`;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null;
}
