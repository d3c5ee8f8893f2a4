/** What a schema may take: one that an author writes, and what it is together with what the template needs. */
import type { InputSchema } from './schema.ts';

/** Of compact JSON. */
export const MAX_BYTES = 65_536;
/** In all objects together. */
export const MAX_PROPERTIES = 512;

export function bytesOf(schema: InputSchema): number {
  return new TextEncoder().encode(JSON.stringify(schema)).length;
}

/** As deep as the schema. */
export function propertiesOf({ properties = {}, items }: InputSchema): number {
  const inner = Object.values(properties).reduce((sum, schema) => sum + 1 + propertiesOf(schema), 0);
  return items === undefined ? inner : inner + propertiesOf(items);
}
