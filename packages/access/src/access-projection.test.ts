import { describe, expect, it } from 'vitest';
import { signingKeyState, signingPair, uuid, World } from '../test/world.ts';
import type { AccessChange, AccessProjection } from './access-projection.ts';
import { type Authentication, type Principal, personOf } from './principal.ts';
import { isAllowedOn } from './require-allowed.ts';
import { signSession } from './session-token.ts';

const [org, otherOrg] = [uuid(1), uuid(2)];
const [home, work, foreign] = [uuid(11), uuid(12), uuid(13)];
const [ada, ben, cid] = [uuid(21), uuid(22), uuid(23)];

/** One organization with a default team and another one, and a second organization with a team. */
function world(): World {
  const here = new World();
  here.organization(org);
  here.organization(otherOrg);
  here.team(home, org, { is_default: true });
  here.team(work, org);
  here.team(foreign, otherOrg, { is_default: true });
  return here;
}

function principalOf(authentication: Authentication) {
  if (authentication.outcome !== 'principal') throw new Error(`the caller is ${authentication.outcome}`);
  return authentication.principal;
}

const none = { reads: false, edits: false, administers: false };

/** The content rights that the role matrix finds with this projection's facts. */
function rightsOn(access: AccessProjection, principal: Principal, teamId: string) {
  return {
    reads: isAllowedOn(access, principal, 'getPrompt', { teamId }),
    edits: isAllowedOn(access, principal, 'createPrompt', { teamId }),
    administers: isAllowedOn(access, principal, 'archivePrompt', { teamId }),
  };
}

describe('an Authorization header', () => {
  it('is anonymous when it is missing or empty', () => {
    expect(world().access.authenticate(undefined)).toEqual({ outcome: 'anonymous' });
    expect(world().access.authenticate('')).toEqual({ outcome: 'anonymous' });
  });

  it.each([
    ['bearer', (token: string) => `bearer ${token}`],
    ['two spaces', (token: string) => `Bearer  ${token}`],
    ['a tab', (token: string) => `Bearer\t${token}`],
    ['no scheme', (token: string) => token],
    ['Basic', (token: string) => `Basic ${token}`],
    ['nothing after the scheme', () => 'Bearer '],
    ['two tokens', (token: string) => `Bearer ${token} ${token}`],
    ['another prefix', (token: string) => `Bearer xx_${token}`],
  ])('is invalid with %s', (_, header) => {
    const here = world();
    here.user(ada);
    expect(here.access.authenticate(header(here.session(ada)))).toEqual({ outcome: 'invalid' });
    expect(here.access.authenticate(header(here.key(uuid(31), org)))).toEqual({ outcome: 'invalid' });
  });
});

