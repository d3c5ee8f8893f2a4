import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { judgeNats, OLDEST_NATS, SKIPPING_NATS, TESTED_NATS } from './nats-releases.ts';

it.each(['1.4.1', '2.2.0', '2.8.4', 'v2.8.4'])('release %s is refused in one line', (version) => {
  expect(judgeNats(version)).toEqual({
    kind: 'too-old',
    error: `The NATS server is release ${version}; px0 needs ${OLDEST_NATS} or later.`,
  });
});

it.each(['2.9.22', '2.9.23', '2.9.25', '2.9.99'])('release %s is warned of in one line', (version) => {
  const verdict = judgeNats(version);
  expect(verdict).toMatchObject({
    kind: 'flawed',
    warning: expect.stringMatching(/^NATS server 2\.9\..* upgrade it\.$/),
  });
});

it.each(['2.9.0', '2.9.10', '2.9.21', '2.10.0', '2.10.0-preview.1', '2.15.3', '3.0.0', '2.100.1'])(
  'release %s is supported',
  (version) => expect(judgeNats(version)).toEqual({ kind: 'supported' }),
);

it.each([undefined, '', 'devel', '2', '2.x.1'])('%s, which names no release, is let pass', (version) => {
  expect(judgeNats(version)).toEqual({ kind: 'supported' });
});

it('what is tested is supported, and includes one that skips', () => {
  const kinds = TESTED_NATS.map((version) => judgeNats(version).kind);
  expect(new Set(kinds)).toEqual(new Set(['supported', 'flawed']));
  expect(judgeNats(SKIPPING_NATS.before)).toEqual({ kind: 'supported' });
});

it('the page for operators names the same releases', () => {
  const root = join(import.meta.dirname, '../../../..');
  const page = readFileSync(join(root, 'docs/operations/nats.md'), 'utf8');
  expect(page).toContain(`| ${OLDEST_NATS} and later`);
  expect(page).toContain(`| ${TESTED_NATS.join(', ')} `);
  expect(page).toContain(`| ${SKIPPING_NATS.from} to before ${SKIPPING_NATS.before} `);
});
