import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createdKey, PASSWORD, RunningIdentity } from './running-identity.ts';

const NEW_PASSWORD = 'Battery-staple-2';
const SECRET_KEY = 'the configured secret, which nobody may see';

let identity: RunningIdentity;
beforeAll(async () => {
  identity = await RunningIdentity.start({
    env: { RESEND_API_KEY: '', MAIL_COOLDOWN_SECONDS: '0', PX0_SECRET_KEY: SECRET_KEY },
  });
});
afterAll(() => identity?.stop());

/** Every secret that a life of an account brings forth, with a name for the message of a failure. */
async function live(): Promise<Map<string, string>> {
  const secrets = new Map([
    ['password', PASSWORD],
    ['new password', NEW_PASSWORD],
    ['configured secret', SECRET_KEY],
  ]);
  const post = (path: string, body: unknown, token?: string) =>
    identity.call(token === undefined ? undefined : { token }, 'POST', path, body);
  const founder = await identity.founder();
  const { email } = founder;
  secrets.set('session token', founder.token);
  secrets.set('verification code', await identity.mails.code(email));
  await post('/v1/auth/verify-email', { email, code: 'wrong code' });
  await post('/v1/auth/verify-email', { email, code: secrets.get('verification code') });
  secrets.set('API key', (await identity.key(founder)).token);
  const rotated = await post(`/v1/api-keys/${(await identity.key(founder)).id}/rotate`, {}, founder.token);
  secrets.set('rotated API key', createdKey.parse(rotated.body).key);
  await post('/v1/auth/login', { email, password: 'A-wrong-password-7' });
  secrets.set('wrong password', 'A-wrong-password-7');
  await post(
    '/v1/auth/me/change-password',
    { current_password: PASSWORD, new_password: NEW_PASSWORD },
    founder.token,
  );
  await post('/v1/auth/password-reset/trigger', { email });
  const code = await identity.mails.code(email, 2);
  secrets.set('reset code', code);
  await post('/v1/auth/password-reset/reset', { code, new_password: PASSWORD });
  await post('/v1/auth/password-reset/trigger', { email });
  secrets.set('outstanding reset code', await identity.mails.code(email, 3));
  const unverified = await identity.user();
  secrets.set('outstanding verification code', await identity.mails.code(unverified.email));
  const token = await identity.logIn(email);
  secrets.set('second session token', token);
  await identity.call({ token }, 'DELETE', '/v1/auth/session');
  return secrets;
}

async function database(): Promise<string> {
  const { rows } = await identity.pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'identity' AND table_type = 'BASE TABLE'`,
  );
  const tables = await Promise.all(
    rows.map(({ name }) => identity.pool.query(`SELECT t::text AS row FROM identity."${name}" t`)),
  );
  return tables.flatMap((table) => table.rows.map(({ row }) => String(row))).join('\n');
}

async function stream(): Promise<string> {
  const { servers, streamPrefix } = identity.stores.bus;
  const connection = await connect({ servers });
  const manager = await jetstreamManager(connection);
  const name = `${streamPrefix}PX0_STATE`;
  const { state } = await manager.streams.info(name);
  const texts: string[] = [];
  for (let sequence = state.first_seq; sequence <= state.last_seq; sequence++) {
    texts.push((await manager.streams.getMessage(name, { seq: sequence }))?.string() ?? '');
  }
  await connection.close();
  return texts.join('\n');
}

it('no secret is in a log line, in an event or in the database in clear', async () => {
  const secrets = await live();
  const places = { log: identity.log.join(''), stream: await stream(), database: await database() };
  for (const text of Object.values(places)) expect(text.length).toBeGreaterThan(1_000);
  const found = Object.entries(places).flatMap(([place, text]) =>
    [...secrets].filter(([, secret]) => contains(text, secret)).map(([name]) => `${name} in ${place}`),
  );
  expect(found).toEqual([]);
  // What is found when it is there: the search itself works.
  expect(contains(places.database, [...secrets.values()].length > 0 ? 'argon2id' : '')).toBe(true);
});

/** Whole words only: six digits occur by chance inside of ids and times. Bytes appear in hexadecimal. */
function contains(text: string, secret: string): boolean {
  const hexadecimal = Buffer.from(secret).toString('hex');
  const pattern = new RegExp(`(?<![0-9a-z.])${secret.replace(/[^\w]/g, '\\$&')}(?![0-9a-z])`, 'i');
  return pattern.test(text) || (secret.length > 6 && text.includes(hexadecimal));
}
