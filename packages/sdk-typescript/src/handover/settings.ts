/** The known keys of a version's configuration, which px0 has judged when it was saved, and the object that is meant for one provider only. */
import { UsageError } from '../errors.ts';
import { isObject, isTextList, type JsonObject } from '../json.ts';
import type { Rendered } from './conversation.ts';

export interface Tool {
  readonly name: string;
  readonly description?: string;
  readonly parameters?: JsonObject;
}

export interface ResponseSchema {
  readonly name?: string;
  readonly schema: JsonObject;
  readonly strict?: boolean;
}

export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

/** What the configuration sets; a key that it does not set, or sets to null or to an empty list, is absent. */
export interface ModelSettings {
  readonly model?: string;
  readonly max_tokens?: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly stop?: string[];
  readonly seed?: number;
  readonly response_schema?: ResponseSchema;
  readonly tools?: readonly Tool[];
  readonly tool_choice?: ToolChoice;
}

type SettingName = keyof ModelSettings;

const TOOL_MODES: ReadonlySet<unknown> = new Set(['auto', 'none', 'required']);

/** How each key is known to be of the form that px0 keeps, in the order in which `dropped` names them. */
const FORMS: { readonly [Name in SettingName]-?: (value: unknown) => boolean } = {
  model: (value) => typeof value === 'string',
  max_tokens: isNumber,
  temperature: isNumber,
  top_p: isNumber,
  stop: isTextList,
  seed: isNumber,
  response_schema: (value) => isObject(value) && isObject(value['schema']),
  tools: (value) => Array.isArray(value) && value.every(isNamed),
  tool_choice: (value) => isNamed(value) || TOOL_MODES.has(value),
};

/** @throws UsageError for a value that px0 would not have saved */
export function settingsIn({ config }: Rendered): ModelSettings {
  const set = Object.entries(FORMS).flatMap(([name, isOfForm]) => {
    const value = config?.[name];
    if (value === undefined || value === null || isEmptyList(value)) return [];
    if (!isOfForm(value)) throw new UsageError(`config.${name} is not of the form that px0 keeps`);
    return [[name, value]];
  });
  return Object.fromEntries(set);
}

/** Those of the settings that a provider does not have, in the order of the documentation. */
export function droppedOf(settings: ModelSettings, lacking: readonly SettingName[]): string[] {
  const set: readonly string[] = Object.keys(settings);
  return lacking.filter((name) => set.includes(name));
}

/** Every known key, for where none of them is handed over. */
export const ALL_SETTINGS = Object.keys(FORMS) as readonly SettingName[];

/** What the configuration holds for this provider alone. */
export function ownOf({ config }: Rendered, provider: 'openai' | 'anthropic' | 'gemini'): JsonObject {
  const own = config?.[provider] ?? {};
  if (!isObject(own)) throw new UsageError(`config.${provider} is not of the form that px0 keeps`);
  return own;
}

/** The request with a provider's own keys laid over it; null takes a key away, because null is never written. */
export function laidOver(request: JsonObject, own: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries({ ...request, ...own }).filter(([, value]) => value !== null));
}

/** A tool's own keys, with its parameters under a provider's name for them. */
export function toolAs(name: string, { name: toolName, description, parameters }: Tool): JsonObject {
  return {
    name: toolName,
    ...(typeof description === 'string' && { description }),
    ...(isObject(parameters) && { [name]: parameters }),
  };
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isNamed(value: unknown): boolean {
  return isObject(value) && typeof value['name'] === 'string';
}
