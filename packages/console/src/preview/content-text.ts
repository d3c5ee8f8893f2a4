/** The content of a version as texts that can be compared line by line. */
import { messagesAsText } from '@px0/contracts/message-text';
import { asJson, isList, isObject, type JsonObject, type JsonValue, prettyJson } from '../json/mod.ts';
import { type Body, isChat, wireMessages } from './content.ts';

/** A version's text, or its conversation as the text of a prompt file. */
export function bodyText(body: Body): string {
  return isChat(body) ? messagesAsText(wireMessages(body.messages)) : body.template;
}

/** The same settings always have the same text, in whichever order they were written. Empty without settings. */
export function configText(config: JsonObject): string {
  return Object.keys(config).length === 0 ? '' : prettyJson(withSortedKeys(config));
}

/** What an author wrote as the input schema of a version, likewise. */
export function schemaText(schema: unknown): string {
  const given = asJson(schema ?? {});
  return isObject(given) ? configText(given) : '';
}

function withSortedKeys(value: JsonValue): JsonValue {
  if (isList(value)) return value.map(withSortedKeys);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).toSorted();
  return Object.fromEntries(keys.map((key) => [key, withSortedKeys(value[key] ?? null)]));
}