describe('a session', () => {
  it('is a principal with the facts of its account', () => {
    const here = world();
    here.user(ada, { is_admin: true, is_verified: false });
    expect(here.caller(here.session(ada, 4))).toEqual({
      outcome: 'principal',
      principal: {
        kind: 'session',
        userId: ada,
        sessionNumber: 4,
        isAdmin: true,
        isVerified: false,
        tokenId: uuid(999),
      },
    });
  });

  it('is asked again after every event, though its signature is verified once', () => {
    const here = world();
    here.user(ada);
    const token = here.session(ada, 4);
    expect(here.caller(token)).toBe(here.caller(token));
    here.user(ada, { is_verified: false });
    expect(principalOf(here.caller(token))).toMatchObject({ isVerified: false });
    here.user(ada, { sessions: { floor: 0, revoked: [[4, 4]] } });
    expect(here.caller(token)).toEqual({ outcome: 'invalid' });
  });

  it.each([
    ['below the floor', { floor: 5, revoked: [] }, false],
    ['at the floor', { floor: 4, revoked: [] }, true],
    ['at the start of a revoked range', { floor: 0, revoked: [[4, 9]] }, false],
    [
      'at the end of a revoked range',
      {
        floor: 0,
        revoked: [
          [1, 2],
          [3, 4],
        ],
      },
      false,
    ],
    [
      'between revoked ranges',
      {
        floor: 0,
        revoked: [
          [1, 3],
          [5, 9],
        ],
      },
      true,
    ],
  ] as const)('numbered 4 lives or dies %s', (_, sessions, lives) => {
    const here = world();
    here.user(ada, {
      sessions: { floor: sessions.floor, revoked: sessions.revoked.map(([from, to]) => [from, to]) },
    });
    expect(here.caller(here.session(ada, 4)).outcome).toBe(lives ? 'principal' : 'invalid');
  });

  it('is dead for an unknown user and for a deleted one', () => {
    const here = world();
    const token = here.session(ada);
    expect(here.caller(token).outcome).toBe('invalid');
    here.user(ada);
    expect(here.caller(token).outcome).toBe('principal');
    here.end('user', ada);
    expect(here.caller(token).outcome).toBe('invalid');
  });

  it('ends by the clock, also when it is remembered', () => {
    const here = world();
    here.user(ada);
    const token = here.session(ada);
    expect(here.caller(token).outcome).toBe('principal');
    here.now += 3_600_000;
    expect(here.caller(token).outcome).toBe('invalid');
  });

  it('is taken as soon as its key is known, and no longer than that, also when it is remembered', () => {
    const here = world();
    here.user(ada);
    const next = signingPair('key-2');
    const issuedAt = Math.floor(here.now / 1_000);
    const claims = { userId: ada, sessionNumber: 1, tokenId: uuid(3), issuedAt, expiresAt: issuedAt + 60 };
    const token = signSession(claims, next);
    expect(here.caller(token).outcome).toBe('invalid');
    here.put('signingKey', 'key-2', { ...signingKeyState(next), activates_at: '2030-01-01T00:00:00Z' });
    expect(here.caller(token).outcome).toBe('principal');
    here.end('signingKey', 'key-2');
    expect(here.caller(token).outcome).toBe('invalid');
  });

  it('is not verified by a published key that is none', () => {
    const here = world();
    here.user(ada);
    here.put('signingKey', 'key-1', { ...signingKeyState(here.signer), public_jwk: { kty: 'oct', k: '' } });
    expect(here.caller(here.session(ada)).outcome).toBe('invalid');
  });

  it('can be asked for by its bare token, as logout does', () => {
    const here = world();
    here.user(ada);
    expect(here.access.session(here.session(ada, 4))).toMatchObject({ userId: ada, sessionNumber: 4 });
    expect(here.access.session('sess_nope')).toBeUndefined();
  });
});

describe('an API key', () => {
  it('is a principal of its organization', () => {
    const here = world();
    const secret = here.key(uuid(31), org, { operation: 'read_render' });
    expect(principalOf(here.caller(secret))).toEqual({
      kind: 'api-key',
      keyId: uuid(31),
      orgId: org,
      scope: { kind: 'organization' },
      operation: 'read_render',
    });
  });

  it('stands for the person who made it, once its event says who that is', () => {
    const here = world();
    here.user(ada);
    const secret = here.key(uuid(31), org);
    expect(personOf(principalOf(here.caller(secret)))).toBeUndefined();
    expect(here.access.key(uuid(31))).toEqual({ id: uuid(31), createdBy: undefined });
    const named = here.key(uuid(31), org, { created_by: ada });
    expect(personOf(principalOf(here.caller(named)))).toBe(ada);
    expect(here.access.key(uuid(31))).toEqual({ id: uuid(31), createdBy: ada });
    expect(personOf(principalOf(here.caller(here.session(ada))))).toBe(ada);
    expect(personOf({ kind: 'anonymous' })).toBeUndefined();
    here.end('apiKey', uuid(31));
    expect(here.access.key(uuid(31))).toBeUndefined();
  });

  it.each([['ak_'], [`ak_${'0'.repeat(64)}`], [`AK_${'0'.repeat(64)}`]])(
    'is invalid when unknown: %s',
    (secret) => {
      expect(world().caller(secret)).toEqual({ outcome: 'invalid' });
    },
  );

  it('dies with its tombstone, with its organization, and by its expiry', () => {
    const here = world();
    const secret = here.key(uuid(31), org, { expires_at: '2026-06-01T00:00:10Z' });
    expect(here.caller(secret).outcome).toBe('principal');
    here.now += 10_000;
    expect(here.caller(secret).outcome).toBe('invalid');
    here.now -= 10_000;
    expect(here.caller(secret).outcome).toBe('principal');
    here.end('organization', org);
    expect(here.caller(secret).outcome).toBe('invalid');
    here.organization(org);
    expect(here.caller(secret).outcome).toBe('principal');
    here.end('apiKey', uuid(31));
    expect(here.caller(secret).outcome).toBe('invalid');
  });

  it('with an expiry that cannot be read is dead', () => {
    const here = world();
    expect(here.caller(here.key(uuid(31), org, { expires_at: 'soon' })).outcome).toBe('invalid');
  });

  it('of the whole organization reads each of its teams, also later ones, and no others', () => {
    const here = world();
    const principal = principalOf(here.caller(here.key(uuid(31), org)));
    expect([...here.access.readableTeams(principal)].sort()).toEqual([home, work]);
    here.team(uuid(14), org);
    expect(here.access.reads(principal, uuid(14))).toBe(true);
    expect(here.access.reads(principal, foreign)).toBe(false);
    here.end('team', work);
    expect(here.access.reads(principal, work)).toBe(false);
  });

  it('with listed teams shrinks when they end or leave, and is dead without any', () => {
    const here = world();
    const secret = here.key(uuid(31), org, { scope: { kind: 'teams', team_ids: [home, work] } });
    expect(principalOf(here.caller(secret))).toMatchObject({
      scope: { kind: 'teams', teamIds: [home, work] },
    });
    here.team(work, otherOrg);
    const shrunk = principalOf(here.caller(secret));
    expect(shrunk).toMatchObject({ scope: { kind: 'teams', teamIds: [home] } });
    expect(here.access.reads(shrunk, work)).toBe(false);
    here.end('team', home);
    expect(here.caller(secret).outcome).toBe('invalid');
  });

  it('that lists no team at all is not a key of the whole organization', () => {
    const here = world();
    const secret = here.key(uuid(31), org, { scope: { kind: 'teams', team_ids: [] } });
    expect(here.caller(secret).outcome).toBe('invalid');
  });

  it('of another hash takes the place of the old one', () => {
    const here = world();
    const old = here.key(uuid(31), org);
    const fresh = here.key(uuid(31), org);
    expect(here.caller(old).outcome).toBe('invalid');
    expect(here.caller(fresh).outcome).toBe('principal');
  });

  it.each([
    ['read_render', true, false, false],
    ['all', true, true, true],
    ['admin', true, false, false],
  ] as const)(
    'with the operation %s reads %s, edits %s, administers %s',
    (operation, reads, edits, administers) => {
      const here = world();
      const principal = principalOf(here.caller(here.key(uuid(31), org, { operation })));
      expect(here.access.reads(principal, work)).toBe(reads);
      expect(rightsOn(here.access, principal, work)).toEqual({ reads, edits, administers });
      expect(rightsOn(here.access, principal, foreign)).toEqual(none);
    },
  );
});

