/** What somebody types where a JSON object is wanted. */
import { isObject, type JsonObject, parseJson } from '../json/mod.ts';

export type TypedObject =
  | { readonly ok: true; readonly value: JsonObject }
  /** Why it is not saved. */
  | { readonly ok: false; readonly problem: string };

/** An empty text is an empty object. `what`: what the object is, with its article. */
export function typedObject(text: string, what: string): TypedObject {
  const parsed = parseJson(text.trim() === '' ? '{}' : text);
  if (!parsed.ok) return { ok: false, problem: `Not saved: ${parsed.message}` };
  if (!isObject(parsed.value)) return { ok: false, problem: `${what} is a JSON object.` };
  return { ok: true, value: parsed.value };
}
