/** px0 wakes nobody through Postgres: each commit that notifies wakes every listener of its database, and they cost commits. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const wakes = /\bpg_notify\s*\(|['"`]\s*(?:un)?(?:listen|notify)\s+[\w"$]|\.on\(\s*['"]notification['"]/i;

it('neither the services nor what they are made of listen or notify', () => {
  const files = globSync(
    '{services/*/{src,prisma},packages/{access,event-bus,owner,service-kit}/src}/**/*.{ts,sql}',
    {
      cwd: root,
    },
  );
  expect(files.length).toBeGreaterThan(200);
  expect(files.filter((file) => wakes.test(readFileSync(join(root, file), 'utf8')))).toEqual([]);
});

it('the look finds what it looks for', () => {
  for (const found of [
    "query('listen px0')",
    'query("NOTIFY x")',
    'select pg_notify($1, $2)',
    "client.on('notification', f)",
  ])
    expect(found).toMatch(wakes);
});
