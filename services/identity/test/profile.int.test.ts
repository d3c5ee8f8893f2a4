import { eventually } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectError, expectOk } from './expect-reply.ts';
import { type Bearer, PASSWORD, type Reply, RunningIdentity } from './running-identity.ts';

const NEW_PASSWORD = 'Battery-staple-2';

let identity: RunningIdentity;
beforeAll(async () => {
  identity = await RunningIdentity.start({ env: { MAIL_COOLDOWN_SECONDS: '0' } });
});
afterAll(() => identity?.stop());

const me = (caller: Bearer | undefined): Promise<Reply> => identity.call(caller, 'GET', '/v1/auth/me');
const setEmail = (caller: Bearer, body: unknown): Promise<Reply> =>
  identity.call(caller, 'PUT', '/v1/auth/me', body);
const setPassword = (caller: Bearer, body: unknown): Promise<Reply> =>
  identity.call(caller, 'POST', '/v1/auth/me/change-password', body);
const remove = (caller: Bearer | undefined): Promise<Reply> => identity.call(caller, 'DELETE', '/v1/auth/me');
const logIn = (email: string, password: string): Promise<Reply> =>
  identity.call(undefined, 'POST', '/v1/auth/login', { email, password });

/** A body that is wrong: whatever refuses the call looks at the caller first. */
const wrongBody = (method: string) => (method === 'GET' ? undefined : { email: 5 });

const personal = [
  ['PUT', '/v1/auth/me'],
  ['POST', '/v1/auth/me/change-password'],
  ['DELETE', '/v1/auth/me'],
] as const;

describe('the profile', () => {
  it.each([['GET', '/v1/auth/me'] as const, ...personal])(
    '%s %s needs a credential',
    async (method, path) => {
      expectError(await identity.call(undefined, method, path, wrongBody(method)), 401, 'unauthorized');
      expectError(
        await identity.call({ token: `ak_${'0'.repeat(64)}` }, method, path, wrongBody(method)),
        401,
        'unauthorized',
      );
    },
  );

  it.each([['GET', '/v1/auth/me'] as const, ...personal])(
    '%s %s is forbidden to a key that only reads',
    async (method, path) => {
      const founder = await identity.founder();
      expectError(
        await identity.call(await identity.key(founder), method, path, wrongBody(method)),
        403,
        'forbidden',
      );
    },
  );

  it.each(personal)(
    '%s %s is forbidden to a key, whose acting user it would change',
    async (method, path) => {
      const founder = await identity.founder();
      for (const operation of ['all', 'admin']) {
        const key = await identity.key(founder, { operation });
        expectError(await identity.call(key, method, path, wrongBody(method)), 403, 'forbidden');
      }
    },
  );

  it('of a key is its acting user’s: the verified admin of the default team of longest standing', async () => {
    const founder = await identity.founder();
    const second = await identity.user();
    await identity.tenancy.setMember(founder.teamId, second.id, 'admin');
    const key = await identity.key(founder, { operation: 'all' });
    expect((await me(key)).body).toMatchObject({ user: { id: founder.id } });
    await identity.tenancy.setMember(founder.teamId, founder.id, 'editor');
    expect((await me(key)).body).toMatchObject({ user: { id: second.id } });
    await identity.tenancy.removeMember(founder.teamId, second.id);
    expectError(await me(key), 403, 'access token required');
    expectError(await setEmail(key, {}), 401, 'unauthorized');
  });
});

describe('a change of address', () => {
  it.each<[unknown, number, string]>([
    [{ email: 5 }, 400, 'invalid request body'],
    [{}, 400, 'email is required'],
    [{ email: '' }, 400, 'email is required'],
    [{ email: 'nowhere' }, 400, 'invalid email format'],
    [{ email: `${'a'.repeat(250)}@example.com` }, 400, 'invalid email format'],
  ])('to %j is refused: %s %s', async (body, status, error) => {
    expectError(await setEmail(await identity.user(), body), status, error);
  });

  it('takes effect at once, ends no session, and tells the old address', async () => {
    const user = await identity.user();
    const email = identity.newEmail();
    const reply = await setEmail(user, { email });
    expect(reply).toMatchObject({ status: 200, body: { user: { id: user.id, email, is_verified: true } } });
    expect(await me(user)).toMatchObject({ status: 200, body: { user: { email } } });
    expect((await logIn(user.email, PASSWORD)).status).toBe(401);
    expect((await logIn(email, PASSWORD)).status).toBe(200);
    await eventually(() =>
      identity.mails.to(user.email).some(({ subject }) => subject.includes('was changed')),
    );
    expect(identity.mails.to(user.email).some(({ text }) => text.includes(email))).toBe(false);
  });

  it('voids a reset code that went to the old address', async () => {
    const user = await identity.user();
    await identity.call(undefined, 'POST', '/v1/auth/password-reset/trigger', { email: user.email });
    const code = await identity.mails.code(user.email);
    await setEmail(user, { email: identity.newEmail() });
    const reset = { code, new_password: NEW_PASSWORD };
    expectError(
      await identity.call(undefined, 'POST', '/v1/auth/password-reset/reset', reset),
      400,
      'invalid or expired password reset code',
    );
  });

  it('to one’s own is fine, in another spelling, too; to somebody else’s it is a conflict', async () => {
    const [user, other] = [await identity.user(), await identity.user()];
    expect((await setEmail(user, { email: user.email })).status).toBe(200);
    const shouted = user.email.toUpperCase();
    expect(await setEmail(user, { email: shouted })).toMatchObject({
      status: 200,
      body: { user: { email: shouted } },
    });
    expectError(await setEmail(user, { email: other.email }), 409, 'email already taken');
    expectError(await setEmail(user, { email: other.email.toUpperCase() }), 409, 'email already taken');
  });
});

