import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectError, expectOk } from './expect-reply.ts';
import { type Bearer, type Founder, RunningIdentity } from './running-identity.ts';

let identity: RunningIdentity;
let founder: Founder;

beforeAll(async () => {
  identity = await RunningIdentity.start({
    env: { CONSOLE_URL: 'https://px0.example.com' },
    config: { AUTH_RATE_LIMIT_OVERRIDES: { 'invitation.account': { calls: 6, seconds: 3_600 } } },
  });
});
beforeEach(async () => {
  founder = await identity.founder();
  identity.mails.refuses = false;
});
afterAll(() => identity?.stop());

const code = `inv_${'0a1b2c3d'.repeat(5)}`;

const mail = (by: Bearer | undefined, wish: object = {}) =>
  identity.call(by, 'POST', '/v1/auth/invitation-mails', {
    team_id: founder.teamId,
    email: 'grace@example.com',
    code,
    ...wish,
  });

describe('a mail with an invitation', () => {
  it('holds who invites, a link and the code, and no name that anybody chose', async () => {
    const email = identity.newEmail();
    expectOk(await mail(founder, { email }), 200, { is_sent: true });
    const [sent] = identity.mails.to(email);
    expect(sent?.subject).toBe(`${founder.email} invites you to px0`);
    expect(sent?.text).toContain(`    https://px0.example.com/invitation#${code}\n`);
    expect(sent?.text).toContain(`    ${code}\n`);
    expect(sent?.html).toContain(`<a href="https://px0.example.com/invitation#${code}">`);
  });

  it('is not sent when the provider refuses, which the answer says', async () => {
    identity.mails.refuses = true;
    expectOk(await mail(founder), 200, { is_sent: false });
    expect(identity.log.join('')).not.toContain('grace@example.com');
  });

  it('refuses in order, and carries nothing but a code', async () => {
    expectError(await mail(undefined), 401, 'unauthorized');
    expectError(await mail(await identity.key(founder, { operation: 'all' })), 401, 'unauthorized');
    expectError(await mail(founder, { email: '' }), 400, 'email is required');
    expectError(await mail(founder, { email: 'no address' }), 400, 'invalid email format');
    for (const text of ['', 'buy this', `${code} and more`, `${code}\n`]) {
      expectError(await mail(founder, { code: text }), 400, 'invalid invitation code');
    }
    expectError(await mail(founder, { team_id: randomUUID() }), 404, 'team not found');
    expectError(await mail(await identity.founder()), 403, 'forbidden');
    const member = await identity.user();
    await identity.tenancy.setMember(founder.teamId, member.id, 'editor');
    expectError(await mail(member), 403, 'forbidden');
  });

  it('is sent so many times an hour by one person', async () => {
    const replies = [];
    for (let count = 0; count < 7; count++) replies.push(await mail(founder));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 429]);
    expectError(await mail(await identity.founder(), { team_id: undefined }), 404, 'team not found');
  });
});

describe('the last logins of an organization', () => {
  const logins = (by: Bearer | undefined, ids: string, orgId = founder.orgId) =>
    identity.call(by, 'GET', `/v1/orgs/${orgId}/last-logins?ids=${ids}`);

  it('are told to its admins, of those who are in it', async () => {
    const [member, stranger] = [await identity.user(), await identity.user()];
    await identity.tenancy.setMember(founder.teamId, member.id, 'viewer');
    const before = Date.now();
    await identity.logIn(member.email);
    const reply = await logins(founder, [founder.id, member.id, stranger.id, randomUUID()].join(','));
    expect(reply.status).toBe(200);
    const { last_logins: rows } = reply.body as {
      last_logins: { user_id: string; last_login_at: string }[];
    };
    expect(rows.map(({ user_id }) => user_id).toSorted()).toEqual([founder.id, member.id].toSorted());
    const latest = rows.find(({ user_id }) => user_id === member.id)?.last_login_at ?? '';
    // Postgres and the test share a clock; times are cut to milliseconds.
    expect(Date.parse(latest)).toBeGreaterThanOrEqual(before - 1);
    expectError(await logins(member, member.id), 403, 'forbidden');
    expectError(await logins(undefined, member.id), 401, 'unauthorized');
    expectOk(await logins(await identity.key(founder, { operation: 'admin' }), stranger.id), 200, {
      last_logins: [],
    });
  });

  it('of nobody known are null', async () => {
    await identity.pool.query('UPDATE users SET last_login_at = NULL WHERE id = $1', [founder.id]);
    expectOk(await logins(founder, founder.id), 200, {
      last_logins: [{ user_id: founder.id, last_login_at: null }],
    });
  });

  it('refuses in order', async () => {
    expectError(await logins(founder, 'x', randomUUID()), 404, 'organization not found');
    const many = Array.from({ length: 101 }, () => randomUUID()).join(',');
    for (const ids of ['', 'x', `${founder.id},`, many])
      expectError(await logins(founder, ids), 400, 'invalid id');
  });
});
