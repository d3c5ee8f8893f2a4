/** What the variables of a version must be, by the rules that the registry applies on save. */
import { checkInputSchema, effectiveSchema, type InputSchema, SchemaFault } from '@px0/input-contract';
import { isObject, type JsonObject, withFloats } from '../json/mod.ts';

export type { InputSchema } from '@px0/input-contract';

export type ReadSchema =
  | { readonly ok: true; readonly schema: InputSchema }
  /** Why px0 would not keep it. */
  | { readonly ok: false; readonly message: string };

/** What the text needs and what its author wants, as one schema. */
export function inputSchemaOf(needed: InputSchema, authored: JsonObject): ReadSchema {
  const wanted = withFloats(authored);
  try {
    return {
      ok: true,
      schema: effectiveSchema(needed, checkInputSchema(isObject(wanted) ? wanted : {})),
    };
  } catch (error) {
    if (error instanceof SchemaFault) return { ok: false, message: error.message };
    throw error;
  }
}
