import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { eventually } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectError, expectOk } from './expect-reply.ts';
import { begunSession, PASSWORD, type Reply, RunningIdentity } from './running-identity.ts';

const HOUR_MS = 3_600_000;

let identity: RunningIdentity;
beforeAll(async () => {
  identity = await RunningIdentity.start();
});
afterAll(() => identity?.stop());

const logIn = (body: unknown): Promise<Reply> => identity.call(undefined, 'POST', '/v1/auth/login', body);
const me = (token: string): Promise<Reply> => identity.call({ token }, 'GET', '/v1/auth/me');
const logOut = (authorization?: string): Promise<Reply> =>
  identity.send(
    'DELETE',
    '/v1/auth/session',
    authorization === undefined ? {} : { headers: { authorization } },
  );

describe('a login', () => {
  it('answers with a token, its end, and the user', async () => {
    const { email, id } = await identity.user();
    const before = Date.now();
    const reply = await logIn({ email, password: PASSWORD });
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({
      token: expect.stringMatching(/^sess_.{20,1019}$/),
      expires_at: expect.any(String),
      user: { id, email, is_admin: true, is_verified: true, created_at: expect.any(String) },
    });
    const { expires_at: expiresAt } = begunSession.parse(reply.body);
    expect(Math.abs(Date.parse(expiresAt) - before - 24 * HOUR_MS)).toBeLessThan(60_000);
    expect(reply.headers.get('cache-control')).toBe('no-store');
  });

  it('ignores the case of the address', async () => {
    const { email } = await identity.user();
    const reply = await logIn({ email: email.toUpperCase(), password: PASSWORD });
    expect(reply).toMatchObject({ status: 200, body: { user: { email } } });
  });

  it.each<[string, (email: string) => unknown]>([
    ['an unknown address', () => ({ email: 'nobody@example.com', password: PASSWORD })],
    ['a wrong password', (email) => ({ email, password: 'Wrong-horse-1' })],
    ['no password', (email) => ({ email })],
    ['no address', () => ({ password: PASSWORD })],
    ['nothing', () => ({})],
    ['a null body', () => null],
    ['an address of a million letters', () => ({ email: 'a'.repeat(1_000_000), password: PASSWORD })],
    ['letters that a database might fold', () => ({ email: 'K@İ.example', password: PASSWORD })],
  ])('with %s is one answer', async (_, body) => {
    const { email } = await identity.user();
    expectError(await logIn(body(email)), 401, 'invalid credentials');
  });

  it('judges the body first', async () => {
    expectError(await logIn({ email: 5 }), 400, 'invalid request body');
    expectError(await logIn([]), 400, 'invalid request body');
  });

  it('publishes nothing', async () => {
    const { email, id } = await identity.user();
    const revision = async () => {
      const { rows } = await identity.pool.query('SELECT revision FROM outbox WHERE subject LIKE $1', [
        `%.user.${id}`,
      ]);
      return rows[0]?.revision;
    };
    const before = await revision();
    await logIn({ email, password: PASSWORD });
    expect(await revision()).toBe(before);
  });

  it('waits for no chain of the audit, and is in none', async () => {
    const { email, id } = await identity.user();
    const sealer = await identity.pool.connect();
    try {
      await sealer.query('BEGIN');
      await sealer.query('LOCK TABLE audit_heads, audit_chain IN ACCESS EXCLUSIVE MODE');
      const replies = await Promise.all(
        Array.from({ length: 3 }, () => logIn({ email, password: PASSWORD })),
      );
      expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
    } finally {
      await sealer.query('ROLLBACK');
      sealer.release();
    }
    const unsealed = async () => {
      const { rows } = await identity.pool.query(
        'SELECT entry_id FROM audit_unsealed u JOIN audit_entries a ON a.id = u.entry_id WHERE a.user_id = $1',
        [id],
      );
      return rows;
    };
    await expect.poll(unsealed).toEqual([]);
    const { rows } = await identity.pool.query(
      `SELECT DISTINCT a.org_id AS "orgId", c.number FROM audit_entries a LEFT JOIN audit_chain c ON c.entry_id = a.id
        WHERE a.user_id = $1 AND a.action = 'user.logged_in'`,
      [id],
    );
    expect(rows).toEqual([{ orgId: null, number: null }]);
  });

  it('renews a hash whose parameters are out of date, and lasts as long as the configuration says', async () => {
    const { email, id } = await identity.user();
    const hashOf = async (): Promise<string> => {
      const { rows } = await identity.pool.query('SELECT password_hash FROM users WHERE id = $1', [id]);
      return rows[0].password_hash;
    };
    expect(await hashOf()).toContain('m=64,t=1,');
    await identity.restart({ config: { ARGON2_PASSES: 3 }, env: { SESSION_DURATION_HOURS: '2' } });
    expect((await logIn({ email, password: PASSWORD })).status).toBe(200);
    expect(await hashOf()).toContain('m=64,t=3,');
    const { expires_at: end } = begunSession.parse((await logIn({ email, password: PASSWORD })).body);
    expect(Math.abs(Date.parse(end) - Date.now() - 2 * HOUR_MS)).toBeLessThan(60_000);
  });

  it('takes as long for an unknown address as for a wrong password', async () => {
    await identity.restart({ config: { ARGON2_MEMORY_KIB: 19_456, ARGON2_PASSES: 2 } });
    const { email } = await identity.user();
    const time = async (address: string): Promise<number> => {
      const start = performance.now();
      await logIn({ email: address, password: 'Wrong-horse-1' });
      return performance.now() - start;
    };
    // The least of several, taken in turn: whatever else the machine does makes either longer.
    let [unknown, wrong] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let round = 0; round < 7; round++) {
      unknown = Math.min(unknown, await time('nobody@example.com'));
      wrong = Math.min(wrong, await time(email));
    }
    await identity.restart({
      config: { ARGON2_MEMORY_KIB: 64, ARGON2_PASSES: 1 },
      env: { SESSION_DURATION_HOURS: '24' },
    });
    // Without the work that an unknown address costs, the one would be a tenth of the other.
    expect(unknown).toBeGreaterThan(wrong / 3);
    expect(wrong).toBeGreaterThan(unknown / 3);
  });
});

