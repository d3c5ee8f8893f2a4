import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectError } from './expect-reply.ts';
import { type Founder, PASSWORD, type Reply, RunningIdentity } from './running-identity.ts';

const SHORT = 'password must be at least 8 characters';
const WEAK =
  'password must contain at least one uppercase letter, one lowercase letter, one digit, and one special character';

let identity: RunningIdentity;
beforeAll(async () => {
  identity = await RunningIdentity.start();
});
afterAll(() => identity?.stop());

function register(body: unknown, caller?: { token: string }): Promise<Reply> {
  return identity.call(caller, 'POST', '/v1/auth/register', body);
}

/** Somebody with an account that has no admin flag: registered by an admin. */
async function standardUser(registrar: Founder, teamId?: string) {
  const email = identity.newEmail();
  const reply = await register(
    { email, password: PASSWORD, ...(teamId === undefined ? {} : { team_id: teamId }) },
    registrar,
  );
  return { reply, email, token: await identity.logIn(email) };
}

async function placementOf(email: string): Promise<unknown> {
  const { rows } = await identity.pool.query('SELECT placement FROM users WHERE email = $1', [email]);
  return rows[0]?.placement;
}

describe('a registration', () => {
  it.each<[unknown, number, string]>([
    [{ email: 5, password: PASSWORD }, 400, 'invalid request body'],
    [{ email: 'a@example.com', password: PASSWORD, team_id: '' }, 400, 'invalid request body'],
    [{ email: 'a@example.com', password: PASSWORD, team_id: 'x' }, 400, 'invalid request body'],
    [{ email: 'a\0@example.com', password: PASSWORD }, 400, 'invalid request body'],
    [[], 400, 'invalid request body'],
    [null, 400, 'email and password are required'],
    [{ email: 'no address' }, 400, 'email and password are required'],
    [{ email: '', password: PASSWORD }, 400, 'email and password are required'],
    [{ email: null, password: PASSWORD }, 400, 'email and password are required'],
    [{ email: 'no address', password: 'short' }, 400, 'invalid email format'],
    [{ email: ' a@example.com', password: PASSWORD }, 400, 'invalid email format'],
    [{ email: 'a@example.c', password: PASSWORD }, 400, 'invalid email format'],
    [{ email: `${'a'.repeat(244)}@example.com`, password: PASSWORD }, 400, 'invalid email format'],
    [{ email: 'a@example.com', password: 'Aa1!' }, 400, SHORT],
    [{ email: 'a@example.com', password: 'aaaaaaaaa' }, 400, WEAK],
    [
      { email: 'a@example.com', password: PASSWORD, team_id: '00000000-0000-4000-8000-000000000000' },
      403,
      'only admins can register users with a team_id',
    ],
  ])('of %j is refused: %s %s', async (body, status, error) => {
    expectError(await register(body), status, error);
  });

  it('without a JSON body is refused before anything else', async () => {
    const send = (headers: Record<string, string>, body?: string) =>
      identity.send('POST', '/v1/auth/register', { headers, ...(body === undefined ? {} : { body }) });
    expectError(await send({}), 400, 'invalid request body');
    expectError(await send({ 'content-type': 'text/plain' }, '{}'), 400, 'invalid request body');
    expectError(await send({ 'content-type': 'application/json' }, '{'), 400, 'invalid request body');
    expectError(
      await send({ 'content-type': 'application/json', authorization: 'Bearer x' }, ''),
      400,
      'invalid request body',
    );
  });

  it('by the public gives an admin account with an organization of its own', async () => {
    const email = `A.${identity.newEmail()}`;
    const reply = await register({ email, password: PASSWORD, unknown: 1 });
    expect(reply.status).toBe(201);
    expect(reply.body).toEqual({
      user: {
        id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        email,
        is_admin: true,
        is_verified: true, // RESEND_API_KEY is `mock`
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/),
      },
    });
    expect(await placementOf(email)).toEqual({ kind: 'default-organization' });
    expect(identity.mails.to(email)).toEqual([]);
  });

  it('with an empty Authorization header is public', async () => {
    const headers = { 'content-type': 'application/json', authorization: '' };
    const body = JSON.stringify({ email: identity.newEmail(), password: PASSWORD });
    expect((await identity.send('POST', '/v1/auth/register', { headers, body })).status).toBe(201);
  });

  it('of an address that is taken is refused, in whatever case it is spelled', async () => {
    const { email } = await identity.user();
    expectError(await register({ email, password: PASSWORD }), 409, 'email already registered');
    expectError(
      await register({ email: email.toUpperCase(), password: PASSWORD }),
      409,
      'email already registered',
    );
  });

  it('of one address twenty times at once succeeds exactly once', async () => {
    const email = identity.newEmail();
    const spellings = Array.from({ length: 20 }, (_, index) =>
      index % 2 === 0 ? email : email.toUpperCase(),
    );
    const replies = await Promise.all(
      spellings.map((spelling) => register({ email: spelling, password: PASSWORD })),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(19).fill(409)]);
  });

  it('takes a password of more than 72 bytes whole', async () => {
    const email = identity.newEmail();
    const long = `Aa1!${'x'.repeat(100)}`;
    expect((await register({ email, password: long })).status).toBe(201);
    const login = (password: string) =>
      identity.call(undefined, 'POST', '/v1/auth/login', { email, password });
    expect((await login(long)).status).toBe(200);
    expect((await login(`${long.slice(0, -1)}y`)).status).toBe(401);
  });
});

