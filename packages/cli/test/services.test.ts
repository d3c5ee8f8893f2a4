import { expect, it } from 'vitest';
import { type Given, px0, REVISION, type Reply } from './command.ts';
import { stubNetwork } from './stubbed-network.ts';

const network = stubNetwork('cli-services');
const ID = '00000000-0000-4000-8000-000000000000';
const TIME = '2026-01-01T08:00:00Z';
const headers = { 'content-type': 'application/json', 'px0-revision': REVISION };

const given = (): Given => ({
  env: {
    XDG_CONFIG_HOME: network.folder,
    PX0_HOST: 'http://px0.example.com',
    PX0_ACCESS_TOKEN: 'ak_1',
    PX0_TEAM: ID,
  },
});
const ok = (body: unknown): Reply => ({ status: 200, body: JSON.stringify(body), headers });

const prompt = {
  ...{ id: ID, team_id: ID, slug: 'greeting', name: 'Greeting', description: '', status: 'active' },
  ...{ created_at: TIME, updated_at: TIME },
};
const live = {
  ...{ id: ID, prompt_id: ID, version: 8, template: 'x', status: 'live', kind: 'text', note: '' },
  ...{ created_at: TIME, published_at: null, tags: [], variables: [], created_by: null },
  content_hash: `sha256:${'0'.repeat(64)}`,
};
const service = (name: string, version: number | null, source: string) => ({
  ...{ service: name, version, source, renders: 400, failures: 1, first_seen_at: TIME, last_seen_at: TIME },
  ...{ service_version: '1.4.2', sdk: 'px0-python/0.3.0', variables: ['name'] },
});
const services = [
  service('checkout', 8, 'stream'),
  service('mailer', 7, 'live'),
  service('', 9, 'poll'),
  service('billing', null, 'fallback'),
];

function answerWith(listed: readonly object[], versions: readonly object[] = [live]): void {
  network.answer(({ url }) => {
    if (url.pathname === `/v1/prompts/${ID}/services`) return ok({ services: listed });
    if (url.pathname === `/v1/prompts/${ID}/versions`) return ok({ versions, next_cursor: null });
    return url.pathname === '/v1/prompts/greeting' ? ok({ prompt }) : undefined;
  });
}

it('marks who is on a fallback or an older version in words', async () => {
  answerWith(services);
  const { code, stdout } = await px0(['services', 'greeting'], given());
  const [head, ...rows] = stdout.trimEnd().split('\n');
  expect([code, head?.split(/ {2,}/)]).toEqual([
    0,
    ['SERVICE', 'VERSION', 'SOURCE', 'RENDERS', 'FAILURES', 'LAST SEEN', 'SDK', 'NOTE'],
  ]);
  const facts = ['400', '1', '2026-01-01 08:00', 'px0-python/0.3.0'];
  expect(rows.map((row) => row.split(/ {2,}/))).toEqual([
    ['checkout', 'v8', 'stream', ...facts],
    ['mailer', 'v7', 'live', ...facts, 'older than version 8, which is live'],
    ['(no name)', 'v9', 'poll', ...facts],
    ['billing', 'fallback', ...facts, 'on a fallback in its code'],
  ]);
});

it('marks no version where none is live', async () => {
  answerWith(services.slice(0, 3), []);
  const { stdout } = await px0(['services', 'greeting'], given());
  expect(stdout).not.toContain('older');
});

it('sends what is asked for, and prints the answer of px0 with --json', async () => {
  answerWith(services);
  const args = ['services', 'greeting', '--days', '30', '--version', '7', '--json'];
  const { stdout } = await px0(args, given());
  expect(JSON.parse(stdout)).toEqual({ services });
  const [asked] = network.sent.filter(({ url }) => url.pathname.endsWith('/services'));
  expect(asked?.url.search).toBe('?days=30&version=7');
});

it('says so where no service renders', async () => {
  answerWith([]);
  const all = await px0(['services', 'greeting'], given());
  expect(all.stdout).toBe('No service rendered greeting in the last 7 days.\n');
  const one = await px0(['services', 'greeting', '--version', '3', '--days', '1'], given());
  expect(one.stdout).toBe('No service rendered version 3 of greeting in the last day.\n');
});

it('lists the services of a team', async () => {
  const team = (listed: readonly object[]) => {
    network.answer(({ url }) =>
      url.pathname === `/v1/teams/${ID}/services` ? ok({ services: listed }) : undefined,
    );
    return px0(['services', '--team', ID], given());
  };
  const checkout = {
    service: 'checkout',
    prompts: 3,
    renders: 1200,
    last_seen_at: TIME,
    sdk: null,
    fallbacks: 2,
  };
  const { code, stdout } = await team([checkout]);
  expect([code, stdout.split('\n').map((line) => line.split(/ {2,}/))]).toEqual([
    0,
    [
      ['SERVICE', 'PROMPTS', 'RENDERS', 'FALLBACKS', 'LAST SEEN', 'SDK'],
      ['checkout', '3', '1200', '2', '2026-01-01 08:00'],
      [''],
    ],
  ]);
  expect((await team([])).stdout).toBe('No service rendered a prompt of the team in the last 7 days.\n');
});

it.each([
  [['services', 'greeting', '--days', '91'], 2],
  [['services', 'greeting', '--days', '1.5'], 2],
  [['services', 'greeting', '--version', 'live'], 2],
  [['services', '--version', '3'], 2],
  [['services', '..'], 2],
  [['services', 'unknown'], 5],
] as const)('%j ends with %i', async (args, code) => {
  const ended = await px0(args, given());
  expect(ended.code).toBe(code);
  if (code === 2) expect(network.sent).toEqual([]);
});
