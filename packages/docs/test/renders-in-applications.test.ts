/** Pages that speak of counted renders say how those inside applications come in. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const textOf = (page: string) => readFileSync(join(root, page), 'utf8').replaceAll(/\s+/g, ' ');

it.each([
  'docs/cli.md',
  'docs/concepts/version-lifecycle.md',
  'docs/sdk/in-your-process.md',
  'packages/cli/README.md',
])('%s says that renders made inside applications are reported', (page) => {
  expect(textOf(page)).toMatch(
    /renders made inside applications (?:\([^)]*\)\) )?(?:arrive|are among them: .+ reports what it renders) about once a minute/i,
  );
});

it('says of an air gap that nothing is reported across it', () => {
  expect(textOf('docs/operations/air-gap.md')).toMatch(/renders made behind an air gap are not counted/i);
});