describe('a delegated registration', () => {
  it('judges the body before the caller, and then the caller', async () => {
    const valid = { email: identity.newEmail(), password: PASSWORD };
    const caller = { token: 'sess_nonsense' };
    expectError(
      await register({ email: 'no address', password: PASSWORD }, caller),
      400,
      'invalid email format',
    );
    expectError(await register(valid, caller), 401, 'unauthorized');
    const headers = { 'content-type': 'application/json', authorization: 'bearer x' };
    expectError(
      await identity.send('POST', '/v1/auth/register', { headers, body: JSON.stringify(valid) }),
      401,
      'unauthorized',
    );
    const founder = await identity.founder();
    for (const operation of ['read_render', 'all', 'admin']) {
      expectError(await register(valid, await identity.key(founder, { operation })), 401, 'unauthorized');
    }
    const { token } = await standardUser(founder);
    expectError(await register(valid, { token }), 403, 'forbidden');
  });

  it('without a team gives a verified standard account with an organization of its own', async () => {
    const founder = await identity.founder();
    const { reply, email } = await standardUser(founder);
    expect(reply).toMatchObject({
      status: 201,
      body: { user: { email, is_admin: false, is_verified: true } },
    });
    expect(await placementOf(email)).toEqual({ kind: 'default-organization' });
    expect(identity.mails.to(email)).toEqual([]);
  });

  it('into a team carries the team in the user’s placement', async () => {
    const founder = await identity.founder();
    const teamId = await identity.tenancy.createTeam(founder.orgId);
    const { reply, email } = await standardUser(founder, teamId.toUpperCase());
    expect(reply).toMatchObject({ status: 201, body: { user: { is_admin: false, is_verified: true } } });
    expect(await placementOf(email)).toEqual({ kind: 'team', team_id: teamId });
  });

  it('into a team needs the team, a membership in its organization, and an admin’s role there, in that order', async () => {
    const founder = await identity.founder();
    const other = await identity.founder();
    const teamId = await identity.tenancy.createTeam(other.orgId);
    const attempt = (team: string) =>
      register({ email: identity.newEmail(), password: PASSWORD, team_id: team }, founder);
    expectError(await attempt('11111111-1111-4111-8111-111111111111'), 404, 'team not found');
    const stranger = 'user does not belong to the organization of the specified team';
    expectError(await attempt(teamId), 403, stranger);
    const sibling = await identity.tenancy.createTeam(other.orgId);
    await identity.tenancy.setMember(sibling, founder.id, 'admin');
    expectError(await attempt(teamId), 403, 'forbidden');
    await identity.tenancy.setMember(teamId, founder.id, 'editor');
    expectError(await attempt(teamId), 403, 'forbidden');
    await identity.tenancy.setMember(teamId, founder.id, 'admin');
    expect((await attempt(teamId)).status).toBe(201);
    await identity.tenancy.setMember(teamId, founder.id, 'viewer');
    await identity.tenancy.setMember(other.teamId, founder.id, 'admin');
    expect((await attempt(teamId)).status).toBe(201);
    await identity.tenancy.deleteOrganization(other.orgId);
    expectError(await attempt(teamId), 404, 'team not found');
  });

  it('of a taken address is refused last', async () => {
    const founder = await identity.founder();
    const { email } = await identity.user();
    expectError(
      await register({ email, password: PASSWORD, team_id: '11111111-1111-4111-8111-111111111111' }, founder),
      404,
      'team not found',
    );
    expectError(await register({ email, password: PASSWORD }, founder), 409, 'email already registered');
  });
});
