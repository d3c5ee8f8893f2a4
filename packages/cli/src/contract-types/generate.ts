/**
 * A file with the contracts of prompts as types of a language. The same contracts give the same bytes, in whatever order they come.
 * See docs/decisions/192-types-from-contracts.md.
 */
import { createHash } from 'node:crypto';
import { jsonText } from '@px0/input-contract';
import { compareStrings } from '@px0/template';
import { goFile } from './go.ts';
import { pythonFile } from './python.ts';
import { type PromptContract, variablesShape } from './shape.ts';
import { typescriptFile } from './typescript.ts';

const writers = { ts: typescriptFile, python: pythonFile, go: goFile } as const;

export type Language = keyof typeof writers;
export const languages = ['ts', 'python', 'go'] as const satisfies readonly Language[];

export interface Generated {
  readonly text: string;
  /** Of the slugs and effective schemas. */
  readonly digest: string;
}

export function generate(language: Language, contracts: readonly PromptContract[]): Generated {
  const sorted = contracts.toSorted((one, other) => compareStrings(one.slug, other.slug));
  const digest = digestOf(sorted);
  const count = `${sorted.length} prompt${sorted.length === 1 ? '' : 's'}`;
  const prompts = sorted.map((contract) => ({ slug: contract.slug, variables: variablesShape(contract) }));
  return { digest, text: writers[language](`px0 generate: ${count}, contract ${digest}`, prompts) };
}

function digestOf(contracts: readonly PromptContract[]): string {
  const text = jsonText(
    contracts.map(({ slug, schema }) => [slug, schema]),
    Number.POSITIVE_INFINITY,
  );
  return `sha256:${createHash('sha256')
    .update(text ?? '')
    .digest('hex')}`;
}
