/**
 * What a change of tenancy does to the other services, through the gateway and five real processes. Each step carries the
 * revision token of the one before and none is repeated: the very next request feels it.
 */
import { randomUUID } from 'node:crypto';
import { eventually, startTestPlatform, type TestPlatform } from '@px0/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

let platform: TestPlatform;
let revision: string | undefined;
const paused = new Set<number>();

beforeAll(async () => {
  platform = await startTestPlatform();
}, 120_000);
afterEach(resumeAll);
afterAll(async () => {
  resumeAll();
  await platform?.stop();
}, 60_000);

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

async function call(token: string | undefined, method: string, path: string, body?: unknown): Promise<Reply> {
  const headers = new Headers({ 'content-type': 'application/json' });
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  if (revision !== undefined) headers.set('px0-min-revision', revision);
  const response = await fetch(platform.gatewayUrl + path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  revision = response.headers.get('px0-revision') ?? revision;
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

/** The reply's body, of a call that must succeed. */
async function must<T>(schema: z.ZodType<T>, ...request: Parameters<typeof call>): Promise<T> {
  const { status, body } = await call(...request);
  if (status >= 300) throw new Error(`${request[1]} ${request[2]}: ${status} ${JSON.stringify(body)}`);
  return schema.parse(body);
}

const password = 'Correct-horse-7';

interface Account {
  readonly id: string;
  readonly token: string;
}

async function register(by?: string, teamId?: string): Promise<Account> {
  const email = `${randomUUID()}@example.com`;
  const account = { email, password, ...(teamId === undefined ? {} : { team_id: teamId }) };
  const { user } = await must(
    z.object({ user: z.object({ id: z.string() }) }),
    by,
    'POST',
    '/v1/auth/register',
    account,
  );
  const session = z.object({ token: z.string() });
  const { token } = await must(session, undefined, 'POST', '/v1/auth/login', { email, password });
  return { id: user.id, token };
}

interface Scene {
  readonly founder: Account;
  readonly orgId: string;
  readonly teamId: string;
  readonly promptId: string;
  readonly slug: string;
  readonly key: string;
}

async function createLivePrompt(
  { token }: Account,
  teamId: string,
): Promise<{ promptId: string; slug: string }> {
  const reply = z.object({ prompt: z.object({ id: z.string(), slug: z.string() }) });
  const body = { name: `Greeting ${randomUUID()}` };
  const { prompt } = await must(reply, token, 'POST', `/v1/teams/${teamId}/prompts`, body);
  await must(z.unknown(), token, 'POST', `/v1/prompts/${prompt.id}/versions`, { template: 'Hello!' });
  for (let step = 0; step < 2; step++) {
    await must(z.unknown(), token, 'POST', `/v1/prompts/${prompt.id}/versions/1/promote`);
  }
  return { promptId: prompt.id, slug: prompt.slug };
}

/** An organization with a live prompt and a key that renders it. */
async function createScene(): Promise<Scene> {
  const founder = await register();
  const named = z.array(z.object({ id: z.string() }));
  const { organizations } = await must(
    z.object({ organizations: named }),
    founder.token,
    'GET',
    '/v1/me/orgs',
  );
  const { teams } = await must(z.object({ teams: named }), founder.token, 'GET', '/v1/me/teams');
  const [orgId, teamId] = [organizations[0]?.id ?? '', teams[0]?.id ?? ''];
  const { promptId, slug } = await createLivePrompt(founder, teamId);
  const newKey = { name: 'app', org_id: orgId };
  const { key } = await must(z.object({ key: z.string() }), founder.token, 'POST', '/v1/api-keys', newKey);
  return { founder, orgId, teamId, promptId, slug, key };
}

const render = (token: string, { slug }: Scene) => call(token, 'POST', `/v1/prompts/${slug}/render`, {});

function pidsOf(service: 'identity' | 'prompt-registry'): number[] {
  return platform.services[service].flatMap(({ pid }) => (pid === null ? [] : [pid]));
}

/** Stops a service's process where it stands, as a machine that hangs would; its supervisor sees a living process. */
function pause(service: 'identity' | 'prompt-registry'): void {
  for (const pid of pidsOf(service)) {
    process.kill(pid, 'SIGSTOP');
    paused.add(pid);
  }
}

function resumeAll(): void {
  for (const pid of paused) process.kill(pid, 'SIGCONT');
  paused.clear();
}

let scene: Scene;
beforeEach(async () => {
  scene = await createScene();
});

it('a member who is removed is refused by their very next request to registry and render', async () => {
  const { founder, teamId, promptId } = scene;
  const member = await register(founder.token, teamId);
  expect(await call(member.token, 'GET', `/v1/prompts/${promptId}`)).toMatchObject({ status: 200 });
  expect(await render(member.token, scene)).toMatchObject({ status: 200, body: { rendered: 'Hello!' } });
  await must(z.unknown(), founder.token, 'DELETE', `/v1/teams/${teamId}/members/${member.id}`);
  expect(await render(member.token, scene)).toMatchObject({ status: 404 });
  expect(await call(member.token, 'GET', `/v1/prompts/${promptId}`)).toMatchObject({ status: 404 });
});

it('a viewer who is made an editor may write at once, and may not when made a viewer again', async () => {
  const { founder, teamId, promptId } = scene;
  const member = await register(founder.token, teamId);
  const draft = () => call(member.token, 'POST', `/v1/prompts/${promptId}/versions`, { template: 'Hi' });
  const become = (role: string) =>
    must(z.unknown(), founder.token, 'PUT', `/v1/teams/${teamId}/members/${member.id}/role`, { role });
  for (const [role, status] of [
    ['viewer', 403],
    ['editor', 201],
    ['viewer', 403],
  ] as const) {
    await become(role);
    expect(await draft()).toMatchObject({ status });
  }
});

describe('deleting an organization', () => {
  it('stops its renders, keys and prompts at once', async () => {
    const { founder, orgId, promptId, key } = scene;
    expect(await render(key, scene)).toMatchObject({ status: 200 });
    await must(z.unknown(), founder.token, 'DELETE', `/v1/orgs/${orgId}`);
    expect(await render(key, scene)).toMatchObject({ status: 401 });
    expect(await render(founder.token, scene)).toMatchObject({ status: 404 });
    expect(await call(founder.token, 'GET', `/v1/prompts/${promptId}`)).toMatchObject({ status: 404 });
    expect(await call(founder.token, 'GET', `/v1/api-keys?org_id=${orgId}`)).toMatchObject({ status: 404 });
    expect(await call(founder.token, 'GET', '/v1/me/orgs')).toMatchObject({ body: { organizations: [] } });
  });

  it('while identity and registry hang: renders stop at once, and the two catch up when they return', async () => {
    const { founder, orgId, promptId, key } = scene;
    expect(await render(key, scene)).toMatchObject({ status: 200 });
    pause('identity');
    pause('prompt-registry');
    await must(z.unknown(), founder.token, 'DELETE', `/v1/orgs/${orgId}`);
    expect(await render(key, scene)).toMatchObject({ status: 401 });
    expect(await call(founder.token, 'GET', '/v1/me/teams')).toMatchObject({
      status: 200,
      body: { teams: [] },
    });
    resumeAll();
    await eventually(
      async () => {
        expect(await call(founder.token, 'GET', `/v1/prompts/${promptId}`)).toMatchObject({ status: 404 });
        expect(await call(founder.token, 'GET', `/v1/api-keys?org_id=${orgId}`)).toMatchObject({
          status: 404,
        });
        return true;
      },
      { timeoutMs: 60_000 },
    );
  });

  it('while the registry is killed: it catches up when its supervisor has brought it back', async () => {
    const { founder, orgId, promptId } = scene;
    for (const pid of pidsOf('prompt-registry')) process.kill(pid, 'SIGKILL');
    await must(z.unknown(), founder.token, 'DELETE', `/v1/orgs/${orgId}`);
    await eventually(
      async () => {
        expect(await call(founder.token, 'GET', `/v1/prompts/${promptId}`)).toMatchObject({ status: 404 });
        return true;
      },
      { timeoutMs: 60_000 },
    );
  });
});

it('deleting a team stops its renders; the rest of the organization goes on', async () => {
  const { founder, orgId, key } = scene;
  const reply = z.object({ team: z.object({ id: z.string() }) });
  const { team } = await must(reply, founder.token, 'POST', `/v1/orgs/${orgId}/teams`, { name: 'Other' });
  const { slug } = await createLivePrompt(founder, team.id);
  expect(await render(key, { ...scene, slug })).toMatchObject({ status: 200 });
  await must(z.unknown(), founder.token, 'DELETE', `/v1/teams/${team.id}`);
  expect(await render(key, { ...scene, slug })).toMatchObject({ status: 404 });
  expect(await render(key, scene)).toMatchObject({ status: 200 });
});

it('a deleted account is gone from its teams and from every service at once', async () => {
  const { founder, teamId, promptId } = scene;
  const member = await register(founder.token, teamId);
  await must(z.unknown(), member.token, 'DELETE', '/v1/auth/me');
  expect(await render(member.token, scene)).toMatchObject({ status: 401 });
  expect(await call(member.token, 'GET', `/v1/prompts/${promptId}`)).toMatchObject({ status: 401 });
  const members = await call(founder.token, 'GET', `/v1/teams/${teamId}/members`);
  expect(members.body).toMatchObject({ members: [{ user_id: founder.id }], total: 1 });
});
