/** What an application would send to a model's provider for a render, made by the SDK's own functions. */
import { toAnthropic, toGemini, toOpenAI, UsageError } from '@px0/sdk/providers';
import { isObject, type JsonObject, withFloats } from '../json/mod.ts';
import type { Preview } from './preview.ts';

export const providers = [
  { value: 'openai', label: 'OpenAI' },
  { value: 'anthropic', label: 'Anthropic' },
  { value: 'gemini', label: 'Gemini' },
] as const;

export type Provider = (typeof providers)[number]['value'];

const handovers = { openai: toOpenAI, anthropic: toAnthropic, gemini: toGemini };

export type ProviderRequest =
  | { readonly ok: true; readonly request: object; readonly dropped: readonly string[] }
  | { readonly ok: false; readonly reason: string };

/** The request for a provider. Numbers are those that the TypeScript SDK reads: floats. */
export function requestFor(
  provider: Provider,
  { output = '', messages }: Pick<Preview, 'output' | 'messages'>,
  config: JsonObject,
  slug: string,
): ProviderRequest {
  const floats = withFloats(config);
  const result = {
    slug,
    text: output,
    messages: messages?.map(({ message }) => ({ role: 'user', ...message })) ?? null,
    config: isObject(floats) && Object.keys(floats).length > 0 ? floats : null,
  };
  try {
    return { ok: true, ...handovers[provider](result) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { ok: false, reason: error.message };
  }
}
