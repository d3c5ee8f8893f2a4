/**
 * Whatever slugs and schemas there are, the files are programs of their languages that declare one function for each prompt and do nothing else. They are
 * parsed as a batch, by one process of each language.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { checkInputSchema, SchemaFault } from '@px0/input-contract';
import { compareStrings } from '@px0/template';
import { temporaryFolder } from '@px0/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { generate, type Language } from '../src/contract-types/generate.ts';
import { camelCase, pascalCase, snakeCase, wordsOf } from '../src/contract-types/names.ts';
import type { PromptContract } from '../src/contract-types/shape.ts';
import { contracts, text } from './arbitrary-contract.ts';

function isAccepted({ schema }: PromptContract): boolean {
  try {
    checkInputSchema(schema);
    return true;
  } catch (error) {
    if (error instanceof SchemaFault) return false;
    throw error;
  }
}

/** Some of them, and how they came about. */
const numberOfFiles = 200;
const samples = fc
  .sample(contracts, { numRuns: numberOfFiles, seed: fc.readConfigureGlobal().seed ?? Date.now() })
  .map((some) => some.filter(isAccepted));

function slugsOf(some: readonly PromptContract[]): string[] {
  return some.map(({ slug }) => slug.toWellFormed()).toSorted(compareStrings);
}

function filesIn(language: Language): string[] {
  return samples.map((some) => generate(language, some).text);
}

it('are TypeScript, and functions that render the prompts', () => {
  for (const [index, file] of filesIn('ts').entries()) {
    const exported: Record<string, (px0: unknown, variables?: unknown) => readonly unknown[]> = {};
    const script = stripTypeScriptTypes(file)
      .replaceAll(/^export const /gm, 'exported.')
      .replaceAll(/^export \{\};$/gm, '');
    new Function('exported', `'use strict';${script}`)(exported);
    const px0 = { render: (...given: readonly unknown[]) => given };
    expect(Object.values(exported).map((render) => render(px0, {})[0])).toEqual(
      slugsOf(samples[index] ?? []),
    );
  }
});

const PYTHON = `
import ast, json, sys
def slugs(module):
    allowed = (ast.ImportFrom, ast.Assign, ast.ClassDef, ast.FunctionDef)
    assert all(isinstance(node, allowed) for node in module.body), module.body
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            assert len(node.body) == 1
            yield node.body[0].value.args[0].value
print(json.dumps([list(slugs(ast.parse(text, type_comments=True))) for text in json.load(sys.stdin)]))
`;

it('are Python, and functions that render the prompts', ({ skip }) => {
  const input = JSON.stringify(filesIn('python'));
  const read = outputOf('python3', ['-c', PYTHON], input) ?? skip('Python is missing');
  expect(JSON.parse(read)).toEqual(samples.map(slugsOf));
});

it('are Go, as gofmt writes it', async ({ skip }) => {
  const folder = await temporaryFolder('contract-types');
  try {
    await mkdir(folder, { recursive: true });
    const files = filesIn('go');
    await Promise.all(files.map((file, index) => writeFile(join(folder, `${index}.go`), file)));
    expect(outputOf('gofmt', ['-l', folder]) ?? skip('Go is missing')).toBe('');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** Undefined where there is no such program. */
function outputOf(program: string, args: readonly string[], input = ''): string | undefined {
  try {
    return execFileSync(program, args, { input, encoding: 'utf8', maxBuffer: 64 << 20 });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

it('have names that are identifiers everywhere, and no others by the rules of Python', () => {
  fc.assert(
    fc.property(text, (given) => {
      for (const name of [camelCase, pascalCase, snakeCase].map((style) => style(wordsOf(given)))) {
        expect(name).toMatch(/^[A-Za-z][\p{ID_Continue}]*$/u);
        expect(name.normalize('NFKC')).toBe(name);
      }
    }),
  );
});