describe('a session', () => {
  it('is refused without its scheme, with another scheme, or altered', async () => {
    const { token } = await identity.user();
    for (const authorization of [
      token,
      `bearer ${token}`,
      `Bearer  ${token}`,
      `Basic ${token}`,
      `Bearer ${token}x`,
    ]) {
      expectError(
        await identity.send('GET', '/v1/auth/me', { headers: { authorization } }),
        401,
        'unauthorized',
      );
    }
    expectOk(await me(token), 200, expect.anything());
  });

  it('ends by logout, alone', async () => {
    const { token, email } = await identity.user();
    const other = await identity.logIn(email);
    expectOk(await logOut(`Bearer ${token}`), 204);
    expectError(await me(token), 401, 'unauthorized');
    expect((await me(other)).status).toBe(200);
    expectOk(await logOut(other), 204); // a bare token is taken, too
    expectError(await me(other), 401, 'unauthorized');
    expectOk(await logOut(`Bearer ${other}`), 204);
  });

  it('is not missed by a logout whatever the header holds', async () => {
    const founder = await identity.founder();
    const key = await identity.key(founder);
    for (const header of [
      undefined,
      '',
      'Bearer ',
      'Bearer sess_x',
      `Bearer ${key.token}`,
      `Bearer ${founder.token}x`,
    ]) {
      expectOk(await logOut(header), 204);
    }
    expect((await me(founder.token)).status).toBe(200);
  });

  it('stays ended after a restart, and the others stay begun', async () => {
    const { token, email } = await identity.user();
    const other = await identity.logIn(email);
    await logOut(`Bearer ${token}`);
    await identity.restart();
    expectError(await me(token), 401, 'unauthorized');
    expect((await me(other)).status).toBe(200);
  });

  it('of a hundred that are ended at once in any order are all ended', async () => {
    const { email, token: kept, id } = await identity.user();
    // All of them lock one account's row: the pool may refuse some for now, as it would refuse a client, which then tries again.
    const logInForSure = async () => {
      const reply = await eventually(async () => {
        const answer = await logIn({ email, password: PASSWORD });
        return answer.status === 503 ? undefined : answer;
      });
      return begunSession.parse(reply.body).token;
    };
    const tokens = await Promise.all(Array.from({ length: 100 }, logInForSure));
    const logOutForSure = (token: string) =>
      eventually(async () => (await logOut(`Bearer ${token}`)).status !== 503);
    await Promise.all(tokens.map(logOutForSure));
    const statuses = await Promise.all(tokens.map(async (token) => (await me(token)).status));
    expect(new Set(statuses)).toEqual(new Set([401]));
    expect((await me(kept)).status).toBe(200);
    const { rows } = await identity.pool.query('SELECT revoked::text AS revoked FROM users WHERE id = $1', [
      id,
    ]);
    expect(rows[0].revoked).toBe('{[2,102)}');
  });

  it('that expired is refused, and its number is forgotten', async () => {
    const { email, id } = await identity.user();
    const [old, next] = [await identity.logIn(email), await identity.logIn(email)];
    await logOut(`Bearer ${next}`);
    await identity.pool.query(
      `UPDATE sessions SET expires_at = now() - interval '1 minute' WHERE user_id = $1`,
      [id],
    );
    await logOut(`Bearer ${old}`);
    const { rows } = await identity.pool.query(
      'SELECT session_floor, revoked::text AS revoked FROM users WHERE id = $1',
      [id],
    );
    expect(rows[0]).toEqual({ session_floor: 4, revoked: '{}' });
  });
});

