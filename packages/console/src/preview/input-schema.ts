/** What the variables of a version must be, judged in the page by the rules that the registry applies on save. */
import { checkInputSchema, effectiveSchema, type InputSchema, SchemaFault } from '@px0/input-contract';
import { isObject, type JsonObject, withFloats } from '../json/mod.ts';

export type { InputSchema } from '@px0/input-contract';

export type ReadSchema =
  | { readonly ok: true; readonly schema: InputSchema }
  /** Why px0 would not keep it, in its own words: `items[].title: pattern is not supported`. */
  | { readonly ok: false; readonly message: string };

/** What the text needs and what its author wants, as one schema. */
export function inputSchemaOf(inferred: InputSchema, authored: JsonObject): ReadSchema {
  try {
    const plain = withFloats(authored);
    return { ok: true, schema: effectiveSchema(inferred, checkInputSchema(isObject(plain) ? plain : {})) };
  } catch (error) {
    if (!(error instanceof SchemaFault)) throw error;
    return { ok: false, message: error.message };
  }
}
