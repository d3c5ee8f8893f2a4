import { expect, it } from 'vitest';
import { type Given, px0, REVISION, type Reply } from './command.ts';
import { stubNetwork } from './stubbed-network.ts';

const network = stubNetwork('cli-checks');
const ID = '00000000-0000-4000-8000-000000000000';
const TIME = '2026-01-01T08:00:00Z';
const HASH = `sha256:${'a'.repeat(64)}`;
const OLDER = `sha256:${'b'.repeat(64)}`;
const URL = 'https://ci.example.com/runs/7';
const headers = { 'content-type': 'application/json', 'px0-revision': REVISION };

const given = (): Given => ({
  env: {
    XDG_CONFIG_HOME: network.folder,
    PX0_HOST: 'http://px0.example.com',
    PX0_ACCESS_TOKEN: 'ak_1',
    PX0_TEAM: ID,
  },
});
const reply = (status: number, body: unknown): Reply => ({ status, body: JSON.stringify(body), headers });

const prompt = {
  ...{ id: ID, team_id: ID, slug: 'greeting', name: 'Greeting', description: '', status: 'active' },
  ...{ created_at: TIME, updated_at: TIME },
};
const version = {
  ...{ id: ID, prompt_id: ID, version: 8, template: 'x', status: 'draft', kind: 'text', note: '' },
  ...{ created_at: TIME, published_at: null, tags: [], variables: [], created_by: null },
};
const check = (name: string, content_hash: string, changes = {}) => ({
  ...{ name, state: 'success', description: '', url: null, version: 8, content_hash, posted_at: TIME },
  posted_by: { kind: 'api-key', user_id: null, api_key_id: ID },
  ...changes,
});

/** A px0 with version 8 of `greeting`, which answers like this about checks. */
function answerWith(ofChecks: Reply, shown: object = { ...version, content_hash: HASH }): void {
  network.answer(({ url: { pathname } }) => {
    if (pathname === `/v1/prompts/${ID}/versions/8/checks`) return ofChecks;
    if (pathname === `/v1/prompts/${ID}/versions/8`) return reply(200, { version: shown });
    return pathname === '/v1/prompts/greeting' ? reply(200, { prompt }) : undefined;
  });
}

const posted = () =>
  network.sent.filter(({ method }) => method === 'POST').map(({ body }) => JSON.parse(body));
const post = (...args: string[]) =>
  px0(['check', 'post', 'greeting', '8', '--name', 'evals', '--state', 'success', ...args], given());

it('is posted of the content that the version has, or that was checked', async () => {
  answerWith(reply(201, { check: check('evals', HASH) }));
  const ended = await post('--url', URL, '--description', '48 of 48');
  expect(ended).toMatchObject({ code: 0, stdout: 'greeting: evals of version 8 is success.\n' });
  expect((await post('--content-hash', OLDER)).code).toBe(0);
  const evals = { name: 'evals', state: 'success' };
  expect(posted()).toEqual([
    { ...evals, url: URL, description: '48 of 48', content_hash: HASH },
    { ...evals, content_hash: OLDER },
  ]);
  const json = await post('--json');
  expect(JSON.parse(json.stdout)).toEqual({ check: check('evals', HASH) });
});

it('ends with 6 when the content has changed, and says so', async () => {
  answerWith(reply(409, { error: 'content changed since it was shown' }));
  const ended = await post('--content-hash', OLDER);
  expect([ended.code, ended.stdout]).toEqual([6, '']);
  expect(ended.stderr).toContain('content changed since it was shown');
});

it.each([
  [403, 'forbidden', 4],
  [400, 'invalid check: url: must be an https URL of at most 2048 characters', 7],
  [422, 'too many checks', 7],
])('ends as other refusals do: %i %s', async (status, error, code) => {
  answerWith(reply(status, { error }));
  const ended = await post();
  expect(ended.code).toBe(code);
  expect(ended.stderr).toContain(error);
});

it('is not sent to a px0 that shows no content hashes', async () => {
  answerWith(reply(404, { error: 'not found' }), version);
  expect(await post()).toMatchObject({ code: 7, stderr: 'px0: this px0 is too old to take checks\n' });
  expect(posted()).toEqual([]);
});

it('is listed, with a note where it is of older content', async () => {
  const changes = { state: 'failure', description: 'one\nfails', url: URL };
  answerWith(reply(200, { checks: [check('evals', HASH, changes), check('tone', OLDER)] }));
  const { code, stdout } = await px0(['check', 'list', 'greeting', '8'], given());
  expect(code).toBe(0);
  const rows = stdout.trimEnd().split('\n');
  expect(rows).toHaveLength(3);
  expect(rows[1]).toMatch(
    /^evals +failure +2026-01-01 08:00 +one\S+fails +https:\/\/ci\.example\.com\/runs\/7$/,
  );
  expect(rows[2]).toMatch(/^tone +success +2026-01-01 08:00 +the content has changed since$/);
  answerWith(reply(200, { checks: [] }));
  expect((await px0(['check', 'list', 'greeting', '8'], given())).stdout).toBe(
    'Nobody has posted a check of version 8 of greeting.\n',
  );
});

it.each([
  ['check', 'post', 'greeting', '8', '--state', 'success'],
  ['check', 'post', 'greeting', '8', '--name', 'evals'],
  ['check', 'post', 'greeting', '8', '--name', 'evals', '--state', 'SUCCESS'],
  ['check', 'post', 'greeting', '8', '--name', '', '--state', 'success'],
  ['check', 'post', 'greeting', '8', '--name', 'evals', '--state', 'success', '--url', ''],
  ['check', 'post', 'greeting', '8', '--name', 'evals', '--state', 'success', '--content-hash', ''],
  ['check', 'post', 'greeting', '..', '--name', 'evals', '--state', 'success'],
  ['check', 'list', 'greeting'],
])('is refused without a request: %j', async (...args) => {
  expect((await px0(args, given())).code).toBe(2);
  expect(network.sent).toEqual([]);
});
