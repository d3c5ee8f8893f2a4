import { eventually } from '@px0/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectError, expectOk } from './expect-reply.ts';
import { PASSWORD, type Reply, RunningIdentity } from './running-identity.ts';

const NEW_PASSWORD = 'Battery-staple-2';
const SENT = { message: 'verification email sent successfully' };
const RESET_SENT = { message: 'password reset email sent successfully' };

let identity: RunningIdentity;
beforeAll(async () => {
  identity = await RunningIdentity.start({ env: { RESEND_API_KEY: '', MAIL_COOLDOWN_SECONDS: '0' } });
});
afterAll(() => identity?.stop());
afterEach(() => {
  identity.mails.refuses = false;
});

const post = (path: string, body: unknown): Promise<Reply> => identity.call(undefined, 'POST', path, body);
const verify = (body: unknown): Promise<Reply> => post('/v1/auth/verify-email', body);
const trigger = (email?: string): Promise<Reply> =>
  identity.call(
    undefined,
    'GET',
    `/v1/auth/verify-email${email === undefined ? '' : `?email=${encodeURIComponent(email)}`}`,
  );
const triggerReset = (body: unknown): Promise<Reply> => post('/v1/auth/password-reset/trigger', body);
const reset = (body: unknown): Promise<Reply> => post('/v1/auth/password-reset/reset', body);
const me = (token: string): Promise<Reply> => identity.call({ token }, 'GET', '/v1/auth/me');

/** A code of six digits that is not this one. */
const otherThan = (code: string): string => (code === '000000' ? '000001' : '000000');

describe('an unverified user', () => {
  it('is mailed a code of six digits at registration, may log in, and may do nothing else', async () => {
    const user = await identity.user();
    expect(await identity.mails.code(user.email)).toMatch(/^\d{6}$/);
    const [mail] = identity.mails.to(user.email);
    expect(mail?.html).toContain(await identity.mails.code(user.email));
    expectError(await me(user.token), 403, 'user is not verified');
    expectError(await identity.call(user, 'GET', '/v1/api-keys'), 403, 'user is not verified');
    expectOk(await identity.call(user, 'DELETE', '/v1/auth/session'), 204);
    expectError(await me(user.token), 401, 'unauthorized');
  });

  it('may not register others', async () => {
    const user = await identity.user();
    const reply = await identity.call(user, 'POST', '/v1/auth/register', {
      email: identity.newEmail(),
      password: PASSWORD,
    });
    expectError(reply, 403, 'user is not verified');
  });
});

describe('e-mail verification', () => {
  it.each<[unknown, number, string]>([
    [{ email: 'a@example.com', code: 123_456 }, 400, 'invalid request body'],
    [{}, 400, 'email and code are required'],
    [{ email: 'a@example.com', code: '' }, 400, 'email and code are required'],
    [{ email: 'nobody@example.com', code: '123456' }, 401, 'invalid credentials'],
  ])('with %j is refused: %s %s', async (body, status, error) => {
    expectError(await verify(body), status, error);
  });

  it('by the mailed code verifies the account, begins no session, and is not done twice', async () => {
    const user = await identity.user();
    const code = await identity.mails.code(user.email);
    expectOk(await verify({ email: user.email, code }), 200, { message: 'email verified successfully' });
    expect(await me(user.token)).toMatchObject({ status: 200, body: { user: { is_verified: true } } });
    expectOk(await verify({ email: user.email, code: 'anything' }), 200, {
      message: 'user is already verified',
    });
    expectError(await trigger(user.email), 400, 'user is already verified');
  });

  it('by a wrong code is refused, and after five wrong ones the right one is void', async () => {
    const user = await identity.user();
    const code = await identity.mails.code(user.email);
    for (let attempt = 1; attempt <= 5; attempt++) {
      expectError(
        await verify({ email: user.email, code: otherThan(code) }),
        400,
        'invalid verification code',
      );
    }
    expectError(await verify({ email: user.email, code }), 400, 'invalid verification code');
    expectOk(await trigger(user.email), 200, SENT);
    const fresh = await identity.mails.code(user.email, 2);
    expectOk(await verify({ email: user.email, code: fresh }), 200, {
      message: 'email verified successfully',
    });
  });

  it('by an expired code is refused', async () => {
    const user = await identity.user();
    const code = await identity.mails.code(user.email);
    await identity.pool.query(`UPDATE verification_codes SET expires_at = now() WHERE user_id = $1`, [
      user.id,
    ]);
    expectError(await verify({ email: user.email, code }), 400, 'invalid verification code');
  });

  it('counts only the newest code', async () => {
    const user = await identity.user();
    const first = await identity.mails.code(user.email);
    expectOk(await trigger(user.email), 200, SENT);
    const second = await identity.mails.code(user.email, 2);
    if (first !== second)
      expectError(await verify({ email: user.email, code: first }), 400, 'invalid verification code');
    expectOk(await verify({ email: user.email, code: second }), 200, {
      message: 'email verified successfully',
    });
  });

  it('by another user’s code is refused', async () => {
    const [user, other] = [await identity.user(), await identity.user()];
    const [code, own] = [await identity.mails.code(other.email), await identity.mails.code(user.email)];
    if (code !== own)
      expectError(await verify({ email: user.email, code }), 400, 'invalid verification code');
  });

  it('by one code twenty times at once verifies once, and never fails otherwise', async () => {
    const user = await identity.user();
    const code = await identity.mails.code(user.email);
    const replies = await Promise.all(Array.from({ length: 20 }, () => verify({ email: user.email, code })));
    const verified = replies.filter(({ body }) => JSON.stringify(body).includes('verified successfully'));
    expect(verified.length).toBe(1);
    expect(replies.every(({ status }) => status === 200 || status === 400)).toBe(true);
  });
});

