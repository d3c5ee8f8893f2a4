/** What `relay check` says of answers that are hard to get from real processes; `tests/relay-check.e2e.test.ts` has those. */
import { expect, it } from 'vitest';
import { type Given, px0, REVISION, type Reply } from './command.ts';
import { stubNetwork } from './stubbed-network.ts';

const network = stubNetwork('cli-relay-check');
const RELAY = 'http://relay.example.com';
const PX0 = 'http://px0.example.com';
const headers = { 'content-type': 'application/x-ndjson', 'px0-revision': REVISION };

const given = (): Given => ({
  env: { XDG_CONFIG_HOME: network.folder, PX0_HOST: PX0, PX0_ACCESS_TOKEN: 'ak_1' },
});

/** A delivery of one team without prompts. */
const empty: Reply = {
  status: 200,
  body: [
    { type: 'begin', team_id: '00000000-0000-4000-8000-000000000001', base: null },
    {
      ...{ type: 'sync', revision: REVISION, digest: '0000000000000000', count: 0, key_expires_at: null },
      teams: [{ team_id: '00000000-0000-4000-8000-000000000001', revision: REVISION }],
    },
  ]
    .map((frame) => `${JSON.stringify(frame)}\n`)
    .join(''),
  headers,
};
const stale = { ...empty, headers: { ...headers, 'px0-stale': 'true' } };
const unauthorized = { status: 401, body: '{"error":"unauthorized"}', headers };
const follows = { ready: true, upstream: 'ready', connected: true, stale_seconds: 0 };

interface Answers {
  readonly readyz?: unknown;
  readonly relay?: Reply;
  readonly upstream?: Reply;
}

async function check({ readyz = follows, relay = empty, upstream = empty }: Answers, args: string[] = []) {
  network.answer(({ url }) => {
    if (url.pathname === '/readyz')
      return { status: 200, body: typeof readyz === 'string' ? readyz : JSON.stringify(readyz) };
    return url.origin === RELAY ? relay : upstream;
  });
  return await px0(['relay', 'check', RELAY, ...args], given());
}

it('is content where both deliver the same', async () => {
  const { code, stdout, stderr } = await check({});
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`The relay holds the same 0 prompts as px0 at ${PX0}, and hears of changes.\n`);
  expect(network.sent.map(({ url, authorization }) => [url.href, authorization])).toEqual([
    [`${RELAY}/readyz`, null],
    [`${RELAY}/v1/delivery/snapshot`, 'Bearer ak_1'],
    [`${PX0}/v1/delivery/snapshot`, 'Bearer ak_1'],
  ]);
});

it.each([
  [{ relay: stale }, 'the relay follows a px0 that may lack the latest changes'],
  [{ upstream: stale }, `px0 at ${PX0} may lack the latest changes itself`],
  [
    { readyz: { ...follows, connected: false, stale_seconds: 40 }, relay: stale },
    'the relay has not heard from its upstream for 40 s',
  ],
  [
    { readyz: { ...follows, connected: false, stale_seconds: null }, relay: stale },
    'the relay has never heard from its upstream',
  ],
])('tells of %j', async (answers, sentence) => {
  const { code, stderr } = await check(answers);
  expect([code, stderr]).toEqual([9, `px0: ${sentence}\n`]);
});

it.each([
  ['<html>', 7, `${RELAY} is not a relay: its /readyz does not tell of an upstream`],
  [{ ready: true, prompts: 3 }, 7, `${RELAY} is not a relay: its /readyz does not tell of an upstream`],
  [
    { ...follows, upstream: 'refused', connected: false },
    3,
    `the relay at ${RELAY} has a key that its upstream refuses`,
  ],
  [
    { ...follows, ready: false, connected: false },
    8,
    `the relay at ${RELAY} is not ready: it has nothing to answer from`,
  ],
])('of a /readyz of %j it says so', async (readyz, code, sentence) => {
  const ended = await check({ readyz });
  expect([ended.code, ended.stderr]).toEqual([code, `px0: ${sentence}\n`]);
});

it('says which of the two refuses the key', async () => {
  expect(await check({ relay: unauthorized })).toMatchObject({
    code: 3,
    stderr: `px0: the relay at ${RELAY} refuses the API key: unauthorized\n`,
  });
  expect(await check({ upstream: unauthorized })).toMatchObject({
    code: 3,
    stderr: `px0: px0 at ${PX0} refuses the API key: unauthorized\n`,
  });
});

it('takes the upstream that is named, and refuses what is no address', async () => {
  const other = 'http://other.example.com';
  await check({}, ['--upstream', other]);
  expect(network.sent.map(({ url }) => url.origin)).toEqual([RELAY, RELAY, other]);
  expect((await check({}, ['--upstream', ''])).code).toBe(2);
  expect((await px0(['relay', 'check', 'nowhere'], given())).code).toBe(2);
});
