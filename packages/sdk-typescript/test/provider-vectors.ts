/** `providers.json`: what becomes of a rendered prompt for each provider. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rendered } from '../src/mod.ts';

export interface ProviderVector {
  readonly id: string;
  readonly result: Rendered;
  readonly openai: ProviderOutcome;
  readonly anthropic: ProviderOutcome;
  readonly gemini: ProviderOutcome;
}

export type ProviderOutcome =
  | { readonly request: Readonly<Record<string, unknown>>; readonly dropped: readonly string[] }
  | { readonly error: string };

export const providerVectors: readonly ProviderVector[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../template/test/vectors/providers.json'), 'utf8'),
);