describe('the acting user of a key', () => {
  it('is the verified admin of the default team whose membership began first', () => {
    const here = world();
    for (const id of [ada, ben, cid]) here.user(id);
    here.member(home, ada, 'admin', '2026-01-01T00:00:05.1Z');
    here.member(home, ben, 'admin', '2026-01-01T00:00:05Z');
    here.member(home, cid, 'editor', '2026-01-01T00:00:01Z');
    expect(here.access.actingUser(org)).toBe(ben);
    here.user(ben, { is_verified: false });
    expect(here.access.actingUser(org)).toBe(ada);
    here.member(home, cid, 'admin', '2026-01-01T00:00:01Z');
    expect(here.access.actingUser(org)).toBe(cid);
  });

  it('is the one with the lower id when two began in the same microsecond', () => {
    const here = world();
    for (const id of [cid, ben]) {
      here.user(id);
      here.member(home, id, 'admin', '2026-01-01T00:00:00.000001Z');
    }
    expect(here.access.actingUser(org)).toBe(ben);
    here.user(ada);
    here.member(home, ada, 'admin', '2026-01-01T00:00:00.000002Z');
    expect(here.access.actingUser(org)).toBe(ben);
  });

  it('is absent when there is none, and changes with the next event', () => {
    const here = world();
    const secret = here.key(uuid(31), org);
    expect(principalOf(here.caller(secret))).not.toHaveProperty('actingUserId');
    here.user(ada);
    here.member(home, ada, 'admin');
    expect(principalOf(here.caller(secret))).toMatchObject({ actingUserId: ada });
    here.end('user', ada);
    expect(principalOf(here.caller(secret))).not.toHaveProperty('actingUserId');
  });
});