describe('a change of password', () => {
  const current = { current_password: PASSWORD };

  it.each<[unknown, number, string]>([
    [{ current_password: 5 }, 400, 'invalid request body'],
    [{}, 400, 'current_password and new_password are required'],
    [{ ...current, new_password: '' }, 400, 'current_password and new_password are required'],
    [{ current_password: 'wrong', new_password: 'Aa1!' }, 400, 'password must be at least 8 characters'],
    [
      { current_password: 'wrong', new_password: 'aaaaaaaaaa' },
      400,
      'password must contain at least one uppercase letter, one lowercase letter, one digit, and one special character',
    ],
    [{ current_password: 'wrong', new_password: NEW_PASSWORD }, 401, 'invalid current password'],
  ])('with %j is refused: %s %s', async (body, status, error) => {
    expectError(await setPassword(await identity.user(), body), status, error);
  });

  it('ends all sessions but the one that asked', async () => {
    const user = await identity.user();
    const before = await identity.logIn(user.email);
    const asking = { token: await identity.logIn(user.email) };
    const after = await identity.logIn(user.email);
    const reply = await setPassword(asking, { ...current, new_password: NEW_PASSWORD });
    expectOk(reply, 200, { message: 'password changed successfully' });
    expect((await me(asking)).status).toBe(200);
    for (const token of [user.token, before, after]) expectError(await me({ token }), 401, 'unauthorized');
    expect((await logIn(user.email, PASSWORD)).status).toBe(401);
    const fresh = await identity.logIn(user.email, NEW_PASSWORD);
    expect((await me({ token: fresh })).status).toBe(200);
  });

  it('may set the same password again, and voids an outstanding reset code', async () => {
    const user = await identity.user();
    await identity.call(undefined, 'POST', '/v1/auth/password-reset/trigger', { email: user.email });
    const code = await identity.mails.code(user.email);
    expect((await setPassword(user, { ...current, new_password: PASSWORD })).status).toBe(200);
    const reset = await identity.call(undefined, 'POST', '/v1/auth/password-reset/reset', {
      code,
      new_password: NEW_PASSWORD,
    });
    expectError(reset, 400, 'invalid or expired password reset code');
  });

  it('made by two sessions at once ends one of them', async () => {
    const user = await identity.user();
    const other = { token: await identity.logIn(user.email) };
    const replies = await Promise.all(
      [user, other].map((caller) => setPassword(caller, { ...current, new_password: NEW_PASSWORD })),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 401]);
    const alive = await Promise.all([user, other].map(async (caller) => (await me(caller)).status));
    expect(alive.sort()).toEqual([200, 401]);
  });
});

