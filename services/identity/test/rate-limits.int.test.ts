import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectError } from './expect-reply.ts';
import { PASSWORD, type Reply, RunningIdentity } from './running-identity.ts';

let identity: RunningIdentity;
beforeAll(async () => {
  identity = await RunningIdentity.start();
});
afterAll(() => identity?.stop());

/** A client at another address: the test's own is trusted as a proxy. */
const from = (address: string, path: string, body: unknown): Promise<Reply> =>
  identity.send('POST', path, {
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
    body: JSON.stringify(body),
  });

const logIn = (address: string, email: string, password = 'Wrong-horse-1') =>
  from(address, '/v1/auth/login', { email, password });

const limited = (overrides: string) =>
  identity.restart({ env: { AUTH_RATE_LIMITS: 'strict', AUTH_RATE_LIMIT_OVERRIDES: overrides } });

describe('by default', () => {
  it('fifty registrations and sixty logins from one address pass within seconds', async () => {
    const emails = Array.from({ length: 50 }, () => identity.newEmail());
    const registrations = await Promise.all(
      emails.map((email) => from('198.51.100.1', '/v1/auth/register', { email, password: PASSWORD })),
    );
    expect(new Set(registrations.map(({ status }) => status))).toEqual(new Set([201]));
    const email = emails[0] ?? '';
    const logins = await Promise.all(
      Array.from({ length: 60 }, () => logIn('198.51.100.1', email, PASSWORD)),
    );
    expect(new Set(logins.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

describe('a limit', () => {
  it('by address refuses that address with Retry-After, and no other', async () => {
    await limited('login.address=3/60');
    const email = identity.newEmail();
    for (let attempt = 0; attempt < 3; attempt++) {
      expectError(await logIn('198.51.100.2', email), 401, 'invalid credentials');
    }
    const refused = await logIn('198.51.100.2', email);
    expectError(refused, 429, 'too many requests');
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThanOrEqual(1);
    expect(wait).toBeLessThanOrEqual(60);
    expectError(await logIn('198.51.100.3', email), 401, 'invalid credentials');
  });

  it('by account holds for all addresses and all spellings, whether or not the account exists, and survives a restart', async () => {
    await limited('login.account=3/60');
    for (const email of [(await identity.user()).email, identity.newEmail()]) {
      for (let attempt = 0; attempt < 3; attempt++) {
        expectError(
          await logIn(`198.51.101.${attempt}`, attempt === 1 ? email.toUpperCase() : email),
          401,
          'invalid credentials',
        );
      }
      await limited('login.account=3/60');
      expectError(await logIn('198.51.101.9', email, PASSWORD), 429, 'too many requests');
    }
  });

  it('by account is forgiven by a login', async () => {
    await limited('login.account=3/60');
    const { email } = await identity.user();
    for (let round = 0; round < 3; round++) {
      expectError(await logIn('198.51.102.1', email), 401, 'invalid credentials');
      expect((await logIn('198.51.102.1', email, PASSWORD)).status).toBe(200);
    }
  });

  it('comes after the faults of the body, and before the look at the account', async () => {
    await limited(
      'register.address=1/60,verification.address=1/60,reset-trigger.address=1/60,reset.address=1/60',
    );
    const calls = [
      [
        '/v1/auth/register',
        { email: identity.newEmail(), password: PASSWORD },
        { email: 'x', password: 'y' },
      ],
      ['/v1/auth/verify-email', { email: 'nobody@example.com', code: '123456' }, {}],
      ['/v1/auth/password-reset/trigger', { email: 'nobody@example.com' }, {}],
      [
        '/v1/auth/password-reset/reset',
        { code: 'x', new_password: PASSWORD },
        { code: 'x', new_password: 'short' },
      ],
    ] as const;
    for (const [path, body, faulty] of calls) {
      expect((await from('198.51.103.1', path, body)).status).not.toBe(429);
      expectError(await from('198.51.103.1', path, body), 429, 'too many requests');
      expect((await from('198.51.103.1', path, faulty)).status).toBe(400);
    }
  });

  it('on the triggers holds for the account, too', async () => {
    await limited('verification-trigger.account=1/60,reset-trigger.account=1/60');
    const email = identity.newEmail();
    const trigger = () => identity.call(undefined, 'GET', `/v1/auth/verify-email?email=${email}`);
    expectError(await trigger(), 404, 'user not found');
    expectError(await trigger(), 429, 'too many requests');
    const reset = () => from('198.51.104.1', '/v1/auth/password-reset/trigger', { email });
    expectError(await reset(), 404, 'user not found');
    expectError(await reset(), 429, 'too many requests');
  });
});

describe('a refused login', () => {
  it('counts once, however much is published meanwhile', async () => {
    await limited('login.address=30/60,login.account=1000/60');
    let isOver = false;
    const publishing = (async () => {
      while (!isOver) await identity.tenancy.createOrganization();
    })();
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 30; attempt++) {
      // Without a revision token a refusal by the projection would be decided again.
      const response = await fetch(`${identity.url}/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': '198.51.107.1' },
        body: JSON.stringify({ email: 'nobody@example.com', password: `Wrong-horse-${attempt}` }),
      });
      statuses.push(response.status);
    }
    isOver = true;
    await publishing;
    expect(new Set(statuses)).toEqual(new Set([401]));
  });
});

describe('a storm of logins', () => {
  it('is answered with 503 and Retry-After beyond the queue, and other calls go on', async () => {
    await identity.restart({
      env: { AUTH_RATE_LIMITS: 'off', AUTH_RATE_LIMIT_OVERRIDES: '' },
      // Slow enough that the calls pile up however slowly they arrive.
      config: { HASH_CONCURRENCY: 1, HASH_QUEUE_SIZE: 3, ARGON2_MEMORY_KIB: 65_536, ARGON2_PASSES: 3 },
    });
    // Registered now: a hash is checked at the cost at which it was made.
    const { email, token } = await identity.user();
    const storm = Promise.all(Array.from({ length: 25 }, () => logIn('198.51.105.1', email)));
    const me = await identity.call({ token }, 'GET', '/v1/auth/me');
    const replies = await storm;
    expect(me.status).toBe(200);
    const refused = replies.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    for (const reply of refused) {
      expectError(reply, 503, 'service unavailable');
      expect(Number(reply.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
    expect(replies.filter(({ status }) => status === 401).length).toBe(25 - refused.length);
  });
});

describe('while the shared store is away', () => {
  it('attempts are counted in memory', async () => {
    // Port 9 is nobody's: Redis is configured and never there.
    await identity.restart({
      env: {
        REDIS_URL: 'redis://127.0.0.1:9',
        AUTH_RATE_LIMITS: 'strict',
        AUTH_RATE_LIMIT_OVERRIDES: 'login.address=2/60',
      },
      config: { HASH_CONCURRENCY: 2, HASH_QUEUE_SIZE: 200, ARGON2_MEMORY_KIB: 64, ARGON2_PASSES: 1 },
    });
    const email = identity.newEmail();
    for (let attempt = 0; attempt < 2; attempt++) {
      expectError(await logIn('198.51.106.1', email), 401, 'invalid credentials');
    }
    expectError(await logIn('198.51.106.1', email), 429, 'too many requests');
  });
});