describe('a member', () => {
  it.each([
    ['viewer', true, false, false],
    ['editor', true, true, false],
    ['admin', true, true, true],
    ['wizard', true, false, false],
  ])('with the role %s reads %s, edits %s, administers %s', (role, reads, edits, administers) => {
    const here = world();
    here.user(ada);
    here.member(work, ada, role);
    const principal = principalOf(here.caller(here.session(ada)));
    expect(here.access.reads(principal, work)).toBe(reads);
    expect(rightsOn(here.access, principal, work)).toEqual({ reads, edits, administers });
    expect([...here.access.readableTeams(principal)]).toEqual([work]);
  });

  it('who is an admin of the default team administers every team of the organization, but reads only their own', () => {
    const here = world();
    here.user(ada);
    here.member(home, ada, 'admin');
    const principal = principalOf(here.caller(here.session(ada)));
    expect(here.access.reads(principal, work)).toBe(false);
    expect(rightsOn(here.access, principal, work)).toEqual({ ...none, administers: true });
    expect(rightsOn(here.access, principal, foreign)).toEqual(none);
    expect(here.access.isOrgAdmin(ada, org)).toBe(true);
  });

  it('who is an admin of another team has no rights in the organization', () => {
    const here = world();
    here.user(ada, { is_admin: true });
    here.member(work, ada, 'admin');
    expect(here.access.isOrgAdmin(ada, org)).toBe(false);
    expect(here.access.isOrgMember(ada, org)).toBe(true);
    expect(here.access.isOrgMember(ada, otherOrg)).toBe(false);
  });

  it('stops being one with the membership, the team, the organization or the account', () => {
    for (const [name, id] of [
      ['membership', `${work}.${ada}`],
      ['team', work],
      ['organization', org],
      ['user', ada],
    ] as const) {
      const here = world();
      here.user(ada);
      here.member(work, ada, 'editor');
      expect(here.access.roleIn(ada, work)).toBe('editor');
      here.end(name, id);
      expect(here.access.roleIn(ada, work)).toBeUndefined();
      expect(here.access.isOrgMember(ada, org)).toBe(false);
    }
  });

  it('may arrive before their team, their organization and their account', () => {
    const here = new World();
    here.member(work, ada, 'editor');
    expect(here.access.roleIn(ada, work)).toBeUndefined();
    here.team(work, org);
    here.user(ada);
    expect(here.access.roleIn(ada, work)).toBeUndefined();
    here.organization(org);
    expect(here.access.roleIn(ada, work)).toBe('editor');
    expect(here.access.isOrgMember(ada, org)).toBe(true);
  });

  it('who arrives after the end of the team is not one', () => {
    const here = world();
    here.user(ada);
    here.end('team', work);
    here.member(work, ada, 'editor');
    expect(here.access.roleIn(ada, work)).toBeUndefined();
    here.end('membership', `${work}.${ada}`);
    expect(here.access.roleIn(ada, work)).toBeUndefined();
  });
});

describe('a team whose members go', () => {
  it('keeps the others, in whatever order they go', () => {
    const everybody = [ada, ben, cid, uuid(24), uuid(25)];
    for (const first of everybody) {
      for (const second of everybody.filter((id) => id !== first)) {
        const here = world();
        for (const id of everybody) {
          here.user(id);
          here.member(work, id, 'editor');
          here.member(home, id, 'viewer');
        }
        here.end('membership', `${work}.${first}`);
        here.end('membership', `${work}.${second}`);
        const left = everybody.filter((id) => id !== first && id !== second);
        expect([...here.access.membersOf(work)].sort()).toEqual(left);
        for (const id of everybody) {
          expect(here.access.roleIn(id, work)).toBe(left.includes(id) ? 'editor' : undefined);
          expect(here.access.roleIn(id, home)).toBe('viewer');
        }
      }
    }
  });

  it('is one of several that a user may leave, in whatever order', () => {
    const all = [11, 12, 14, 15, 16].map(uuid);
    for (const first of all) {
      for (const second of all.filter((id) => id !== first)) {
        const here = world();
        here.user(ada);
        for (const id of all) {
          here.team(id, org);
          here.member(id, ada, 'editor');
        }
        here.end('membership', `${first}.${ada}`);
        here.end('membership', `${second}.${ada}`);
        const principal = principalOf(here.caller(here.session(ada)));
        const left = all.filter((id) => id !== first && id !== second);
        expect([...here.access.readableTeams(principal)].sort()).toEqual(left);
      }
    }
  });

  it('has no acting user left when its admin has gone', () => {
    const here = world();
    here.user(ada);
    here.member(home, ada, 'admin');
    here.end('membership', `${home}.${ada}`);
    expect(here.access.actingUser(org)).toBeUndefined();
    here.member(home, ada, 'editor');
    expect(here.access.actingUser(org)).toBeUndefined();
  });
});

