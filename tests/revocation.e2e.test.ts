import { eventually, startTestPlatform, type TestPlatform } from '@px0/testing';
import { type Account, type Answer, PASSWORD, World } from '@px0/testing/world';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const NEW_PASSWORD = 'Battery-staple-2';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(async () => {
  await platform?.stop();
});

interface Scene {
  readonly account: Account;
  readonly world: World;
  /** Every service reached directly, without the gateway, with a call that a good credential passes. */
  readonly doors: readonly {
    readonly name: string;
    readonly knock: (token: string, revision?: string) => Promise<Answer>;
  }[];
}

async function scene(): Promise<Scene> {
  const world = new World(platform);
  const account = await world.account();
  const prompt = await world.emptyPrompt(account.key, account.team, { slug: 'greeting' });
  await world.live(account.key, prompt, 'Hello');
  const withRevision = (revision?: string) =>
    revision === undefined ? {} : { headers: { 'px0-min-revision': revision } };
  const render = `/v1/prompts/${prompt.slug}/render`;
  const doors = [
    {
      name: 'identity',
      knock: (token: string, revision?: string) =>
        world.direct('identity').request('GET', '/v1/auth/me', { token, ...withRevision(revision) }),
    },
    {
      name: 'tenancy',
      knock: (token: string, revision?: string) =>
        world.direct('tenancy').request('GET', '/v1/me/teams', { token, ...withRevision(revision) }),
    },
    {
      name: 'prompt-registry',
      knock: (token: string, revision?: string) =>
        world.direct('prompt-registry').request('GET', '/v1/prompts', { token, ...withRevision(revision) }),
    },
    {
      name: 'render',
      knock: (token: string, revision?: string) =>
        world.direct('render').request('POST', render, { token, body: {}, ...withRevision(revision) }),
    },
    {
      name: 'the gateway',
      knock: (token: string) => world.gateway.request('POST', render, { token, body: {} }),
    },
  ];
  return { account, world, doors };
}

async function expectOpen({ doors }: Scene, token: string): Promise<void> {
  // A service may hear of a credential a moment later.
  for (const { name, knock } of doors)
    await expect.poll(async () => [name, (await knock(token)).status]).toEqual([name, 200]);
}

/** The answer that is not stale: a service on a busy machine may not get to the revision in its time. */
const sureAnswer = (knock: () => Promise<Answer>): Promise<Answer> =>
  eventually(
    async () => {
      const answer = await knock();
      return answer.headers.has('px0-stale') ? undefined : answer;
    },
    { what: 'an answer that is not stale' },
  );

/** The very next request to each service, with the revision of the answer that revoked; the gateway knows it by itself. */
async function expectShut({ doors }: Scene, token: string, revocation: Answer): Promise<void> {
  const revision = revocation.headers.get('px0-revision') ?? '';
  expect(revision).not.toBe('');
  const answers = await Promise.all(
    doors.map(async ({ name, knock }) => [name, (await sureAnswer(() => knock(token, revision))).status]),
  );
  expect(answers).toEqual(doors.map(({ name }) => [name, 401]));
}

describe('a credential that is revoked is refused by every service at the next request', () => {
  it('by logout: that session, and no other', async () => {
    const here = await scene();
    const { token: session, email } = here.account;
    const other = await here.world.login(email);
    await expectOpen(here, session);
    await expectShut(
      here,
      session,
      await here.world.gateway.request('DELETE', '/v1/auth/session', { token: session }),
    );
    await expectOpen(here, other);
  });

  it('by a change of password: the other sessions', async () => {
    const here = await scene();
    const { token: session, email } = here.account;
    const asking = await here.world.login(email);
    await expectOpen(here, session);
    const body = { current_password: PASSWORD, new_password: NEW_PASSWORD };
    const change = await here.world.gateway.request('POST', '/v1/auth/me/change-password', {
      token: asking,
      body,
    });
    expect(change.status).toBe(200);
    await expectShut(here, session, change);
    await expectOpen(here, asking);
  });

  it('by a password reset: every session', async () => {
    const here = await scene();
    const { token: session, email } = here.account;
    await expectOpen(here, session);
    await here.world.gateway.call('POST', '/v1/auth/password-reset/trigger', { body: { email } });
    const mail = new RegExp(`mail to ${email}: Reset[^]*? {4}([0-9a-f]{32})`);
    const code = await eventually(async () => mail.exec(await platform.logs(500))?.[1], {
      what: 'the printed mail',
    });
    const body = { code, new_password: NEW_PASSWORD };
    const reset = await here.world.gateway.request('POST', '/v1/auth/password-reset/reset', { body });
    expect(reset.status).toBe(200);
    await expectShut(here, session, reset);
  });

  it('by the deletion of a key', async () => {
    const here = await scene();
    const { token: session, key } = here.account;
    await expectOpen(here, key.token);
    await expectShut(
      here,
      key.token,
      await here.world.gateway.request('DELETE', `/v1/api-keys/${key.id}`, { token: session }),
    );
  });

  it('by the deletion of the account', async () => {
    const here = await scene();
    await expectOpen(here, here.account.token);
    await expectShut(
      here,
      here.account.token,
      await here.world.gateway.request('DELETE', '/v1/auth/me', { token: here.account.token }),
    );
  });
});
