/** Pages that speak of counted renders, or of prompts held by applications, say what the counts leave out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');

it.each([
  'docs/cli.md',
  'docs/concepts/version-lifecycle.md',
  'docs/operations/air-gap.md',
  'docs/sdk/go.md',
  'docs/sdk/in-your-process.md',
  'docs/sdk/python.md',
  'docs/sdk/typescript.md',
  'packages/cli/README.md',
  'packages/sdk-go/README.md',
  'packages/sdk-python/README.md',
  'packages/sdk-typescript/README.md',
])('%s says that renders made inside applications are not counted', (page) => {
  const text = readFileSync(join(root, page), 'utf8').replaceAll(/\s+/g, ' ');
  expect(text).toMatch(/renders made inside applications (?:\([^)]*\)\) )?are not counted/i);
});