describe('the deletion of an account', () => {
  it('takes the sessions and codes with it, and leaves the keys', async () => {
    const founder = await identity.founder();
    const key = await identity.key(founder, { operation: 'all' });
    const second = await identity.user();
    await identity.tenancy.setMember(founder.teamId, second.id, 'admin');
    const other = await identity.logIn(founder.email);
    expectOk(await remove(founder), 204);
    expectError(await me(founder), 401, 'unauthorized');
    expectError(await me({ token: other }), 401, 'unauthorized');
    expectError(await remove(founder), 401, 'unauthorized');
    expect((await logIn(founder.email, PASSWORD)).status).toBe(401);
    expect((await me(key)).body).toMatchObject({ user: { id: second.id } });
    for (const table of ['sessions', 'verification_codes', 'password_reset_codes', 'mail_queue']) {
      const { rowCount } = await identity.pool.query(`SELECT 1 FROM ${table} WHERE user_id = $1`, [
        founder.id,
      ]);
      expect(rowCount).toBe(0);
    }
  });

  it('frees the address', async () => {
    const user = await identity.user();
    await remove(user);
    const again = await identity.user(user.email);
    expect(again.id).not.toBe(user.id);
    expectError(await me(user), 401, 'unauthorized');
  });

  it('is refused to the last admin of a default team that has other members', async () => {
    const founder = await identity.founder();
    const member = await identity.user();
    await identity.tenancy.setMember(founder.teamId, member.id, 'editor');
    expectError(await remove(founder), 409, 'default team must keep an admin');
    expect((await me(founder)).status).toBe(200);
    await identity.tenancy.setMember(founder.teamId, member.id, 'admin');
    expectOk(await remove(founder), 204);
  });

  it('is allowed to the only member, and to the last admin of another team', async () => {
    const founder = await identity.founder();
    const team = await identity.tenancy.createTeam(founder.orgId);
    const admin = await identity.user();
    await identity.tenancy.setMember(team, admin.id, 'admin');
    await identity.tenancy.setMember(team, founder.id, 'viewer');
    expectOk(await remove(admin), 204);
    expectOk(await remove(founder), 204);
  });

  it('of one that is gone already, seen by no projection yet, is a 401', async () => {
    const user = await identity.user();
    await identity.pool.query('DELETE FROM users WHERE id = $1', [user.id]);
    expectError(await remove(user), 401, 'unauthorized');
    expectError(await me(user), 401, 'unauthorized');
    expectError(await setEmail(user, { email: identity.newEmail() }), 401, 'unauthorized');
    expectError(
      await setPassword(user, { ...{ current_password: PASSWORD, new_password: NEW_PASSWORD } }),
      401,
      'unauthorized',
    );
    expectOk(await identity.call(user, 'DELETE', '/v1/auth/session'), 204);
  });
});

describe('the audit of an account', () => {
  const audit = (caller: Bearer | undefined, query = '') =>
    identity.call(caller, 'GET', `/v1/auth/me/audit${query}`);
  const pageOf = ({ body }: Reply) =>
    body as { entries: { action: string; actor: object; via: string | null }[]; next_cursor?: string };

  it('shows a person what happened to their account, and nothing of organizations or others', async () => {
    const founder = await identity.founder();
    await identity.user();
    await identity.key(founder);
    const change = { current_password: PASSWORD, new_password: NEW_PASSWORD };
    const path = '/v1/auth/me/change-password';
    expect((await identity.call(founder, 'POST', path, change, { 'px0-client': 'console' })).status).toBe(
      200,
    );
    const { entries, next_cursor } = pageOf(await audit(founder));
    expect(entries.map(({ action, actor, via }) => [action, actor, via])).toEqual([
      ['user.password_changed', { kind: 'user', user_id: founder.id }, 'console'],
      ['user.logged_in', { kind: 'user', user_id: founder.id }, null],
      ['user.registered', { kind: 'user', user_id: founder.id }, null],
    ]);
    expect(next_cursor).toBeUndefined();
  });

  it('has pages of 50', async () => {
    const user = await identity.user();
    await identity.pool.query(
      `INSERT INTO audit_entries (action, user_id) SELECT 'user.password_changed', $1 FROM generate_series(1, 60)`,
      [user.id],
    );
    const first = pageOf(await audit(user));
    expect(first.entries).toHaveLength(50);
    const rest = pageOf(await audit(user, `?cursor=${first.next_cursor}`));
    expect(rest.entries.length).toBeGreaterThan(9);
    expect(rest.next_cursor).toBeUndefined();
    expectError(await audit(user, '?cursor=x'), 400, 'invalid cursor');
  });

  it('is for sessions', async () => {
    const founder = await identity.founder();
    expectError(await audit(undefined), 401, 'unauthorized');
    expectError(await audit(await identity.key(founder, { operation: 'all' })), 401, 'unauthorized');
  });

  it('leaves what belongs to an organization to its chain', async () => {
    const founder = await identity.founder();
    const key = await identity.key(founder);
    const exported = () => identity.call(founder, 'GET', `/v1/orgs/${founder.orgId}/audit/identity`);
    await eventually(async () => (await exported()).body !== '', { what: 'a sealed entry' });
    const line: unknown = JSON.parse(String((await exported()).body));
    expect(line).toMatchObject({
      number: 1,
      context: 'identity',
      action: 'api_key.created',
      actor: { kind: 'user', user_id: founder.id, api_key_id: null, person_id: founder.id },
      details: { api_key_id: key.id },
    });
  });
});
