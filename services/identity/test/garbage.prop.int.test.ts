import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Founder, RunningIdentity } from './running-identity.ts';

let identity: RunningIdentity;
let founder: Founder;
beforeAll(async () => {
  identity = await RunningIdentity.start({ env: { AUTH_RATE_LIMITS: 'off' } });
  founder = await identity.founder();
});
afterAll(() => identity?.stop());

const endpoints = [
  ['POST', '/v1/auth/register'],
  ['POST', '/v1/auth/login'],
  ['POST', '/v1/auth/verify-email'],
  ['POST', '/v1/auth/password-reset/trigger'],
  ['POST', '/v1/auth/password-reset/reset'],
  ['PUT', '/v1/auth/me'],
  ['POST', '/v1/auth/me/change-password'],
  ['POST', '/v1/api-keys'],
  ['POST', '/v1/api-keys/11111111-1111-4111-8111-111111111111/rotate'],
  ['DELETE', '/v1/auth/session'],
] as const;

/** Texts that databases, patterns and parsers have stumbled over. */
const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '\0',
    '\ud800',
    'a\0@example.com',
    "'; DROP TABLE users; --",
    '%s%n',
    '\u0130@K.example',
    '{}',
    '9'.repeat(400),
  ),
  fc.integer({ min: 200, max: 3_000 }).map((length) => 'é'.repeat(length)),
  fc.emailAddress(),
);

const value = fc.oneof(
  { weight: 6, arbitrary: nasty },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom('11111111-1111-4111-8111-111111111111', null, 1e308, -0) },
);

const fields = [
  ...['email', 'password', 'code', 'new_password', 'current_password', 'team_id'],
  ...['name', 'org_id', 'team_ids', 'operation', 'expires_at', 'overlap_seconds'],
];

const body = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .dictionary(fc.constantFrom(...fields), value, { maxKeys: 8 })
      .map((each) => JSON.stringify(each)),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 60 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', 'null', '[]', '{', `${'['.repeat(5_000)}${']'.repeat(5_000)}`),
  },
);

const credential = fc.constantFrom('none', 'session', 'garbage', 'header');

it('no input makes the service fail', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...endpoints),
      body,
      credential,
      nasty,
      async ([method, path], text, kind, header) => {
        const authorization = {
          none: undefined,
          session: `Bearer ${founder.token}`,
          garbage: `Bearer sess_${Buffer.from(header).toString('base64url')}`,
          header: encodeURIComponent(header.toWellFormed()),
        }[kind];
        // A logout with the founder's token, or a password that happens to be right, would change the scene.
        const isHarmless = kind !== 'session' || path !== '/v1/auth/session';
        const reply = await identity.send(method, path, {
          headers: {
            'content-type': 'application/json',
            ...(authorization === undefined || !isHarmless ? {} : { authorization }),
          },
          body: text,
        });
        expect(reply.status).toBeLessThan(500);
      },
    ),
    { numRuns: 400 },
  );
});

it('no path and no query makes the service fail', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('/v1/api-keys/', '/v1/api-keys?org_id=', '/v1/auth/verify-email?email=', '/v1/auth/'),
      fc.oneof(
        nasty.map((text) => encodeURIComponent(text.toWellFormed())),
        fc.constantFrom('%', '%00', '%ff', '%E0%A4%A', '..%2f..', '//', '?&=', '#'),
      ),
      async (prefix, rest) => {
        const reply = await identity.send('GET', prefix + rest, {
          headers: { authorization: `Bearer ${founder.token}` },
        });
        expect(reply.status).toBeLessThan(500);
      },
    ),
    { numRuns: 200 },
  );
});