describe('the verification trigger', () => {
  it('needs an address of an account, whatever its form', async () => {
    expectError(await trigger(), 400, 'email is required');
    expectError(await trigger(''), 400, 'email is required');
    expectError(await trigger('no address'), 404, 'user not found');
    expectError(await trigger('nobody@example.com'), 404, 'user not found');
    expectError(await trigger('a\0@example.com'), 404, 'user not found');
  });

  it('finds an address with a plus, percent-encoded', async () => {
    const email = `a+b.${identity.newEmail()}`;
    await identity.user(email);
    expectOk(await trigger(email), 200, SENT);
    expectError(
      await identity.call(undefined, 'GET', `/v1/auth/verify-email?email=${email}`),
      404,
      'user not found',
    );
  });

  it('is a 500 when the provider refuses; the mail is sent when it accepts again', async () => {
    const user = await identity.user();
    await identity.mails.code(user.email);
    identity.mails.refuses = true;
    expectError(await trigger(user.email), 500, 'failed to send verification email');
    const { rows } = await identity.pool.query(
      'SELECT kind, attempts, last_error FROM mail_queue WHERE user_id = $1',
      [user.id],
    );
    expect(rows).toEqual([{ kind: 'verification', attempts: 1, last_error: 'Error' }]);
    identity.mails.refuses = false;
    await identity.pool.query('UPDATE mail_queue SET next_attempt_at = now()');
    await identity.restart();
    const code = await identity.mails.code(user.email, 2);
    expectOk(await verify({ email: user.email, code }), 200, { message: 'email verified successfully' });
    await eventually(async () => (await identity.pool.query('SELECT 1 FROM mail_queue')).rowCount === 0);
  });

  it('is sent when it is due again, and nobody says so', async () => {
    const user = await identity.user();
    await identity.mails.code(user.email);
    identity.mails.refuses = true;
    expectError(await trigger(user.email), 500, 'failed to send verification email');
    identity.mails.refuses = false;
    await identity.pool.query('UPDATE mail_queue SET next_attempt_at = now()');
    expect(await identity.mails.code(user.email, 2)).toBeTruthy();
  });
});

describe('a registration while the mail provider is away', () => {
  it('succeeds, and the code comes when it is back', async () => {
    identity.mails.refuses = true;
    const user = await identity.user();
    await eventually(async () => {
      const { rows } = await identity.pool.query('SELECT attempts FROM mail_queue WHERE user_id = $1', [
        user.id,
      ]);
      return rows[0]?.attempts === 1;
    });
    identity.mails.refuses = false;
    expectOk(await trigger(user.email), 200, SENT);
    const code = await identity.mails.code(user.email);
    expectOk(await verify({ email: user.email, code }), 200, { message: 'email verified successfully' });
  });
});