describe('paths', () => {
  it('are matched without case and with a trailing slash, and HEAD works where GET does', async () => {
    const { token } = await identity.user();
    expect((await identity.call({ token }, 'GET', '/V1/Auth/ME/')).status).toBe(200);
    const head = await fetch(`${identity.url}/v1/auth/me`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${token}` },
    });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('that are unknown below a prefix are authenticated first', async () => {
    const { token } = await identity.user();
    expectError(await identity.call(undefined, 'GET', `/v1/api-keys/${randomUUID()}/x`), 401, 'unauthorized');
    expectError(await identity.call({ token }, 'GET', `/v1/api-keys/${randomUUID()}/x`), 404, 'not found');
    expectError(await identity.call(undefined, 'PATCH', '/v1/api-keys'), 401, 'unauthorized');
    expectError(await identity.call({ token }, 'PATCH', '/v1/api-keys'), 405, 'method not allowed');
    expectError(await identity.call(undefined, 'GET', '/v1/auth/login'), 405, 'method not allowed');
  });
});

describe('when the database has lost its latest changes', () => {
  /** The next number after a return of a database whose fence was changed so long ago. The return is then lost, too. */
  async function numberAfterLostReturn(id: string, fenceAgeSeconds: number): Promise<number> {
    const afterReturn = await readFile(new URL('../prisma/after-return.sql', import.meta.url), 'utf8');
    const client = await identity.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(`UPDATE database_fence SET changed_at = clock_timestamp() - $1 * interval '1 s'`, [
        fenceAgeSeconds,
      ]);
      await client.query(afterReturn);
      const { rows } = await client.query<{ next_session: number }>(
        'SELECT next_session FROM users WHERE id = $1',
        [id],
      );
      return rows[0]?.next_session ?? 0;
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  }

  it('numbers are not given twice, even if what an earlier loss skipped is lost', async () => {
    const { id } = await identity.user();
    const { rows } = await identity.pool.query('SELECT next_session FROM users WHERE id = $1', [id]);
    const before: number = rows[0]?.next_session;
    const first = await numberAfterLostReturn(id, 1_000);
    expect(first).toBeGreaterThanOrEqual(before + 100_000);
    expect(await numberAfterLostReturn(id, 2_000)).toBeGreaterThanOrEqual(first + 999);
  });
});
