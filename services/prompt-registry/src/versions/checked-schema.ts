/** The rules for the schema that an author gives, alone and together with what the text needs. See docs/decisions/191-input-contracts.md. */
import { checkInputSchema, SchemaFault, savedSchema } from '@px0/input-contract';
import type { SchemaColumns } from '../changes/thread.ts';
import { PlaceFault } from './place-fault.ts';
import { UnknownSchema } from './unknown-schema.ts';

/** As it is stored; null for none. What is not given stays as it is. @throws PlaceFault invalidInputSchema */
export function authoredSchemaOf(
  given: Readonly<Record<string, unknown>> | undefined,
  present: SchemaColumns | undefined,
): string | null {
  if (given === undefined) return present?.authoredSchema ?? null;
  const text = sayingPlace(() => JSON.stringify(checkInputSchema(given)));
  return text === '{}' ? null : text;
}

/**
 * Both schemas, if there are variables that satisfy them, and both together are within the bounds of one.
 *
 * @throws PlaceFault invalidInputSchema
 * @throws UnknownSchema for an author's schema beside a text that nobody has looked at
 */
export function requireUnion(schemas: SchemaColumns): SchemaColumns {
  const { authoredSchema, inferredSchema } = schemas;
  if (authoredSchema === null) return schemas;
  if (inferredSchema === null) throw new UnknownSchema();
  sayingPlace(() => savedSchema(JSON.parse(inferredSchema), JSON.parse(authoredSchema)));
  return schemas;
}

function sayingPlace<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SchemaFault)) throw error;
    throw new PlaceFault('invalidInputSchema', error.place, error.reason);
  }
}