describe('the last admin of a default team', () => {
  it('is the one without whom its other members would have none', () => {
    const here = world();
    for (const id of [ada, ben]) here.user(id);
    here.member(home, ada, 'admin');
    expect(here.access.isLastDefaultTeamAdmin(ada)).toBe(false);
    here.member(home, ben, 'viewer');
    expect(here.access.isLastDefaultTeamAdmin(ada)).toBe(true);
    expect(here.access.isLastDefaultTeamAdmin(ben)).toBe(false);
    here.member(home, ben, 'admin');
    expect(here.access.isLastDefaultTeamAdmin(ada)).toBe(false);
    here.end('user', ben);
    expect(here.access.isLastDefaultTeamAdmin(ada)).toBe(false);
  });
});

describe('what is known of teams and organizations', () => {
  it('follows a team that moves', () => {
    const here = world();
    here.team(work, otherOrg);
    expect(here.access.team(work)).toEqual({ id: work, orgId: otherOrg, isDefault: false });
    expect([...here.access.teamsOf(org)]).toEqual([home]);
    expect([...here.access.teamsOf(otherOrg)].sort()).toEqual([work, foreign].sort());
    expect(here.access.defaultTeam(otherOrg)).toBe(foreign);
  });

  it('is nothing after a reset', () => {
    const here = world();
    here.user(ada);
    const token = here.session(ada);
    expect(here.caller(token).outcome).toBe('principal');
    here.access.reset();
    expect(here.caller(token).outcome).toBe('invalid');
    expect(here.access.organization(org)).toBeUndefined();
    expect(here.access.team(work)).toBeUndefined();
  });

  it('wants the six entities that it is made of', () => {
    const { access } = new World();
    expect(access.wants('membership')).toBe(true);
    expect(access.wants('prompt')).toBe(false);
    expect(access.wants('epoch')).toBe(false);
  });
});

describe('a change', () => {
  it('names those whose rights it may concern, the organization before a move, too', () => {
    const here = world();
    const seen: AccessChange[] = [];
    here.access.onChange((change) => seen.push(change));
    const told = (change: () => void) => {
      change();
      return seen.splice(0);
    };
    expect(told(() => here.user(ada))).toEqual([{ userId: ada }]);
    expect(told(() => here.member(work, ada, 'viewer'))).toEqual([{ userId: ada }]);
    expect(told(() => here.end('membership', `${work}.${ada}`))).toEqual([{ userId: ada }]);
    expect(told(() => here.key(uuid(31), org))).toEqual([{ keyId: uuid(31) }]);
    expect(told(() => here.end('apiKey', uuid(31)))).toEqual([{ keyId: uuid(31) }]);
    expect(told(() => here.team(work, otherOrg))).toEqual([{ teamId: work, orgIds: [org, otherOrg] }]);
    expect(told(() => here.end('team', work))).toEqual([{ teamId: work, orgIds: [otherOrg] }]);
    expect(told(() => here.end('organization', org))).toEqual([{ orgIds: [org] }]);
    expect(told(() => here.end('signingKey', 'key-1'))).toEqual([{ everySession: true }]);
  });

  it('of the clock needs no event: a credential tells its own end', () => {
    const here = world();
    here.user(ada);
    const expires_at = new Date(here.now + 1_000).toISOString();
    const [key, endless] = [here.key(uuid(31), org, { expires_at }), here.key(uuid(32), org)];
    expect(here.access.credentialEnd(`Bearer ${key}`)).toBe(here.now + 1_000);
    expect(here.access.credentialEnd(`Bearer ${endless}`)).toBe(Number.POSITIVE_INFINITY);
    expect(here.access.credentialEnd(`Bearer ${here.session(ada)}`)).toBe(here.now + 3_600_000);
    expect(here.access.credentialEnd('Bearer nothing')).toBe(0);
  });
});

describe('a team of 100,000 members', () => {
  it('is asked and changed without a look at all of them each time', () => {
    const here = world();
    for (let number = 0; number < 100_000; number += 1) {
      here.user(uuid(1_000_000 + number));
      here.member(home, uuid(1_000_000 + number), number === 7 ? 'admin' : 'viewer');
    }
    // One scan of the members for each of them would take many times the test's timeout.
    for (let number = 0; number < 100_000; number += 1) {
      const id = uuid(1_000_000 + number);
      here.access.roleIn(id, home);
      here.access.isOrgAdmin(id, org);
      here.access.actingUser(org);
      if (number !== 7) here.end('membership', `${home}.${id}`);
    }
    expect(here.access.actingUser(org)).toBe(uuid(1_000_007));
  });
});
