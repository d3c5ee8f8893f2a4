import { expect, it } from 'vitest';
import { type Given, px0, REVISION, type Reply } from './command.ts';
import { stubNetwork } from './stubbed-network.ts';

const network = stubNetwork('cli-keys');
const ID = '00000000-0000-4000-8000-000000000000';
const TIME = '2026-01-01T08:00:00Z';
const headers = { 'content-type': 'application/json', 'px0-revision': REVISION };

const given = (): Given => ({
  env: {
    XDG_CONFIG_HOME: network.folder,
    PX0_HOST: 'http://px0.example.com',
    PX0_ACCESS_TOKEN: 'session',
  },
});
const reply = (status: number, body: unknown): Reply => ({ status, body: JSON.stringify(body), headers });
const created = { id: ID, name: 'checkout', key: 'ak_1', operation: 'read_render', created_at: TIME };

async function create(...options: string[]): Promise<object> {
  network.answer(() => reply(201, created));
  const ended = await px0(['keys', 'create', 'checkout', '--org', ID, ...options], given());
  expect([ended.code, ended.stdout]).toEqual([0, 'ak_1\n']);
  return JSON.parse(network.sent.at(-1)?.body ?? '');
}

it.each<[readonly string[], object | undefined]>([
  [[], undefined],
  [['--slug', 'billing_*', 'greeting'], { slugs: ['billing_*', 'greeting'] }],
  [['--tag', 'prod', '--no-live'], { refs: { live: false, tags: ['prod'] } }],
  [['--slug', 'a', '--tag', 'eu-*'], { slugs: ['a'], refs: { live: true, tags: ['eu-*'] } }],
])('a key is created with the limits that %j name', async (options, limits) => {
  const body = await create(...options);
  if (limits === undefined) expect(body).not.toHaveProperty('limits');
  else expect(body).toMatchObject({ limits });
});

it('an empty pattern is a mistake, and nothing is sent', async () => {
  for (const option of ['--slug', '--tag']) {
    const ended = await px0(['keys', 'create', 'checkout', '--org', ID, option, ''], given());
    expect(ended.code).toBe(2);
  }
  expect(network.sent).toEqual([]);
});

it('the list says what each key is limited to', async () => {
  const key = { id: ID, name: 'a', org_id: ID, operation: 'all', created_at: TIME, last_used_at: null };
  const limits = { slugs: ['billing_*'], refs: { live: true, tags: ['prod'] } };
  network.answer(() => reply(200, { api_keys: [{ ...key, limits }, key] }));
  const { stdout } = await px0(['keys', 'list', '--org', ID], given());
  expect(stdout).toMatch(/^NAME +OPERATION +LIMITS/);
  expect(stdout).toContain('slugs billing_*, live, tags prod');
  expect(stdout).toContain('none');
});
