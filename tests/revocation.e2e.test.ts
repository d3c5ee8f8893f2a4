import { eventually, startTestPlatform, type TestPlatform } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, Api } from './api.ts';
import { type Account, Journey } from './journey.ts';

const PASSWORD = 'Correct-horse-1';
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
  readonly gateway: Api;
  /** Every service reached directly, without the gateway, with a call that a good credential passes. */
  readonly doors: readonly {
    readonly name: string;
    readonly knock: (token: string, revision?: string) => Promise<Answer>;
  }[];
}

async function scene(): Promise<Scene> {
  const journey = new Journey(platform.gatewayUrl);
  const account = await journey.account();
  const prompt = await journey.prompt(account);
  await journey.liveVersion(account, prompt, 'Hello');
  const at = (service: 'identity' | 'tenancy' | 'prompt-registry' | 'render'): Api => {
    const url = platform.services[service][0]?.url;
    if (url === undefined) throw new Error(`${service} does not run`);
    return new Api(url);
  };
  const withRevision = (revision?: string) =>
    revision === undefined ? {} : { headers: { 'px0-min-revision': revision } };
  const render = `/v1/prompts/${prompt.slug}/render`;
  const gateway = new Api(platform.gatewayUrl);
  const doors = [
    {
      name: 'identity',
      knock: (token: string, revision?: string) =>
        at('identity').request('GET', '/v1/auth/me', { token, ...withRevision(revision) }),
    },
    {
      name: 'tenancy',
      knock: (token: string, revision?: string) =>
        at('tenancy').request('GET', '/v1/me/teams', { token, ...withRevision(revision) }),
    },
    {
      name: 'prompt-registry',
      knock: (token: string, revision?: string) =>
        at('prompt-registry').request('GET', '/v1/prompts', { token, ...withRevision(revision) }),
    },
    {
      name: 'render',
      knock: (token: string, revision?: string) =>
        at('render').request('POST', render, { token, body: {}, ...withRevision(revision) }),
    },
    { name: 'the gateway', knock: (token: string) => gateway.request('POST', render, { token, body: {} }) },
  ];
  return { account, gateway, doors };
}

async function expectOpen({ doors }: Scene, token: string): Promise<void> {
  for (const { name, knock } of doors) expect([name, (await knock(token)).status]).toEqual([name, 200]);
}

/** The very next request to each service, with the revision of the answer that revoked; the gateway knows it by itself. */
async function expectShut({ doors }: Scene, token: string, revocation: Answer): Promise<void> {
  const revision = revocation.headers.get('px0-revision') ?? '';
  expect(revision).not.toBe('');
  const answers = await Promise.all(
    doors.map(async ({ name, knock }) => [name, (await knock(token, revision)).status]),
  );
  expect(answers).toEqual(doors.map(({ name }) => [name, 401]));
}

describe('a credential that is revoked is refused by every service at the next request', () => {
  it('by logout: that session, and no other', async () => {
    const here = await scene();
    const { session, email } = here.account;
    const other = await here.gateway.call('POST', '/v1/auth/login', { body: { email, password: PASSWORD } });
    await expectOpen(here, session);
    await expectShut(
      here,
      session,
      await here.gateway.request('DELETE', '/v1/auth/session', { token: session }),
    );
    await expectOpen(here, String(Reflect.get(Object(other), 'token')));
  });

  it('by a change of password: the other sessions', async () => {
    const here = await scene();
    const { session, email } = here.account;
    const login = await here.gateway.call('POST', '/v1/auth/login', { body: { email, password: PASSWORD } });
    const asking = String(Reflect.get(Object(login), 'token'));
    await expectOpen(here, session);
    const body = { current_password: PASSWORD, new_password: NEW_PASSWORD };
    const change = await here.gateway.request('POST', '/v1/auth/me/change-password', { token: asking, body });
    expect(change.status).toBe(200);
    await expectShut(here, session, change);
    await expectOpen(here, asking);
  });

  it('by a password reset: every session', async () => {
    const here = await scene();
    const { session, email } = here.account;
    await expectOpen(here, session);
    await here.gateway.call('POST', '/v1/auth/password-reset/trigger', { body: { email } });
    const mail = new RegExp(`mail to ${email}: Reset[^]*? {4}([0-9a-f]{32})`);
    const code = await eventually(async () => mail.exec(await platform.logs(500))?.[1], {
      what: 'the printed mail',
    });
    const body = { code, new_password: NEW_PASSWORD };
    const reset = await here.gateway.request('POST', '/v1/auth/password-reset/reset', { body });
    expect(reset.status).toBe(200);
    await expectShut(here, session, reset);
  });

  it('by the deletion of a key', async () => {
    const here = await scene();
    const { session, key, organization } = here.account;
    await expectOpen(here, key);
    const list = await here.gateway.call('GET', `/v1/api-keys?org_id=${organization}`, { token: session });
    const id = String(/"id":"([^"]+)"/.exec(JSON.stringify(list))?.[1]);
    await expectShut(
      here,
      key,
      await here.gateway.request('DELETE', `/v1/api-keys/${id}`, { token: session }),
    );
  });

  it('by the deletion of the account', async () => {
    const here = await scene();
    await expectOpen(here, here.account.session);
    await expectShut(
      here,
      here.account.session,
      await here.gateway.request('DELETE', '/v1/auth/me', { token: here.account.session }),
    );
  });
});
