import { execFile } from 'node:child_process';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AccessProjection, verifySession } from '@px0/access';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { expectError, expectOk } from './expect-reply.ts';
import { type Reply, RunningIdentity } from './running-identity.ts';

const jwks = z.object({
  keys: z.array(
    z.looseObject({
      kid: z.string(),
      kty: z.literal('EC'),
      crv: z.literal('P-256'),
      alg: z.literal('ES256'),
    }),
  ),
});

let identity: RunningIdentity;
beforeAll(async () => {
  identity = await RunningIdentity.start();
});
afterAll(() => identity?.stop());

const me = (token: string): Promise<Reply> => identity.call({ token }, 'GET', '/v1/auth/me');
const published = async () => jwks.parse((await identity.call(undefined, 'GET', '/v1/auth/jwks')).body).keys;

describe('the JSON Web Key Set', () => {
  it('verifies what is signed, and holds nothing private', async () => {
    const { token, id } = await identity.user();
    const keys = await published();
    expect(keys.length).toBe(1);
    expect(keys[0]).not.toHaveProperty('d');
    const publicKeys = new Map<string, KeyObject>(
      keys.map((key) => [key.kid, createPublicKey({ key, format: 'jwk' })]),
    );
    expect(verifySession(token, (kid) => publicKeys.get(kid), Date.now())).toMatchObject({
      userId: id,
      sessionNumber: 1,
    });
  });
});

describe('another PX0_SECRET_KEY', () => {
  it('leaves sessions alive, signs with a new key, and cannot read the old one', async () => {
    const { token, email } = await identity.user();
    const [before] = await published();
    await identity.restart({ env: { PX0_SECRET_KEY: 'another secret of forty characters or so' } });
    expect((await me(token)).status).toBe(200);
    const fresh = await identity.logIn(email);
    expect((await me(fresh)).status).toBe(200);
    const kids = (await published()).map(({ kid }) => kid);
    expect(kids.length).toBe(2);
    expect(kids).toContain(before?.kid);
    expectOk(await identity.call({ token }, 'DELETE', '/v1/auth/session'), 204);
    expectError(await me(token), 401, 'unauthorized');
  });
});

describe('npm run rotate-keys', () => {
  const run = (env: Record<string, string>) =>
    promisify(execFile)(process.execPath, [join(import.meta.dirname, '../src/rotate-keys.ts')], { env });

  it('asks the running service for a new key', async () => {
    const { stdout } = await run({ DATABASE_URL: identity.stores.database.url });
    expect(stdout).toContain('A new key is made within a minute');
    const before = await published();
    await identity.restart();
    expect((await published()).length).toBe(before.length + 1);
  });

  it('says what it misses', async () => {
    await expect(run({ PX0_HOME: '/nowhere' })).rejects.toThrow('No database: set DATABASE_URL');
  });
});

describe('a verifier', () => {
  it('that has not heard of a key refuses its tokens', async () => {
    const { token } = await identity.user();
    expect(new AccessProjection().authenticate(`Bearer ${token}`)).toEqual({ outcome: 'invalid' });
  });
});
