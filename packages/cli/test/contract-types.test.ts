/** The generated files, to the byte; `tests/sdk/generated-types.e2e.test.ts` compiles them. `vitest -u` writes them anew. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generate, languages } from '../src/contract-types/generate.ts';
import type { PromptContract } from '../src/contract-types/shape.ts';

const folder = join(import.meta.dirname, 'vectors');
const contracts: PromptContract[] = JSON.parse(await readFile(join(folder, 'contracts.json'), 'utf8'));
const files = { ts: 'prompts.ts', python: 'prompts.py', go: 'prompts.go' } as const;

describe('the types of contracts', () => {
  it.each(languages)('are as expected in %s', async (language) => {
    await expect(generate(language, contracts).text).toMatchFileSnapshot(join(folder, files[language]));
  });

  it.each(languages)('are the same in %s in whatever order prompts and keys come', (language) => {
    const turned: PromptContract[] = contracts.toReversed().map((contract) => ({
      ...contract,
      schema: turnedKeys(contract.schema),
      variables: contract.variables.toReversed(),
    }));
    expect(generate(language, turned)).toEqual(generate(language, contracts));
  });

  it('have a digest of slugs and schemas', () => {
    const [first, ...others] = contracts;
    if (first === undefined) throw new Error('there are no contracts');
    const { digest, text } = generate('ts', contracts);
    const schema = { ...first.schema, description: 'Another.' };
    expect(text.split('\n')[0]).toBe(
      `// px0 generate: ${contracts.length} prompts, contract ${digest}. Do not edit.`,
    );
    expect(generate('ts', [{ ...first, schema }, ...others]).digest).not.toBe(digest);
    expect(generate('ts', [{ ...first, slug: 'another' }, ...others]).digest).not.toBe(digest);
  });

  it.each(languages)('of no prompt are a file in %s, too', (language) => {
    expect(generate(language, []).text).toMatch(/0 prompts, contract sha256:[0-9a-f]{64}\. d/i);
  });
});

function turnedKeys<Value>(value: Value): Value;
function turnedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turnedKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, turnedKeys(member)]),
  );
}
