/** The keys of a configuration that px0 knows, for the form. */
import type { JsonObject, JsonValue } from '../json/mod.ts';

export const numberKeys = [
  { key: 'max_tokens', label: 'Max tokens', isWhole: true },
  { key: 'temperature', label: 'Temperature', isWhole: false },
  { key: 'top_p', label: 'Top P', isWhole: false },
  { key: 'seed', label: 'Seed', isWhole: true },
] as const;

export const jsonKeys = [
  {
    key: 'response_schema',
    label: 'Response schema',
    noun: 'response schema',
    hint: 'The JSON format of the answer',
    initial: { name: 'answer', schema: { type: 'object', properties: {} } },
  },
  {
    key: 'tools',
    label: 'Tools',
    noun: 'tools',
    hint: 'Functions the model may call',
    initial: [{ name: 'look_up', description: '', parameters: { type: 'object', properties: {} } }],
  },
  {
    key: 'openai',
    label: 'OpenAI options',
    noun: 'OpenAI options',
    hint: 'Merged into OpenAI requests only',
    initial: {},
  },
  {
    key: 'anthropic',
    label: 'Anthropic options',
    noun: 'Anthropic options',
    hint: 'Merged into Anthropic requests only',
    initial: {},
  },
  {
    key: 'gemini',
    label: 'Gemini options',
    noun: 'Gemini options',
    hint: 'Merged into Gemini requests only',
    initial: {},
  },
] as const satisfies readonly { readonly initial: JsonValue; readonly [text: string]: JsonValue }[];

/** A copy with one key set in its place, or without it. Every other key keeps its value and its place. */
export function withKey(config: JsonObject, key: string, value: JsonValue | undefined): JsonObject {
  const entries = Object.entries(config);
  if (value === undefined) return Object.fromEntries(entries.filter(([name]) => name !== key));
  if (!Object.hasOwn(config, key)) return Object.fromEntries([...entries, [key, value]]);
  return Object.fromEntries(entries.map(([name, old]) => [name, name === key ? value : old]));
}

/** Why a text is not the number that a key takes; empty is fine. */
export function numberProblem(text: string, isWhole: boolean): string | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  if (isWhole) return /^-?(?:0|[1-9]\d*)$/.test(trimmed) ? undefined : 'Enter a whole number';
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(trimmed)
    ? undefined
    : 'Enter a number like 0.7';
}
