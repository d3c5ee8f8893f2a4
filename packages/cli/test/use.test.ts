/** `use`: the team that is remembered, and who else decides. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { px0, REVISION, type Reply, type SentRequest } from './command.ts';
import { stubNetwork } from './stubbed-network.ts';

const network = stubNetwork('cli-use');
const HOST = 'http://px0.example.com';
const TIME = '2026-01-01T08:00:00Z';
const id = (digit: number) => `00000000-0000-4000-8000-00000000000${digit}`;
const headers = { 'content-type': 'application/json', 'px0-revision': REVISION };
const reply = (status: number, body: unknown): Reply => ({ status, body: JSON.stringify(body), headers });
const team = (digit: number, name: string) => ({
  ...{ id: id(digit), org_id: id(9), name, created_at: TIME, role: 'EDITOR' },
});
const teams = [team(1, 'Support'), team(2, 'Sales'), team(3, 'Twice'), team(4, 'Twice')];

function answers({ url }: SentRequest): Reply | undefined {
  if (url.pathname === '/v1/me/teams') return reply(200, { teams });
  if (url.pathname === '/v1/auth/me') return reply(200, { user: user('ada@example.com') });
  if (url.pathname === '/v1/me/orgs')
    return reply(200, { organizations: [{ id: id(9), name: 'Acme', created_at: TIME, role: 'MEMBER' }] });
  if (url.pathname === `/v1/teams/${id(8)}/prompts`) return reply(403, { error: 'forbidden' });
  if (/\/teams\/[^/]+\/prompts$/.test(url.pathname)) return reply(200, { prompts: [] });
  return undefined;
}

const path = () => join(network.folder, 'px0', 'config.json');
const kept = async () => JSON.parse(await readFile(path(), 'utf8'));
const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  px0(args, { env: { XDG_CONFIG_HOME: network.folder, PX0_HOST: HOST, PX0_ACCESS_TOKEN: 'ak_1', ...env } });
/** The team in which the last list of prompts was asked. */
const askedTeam = () =>
  network.sent.flatMap(({ url }) => /\/teams\/([^/]+)\/prompts$/.exec(url.pathname)?.[1] ?? []).at(-1);

beforeEach(async () => {
  network.answer(answers);
  await mkdir(join(network.folder, 'px0'), { recursive: true });
  await writeFile(path(), '{}');
});

describe('the team that use has chosen', () => {
  it('is the one of the commands after it, at this host, until another is', async () => {
    await expect(run(['use'])).resolves.toMatchObject({ stdout: `No team is chosen at ${HOST}.\n` });
    await expect(run(['use', 'Sales'])).resolves.toMatchObject({
      code: 0,
      stdout: `Commands at ${HOST} work in the team Sales.\n`,
    });
    expect(await kept()).toEqual({ credentials: {}, teams: { [HOST]: { id: id(2), name: 'Sales' } } });
    await run(['prompts', 'list']);
    expect(askedTeam()).toBe(id(2));
    expect((await run(['whoami'], { PX0_ACCESS_TOKEN: 'session' })).stdout).toBe(
      `ada@example.com at ${HOST}, in the team Sales\n`,
    );
    await run(['use', id(3)]);
    await run(['prompts', 'list']);
    expect(askedTeam()).toBe(id(3));
    expect((await run(['teams'])).stdout).toMatch(/^\* {2}Twice +Acme +editor +0/m);
    const other = await run(['prompts', 'list'], { PX0_HOST: 'http://other.example.com' });
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('more than one team matches') });
    await run(['use', '--forget']);
    expect(await kept()).toEqual({ credentials: {} });
  });

  it('comes after --team and PX0_TEAM', async () => {
    await run(['use', 'Sales']);
    await run(['prompts', 'list', '--team', 'Support']);
    expect(askedTeam()).toBe(id(1));
    await run(['prompts', 'list'], { PX0_TEAM: id(4) });
    expect(askedTeam()).toBe(id(4));
    await expect(run(['use', 'Sales'], { PX0_TEAM: id(4) })).resolves.toMatchObject({
      stderr: 'px0: --team and PX0_TEAM take precedence\n',
    });
  });

  it('is named where another team could be meant', async () => {
    await run(['use', 'Sales']);
    const sentence =
      'px0: this command worked in the team Sales, which "px0 use" chose; --team names another\n';
    await expect(run(['prompts', 'get', 'greeting'])).resolves.toMatchObject({
      code: 5,
      stderr: `px0: not found\n${sentence}`,
    });
    const asked = network.sent.find(({ url }) => url.pathname === '/v1/prompts/greeting');
    expect(asked?.url.searchParams.get('team_id')).toBe(id(2));
    const { stderr } = await run(['prompts', 'get', 'greeting', '--team', 'Support']);
    expect(stderr).toBe('px0: not found\n');
  });

  it('is offered where the command cannot know which of several is meant', async () => {
    await expect(run(['prompts', 'list'])).resolves.toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'choose one with --team, or for all commands with "px0 use": Support (',
      ),
    });
  });

  it('may be one that the caller only knows the id of', async () => {
    await expect(run(['use', id(7)])).resolves.toMatchObject({ code: 0 });
    expect(await kept()).toMatchObject({ teams: { [HOST]: { id: id(7) } } });
    await expect(run(['use', id(8)])).resolves.toMatchObject({ code: 4 });
    await expect(run(['use', 'Nowhere'])).resolves.toMatchObject({ code: 5 });
    await expect(run(['use', 'Twice'])).resolves.toMatchObject({ code: 2 });
    expect(await kept()).toMatchObject({ teams: { [HOST]: { id: id(7) } } });
  });

  it('of a key that may not list teams is named by its id', async () => {
    network.answer((request) =>
      request.url.pathname.startsWith('/v1/me') ? reply(403, { error: 'forbidden' }) : answers(request),
    );
    await expect(run(['use', 'Sales'])).resolves.toMatchObject({
      code: 4,
      stderr: 'px0: this API key may not list teams; give the id of the team\n',
    });
    await expect(run(['use', id(2)])).resolves.toMatchObject({ code: 0 });
  });

  it('is forgotten when somebody else logs in, and by a logout', async () => {
    const login = (request: SentRequest) =>
      request.url.pathname === '/v1/auth/login'
        ? reply(200, { token: 'session', expires_at: TIME, user: user(JSON.parse(request.body).email) })
        : request.url.pathname === '/v1/auth/session'
          ? { status: 204, body: '', headers }
          : answers(request);
    network.answer(login);
    const as = (email: string) =>
      px0(['login', '--email', email, '--password-stdin'], {
        env: { XDG_CONFIG_HOME: network.folder, PX0_HOST: HOST },
        input: 'secret',
      });
    await expect(as('ada@example.com')).resolves.toMatchObject({ code: 0, stderr: '' });
    await run(['use', 'Sales']);
    await as('ada@example.com');
    expect(await kept()).toMatchObject({ teams: { [HOST]: { id: id(2) } } });
    await as('eve@example.com');
    expect(await kept()).not.toHaveProperty('teams');
    await run(['use', 'Sales']);
    await run(['logout']);
    expect(await kept()).toEqual({ host: HOST, credentials: {} });
  });
});

function user(email: string): object {
  return { id: id(5), email, is_admin: false, is_verified: true, created_at: TIME };
}
