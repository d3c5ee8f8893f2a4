import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectError, expectOk } from './expect-reply.ts';
import { PASSWORD, RunningIdentity } from './running-identity.ts';

let identity: RunningIdentity;
beforeAll(async () => {
  identity = await RunningIdentity.start();
});
afterAll(() => identity?.stop());

describe('from nothing to a key', () => {
  test('register, log in, look, create a key, log out', async () => {
    const email = identity.newEmail();
    const registration = await identity.call(undefined, 'POST', '/v1/auth/register', {
      email,
      password: PASSWORD,
    });
    expect(registration).toMatchObject({
      status: 201,
      body: { user: { email, is_admin: true, is_verified: true } },
    });
    const login = await identity.call(undefined, 'POST', '/v1/auth/login', { email, password: PASSWORD });
    expect(login).toMatchObject({ status: 200, body: { user: { email } } });
    const token = await identity.logIn(email);
    const me = await identity.call({ token }, 'GET', '/v1/auth/me');
    expectOk(me, 200, registration.body);

    const founder = await identity.founder();
    const created = await identity.call(founder, 'POST', '/v1/api-keys', {
      name: 'first',
      org_id: founder.orgId,
    });
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'first',
      key: expect.stringMatching(/^ak_[0-9a-f]{64}$/),
      operation: 'read_render',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/),
    });

    expectOk(await identity.call({ token }, 'DELETE', '/v1/auth/session'), 204);
    expectError(await identity.call({ token }, 'GET', '/v1/auth/me'), 401, 'unauthorized');
  });
});