describe('a password reset', () => {
  it.each<[unknown, number, string]>([
    [{ email: 5 }, 400, 'invalid request body'],
    [{}, 400, 'email is required'],
    [{ email: 'nobody@example.com' }, 404, 'user not found'],
  ])('is not triggered by %j: %s %s', async (body, status, error) => {
    expectError(await triggerReset(body), status, error);
  });

  it.each<[unknown, number, string]>([
    [{ code: 5, new_password: NEW_PASSWORD }, 400, 'invalid request body'],
    [{}, 400, 'code and new_password are required'],
    [{ code: 'x', new_password: '' }, 400, 'code and new_password are required'],
    [{ code: 'x', new_password: 'Aa1!' }, 400, 'password must be at least 8 characters'],
    [
      { code: 'x', new_password: 'aaaaaaaaa' },
      400,
      'password must contain at least one uppercase letter, one lowercase letter, one digit, and one special character',
    ],
    [{ code: 'x', new_password: NEW_PASSWORD }, 400, 'invalid or expired password reset code'],
    [
      { code: '0'.repeat(100_000), new_password: NEW_PASSWORD },
      400,
      'invalid or expired password reset code',
    ],
  ])('is not made by %j: %s %s', async (body, status, error) => {
    expectError(await reset(body), status, error);
  });

  it('by the mailed code sets the password, ends every session, and verifies nothing', async () => {
    const user = await identity.user();
    await identity.mails.code(user.email);
    expectOk(await triggerReset({ email: user.email.toUpperCase() }), 200, RESET_SENT);
    const code = await identity.mails.code(user.email, 2);
    expect(code).toMatch(/^[0-9a-f]{32}$/);
    const other = await identity.logIn(user.email);
    const done = { message: 'password reset successfully', email: user.email };
    expectOk(await reset({ code, new_password: NEW_PASSWORD }), 200, done);
    for (const token of [user.token, other]) expectError(await me(token), 401, 'unauthorized');
    const login = (password: string) => post('/v1/auth/login', { email: user.email, password });
    expectError(await login(PASSWORD), 401, 'invalid credentials');
    expect(await login(NEW_PASSWORD)).toMatchObject({ status: 200, body: { user: { is_verified: false } } });
    expectError(await reset({ code, new_password: PASSWORD }), 400, 'invalid or expired password reset code');
  });

  it('refused for its password leaves the code good', async () => {
    const user = await identity.user();
    await identity.mails.code(user.email);
    await triggerReset({ email: user.email });
    const code = await identity.mails.code(user.email, 2);
    expectError(await reset({ code, new_password: 'Aa1!' }), 400, 'password must be at least 8 characters');
    expect((await reset({ code, new_password: NEW_PASSWORD })).status).toBe(200);
  });

  it('by an expired code is refused, and the code is gone', async () => {
    const user = await identity.user();
    await identity.mails.code(user.email);
    await triggerReset({ email: user.email });
    const code = await identity.mails.code(user.email, 2);
    await identity.pool.query('UPDATE password_reset_codes SET expires_at = now() WHERE user_id = $1', [
      user.id,
    ]);
    expectError(
      await reset({ code, new_password: NEW_PASSWORD }),
      400,
      'invalid or expired password reset code',
    );
    const { rowCount } = await identity.pool.query('SELECT 1 FROM password_reset_codes WHERE user_id = $1', [
      user.id,
    ]);
    expect(rowCount).toBe(0);
  });

  it('by one code twenty times at once succeeds exactly once', async () => {
    const user = await identity.user();
    await identity.mails.code(user.email);
    await triggerReset({ email: user.email });
    const code = await identity.mails.code(user.email, 2);
    const passwords = Array.from({ length: 20 }, (_, index) => `${NEW_PASSWORD}${index}`);
    const replies = await Promise.all(passwords.map((password) => reset({ code, new_password: password })));
    expect(replies.filter(({ status }) => status === 200).length).toBe(1);
    expect(replies.filter(({ status }) => status === 400).length).toBe(19);
    const winner = passwords[replies.findIndex(({ status }) => status === 200)] ?? '';
    expect((await post('/v1/auth/login', { email: user.email, password: winner })).status).toBe(200);
  });

  it('triggered again voids the code before', async () => {
    const user = await identity.user();
    await identity.mails.code(user.email);
    await triggerReset({ email: user.email });
    const first = await identity.mails.code(user.email, 2);
    await triggerReset({ email: user.email });
    const second = await identity.mails.code(user.email, 3);
    expectError(
      await reset({ code: first, new_password: NEW_PASSWORD }),
      400,
      'invalid or expired password reset code',
    );
    expect((await reset({ code: second, new_password: NEW_PASSWORD })).status).toBe(200);
  });

  it('is a 500 when the provider refuses', async () => {
    const user = await identity.user();
    await identity.mails.code(user.email);
    identity.mails.refuses = true;
    expectError(await triggerReset({ email: user.email }), 500, 'failed to send password reset email');
  });

  it('while a login is under way leaves no session of the old password', async () => {
    const user = await identity.user();
    await identity.mails.code(user.email);
    await triggerReset({ email: user.email });
    const code = await identity.mails.code(user.email, 2);
    const logins = Array.from({ length: 10 }, () =>
      post('/v1/auth/login', { email: user.email, password: PASSWORD }),
    );
    const [replies] = await Promise.all([Promise.all(logins), reset({ code, new_password: NEW_PASSWORD })]);
    for (const { body } of replies) {
      const token = JSON.stringify(body).match(/sess_[^"]+/)?.[0];
      if (token !== undefined) expectError(await me(token), 401, 'unauthorized');
    }
  });
});

describe('within the cool-down', () => {
  it('a trigger succeeds without another mail, and the mailed code stays good', async () => {
    await identity.restart({ env: { MAIL_COOLDOWN_SECONDS: '60' } });
    const user = await identity.user();
    const code = await identity.mails.code(user.email);
    await eventually(
      async () =>
        (await identity.pool.query('SELECT 1 FROM mail_queue WHERE user_id = $1', [user.id])).rowCount === 0,
    );
    expectOk(await trigger(user.email), 200, SENT);
    expectOk(await triggerReset({ email: user.email }), 200, RESET_SENT);
    expectOk(await triggerReset({ email: user.email }), 200, RESET_SENT);
    expect(identity.mails.to(user.email).length).toBe(2);
    expectOk(await verify({ email: user.email, code }), 200, { message: 'email verified successfully' });
    await identity.restart({ env: { MAIL_COOLDOWN_SECONDS: '0' } });
  });
});

describe('with strict enumeration protection', () => {
  beforeAll(() => identity.restart({ env: { STRICT_ENUMERATION_PROTECTION: 'true' } }));
  afterAll(() => identity.restart({ env: { STRICT_ENUMERATION_PROTECTION: 'false' } }));

  it('the triggers, verification and registration answer alike whether or not an account exists', async () => {
    const user = await identity.user();
    const code = await identity.mails.code(user.email);
    const nobody = identity.newEmail();
    expectOk(await trigger(nobody), 200, SENT);
    expectOk(await trigger(user.email), 200, SENT);
    expectOk(await triggerReset({ email: nobody }), 200, RESET_SENT);
    expectOk(await triggerReset({ email: user.email }), 200, RESET_SENT);
    expectError(await verify({ email: nobody, code: '123456' }), 400, 'invalid verification code');
    expectError(await verify({ email: user.email, code: otherThan(code) }), 400, 'invalid verification code');

    const [again, fresh] = await Promise.all(
      [user.email, identity.newEmail()].map((email) =>
        post('/v1/auth/register', { email, password: PASSWORD }),
      ),
    );
    expect([again?.status, fresh?.status]).toEqual([201, 201]);
    const shapeOf = (reply: Reply | undefined) =>
      JSON.stringify(reply?.body).replace(/"(id|email|created_at)":"[^"]+"/g, '"$1"');
    expect(shapeOf(again)).toBe(shapeOf(fresh));
    await eventually(() =>
      identity.mails.to(user.email).some(({ subject }) => subject.includes('already have')),
    );
    expect((await post('/v1/auth/login', { email: user.email, password: PASSWORD })).status).toBe(200);
  });

  it('a provider that refuses is not told of', async () => {
    const user = await identity.user();
    await identity.mails.code(user.email);
    identity.mails.refuses = true;
    expectOk(await triggerReset({ email: user.email }), 200, RESET_SENT);
  });
});
