import type { StateEvent } from '@px0/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { event, userState, uuid } from '../test/world.ts';
import { AccessProjection } from './access-projection.ts';
import { factsFor } from './facts.ts';
import { can } from './permissions.ts';
import type { Principal } from './principal.ts';

const organizations = [uuid(1), uuid(2)];
const teams = [uuid(11), uuid(12), uuid(13)];
const users = [uuid(21), uuid(22), uuid(23)];
const time = '2026-01-01T00:00:00Z';

/** What may happen, as in life: things begin, change, end and begin again. */
const happening: fc.Arbitrary<StateEvent> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...organizations), fc.boolean())
    .map(([id, exists]) => event('organization', id, exists ? { name: 'o', created_at: time } : undefined)),
  fc
    .tuple(
      fc.constantFrom(...teams),
      fc.constantFrom(...organizations),
      fc.boolean(),
      fc.integer({ min: 0, max: 3 }),
    )
    .map(([id, org_id, is_default, exists]) =>
      event('team', id, exists === 0 ? undefined : { org_id, name: 't', is_default, created_at: time }),
    ),
  fc
    .tuple(fc.constantFrom(...users), fc.boolean(), fc.integer({ min: 0, max: 3 }))
    .map(([id, is_verified, exists]) =>
      event('user', id, exists === 0 ? undefined : userState({ is_verified })),
    ),
  fc
    .tuple(
      fc.constantFrom(...teams),
      fc.constantFrom(...users),
      fc.constantFrom('admin', 'editor', 'viewer', undefined),
      fc.integer({ min: 0, max: 3 }),
    )
    .map(([team_id, user_id, role, second]) =>
      event(
        'membership',
        `${team_id}.${user_id}`,
        role === undefined
          ? undefined
          : { team_id, user_id, role, created_at: `2026-01-01T00:00:0${second}Z` },
      ),
    ),
);

/** The last event of each subject: what a reader that starts now is given. */
function lastPerSubject(events: readonly StateEvent[]): StateEvent[] {
  return [...new Map(events.map((entry) => [entry.subject, entry])).values()];
}

/** The same questions answered from the bare list of what exists, by the words of the contract. */
class Model {
  readonly #states: ReadonlyMap<string, StateEvent>;

  constructor(events: readonly StateEvent[]) {
    this.#states = new Map(
      lastPerSubject(events)
        .filter((entry) => !entry.deleted)
        .map((entry) => [`${entry.name} ${entry.id}`, entry]),
    );
  }

  #team(id: string) {
    const entry = this.#states.get(`team ${id}`);
    if (entry?.name !== 'team' || entry.state === undefined) return undefined;
    return this.#states.has(`organization ${entry.state.org_id}`) ? entry.state : undefined;
  }

  role(userId: string, teamId: string): string | undefined {
    const entry = this.#states.get(`membership ${teamId}.${userId}`);
    const isThere = this.#team(teamId) !== undefined && this.#states.has(`user ${userId}`);
    return isThere && entry?.name === 'membership' ? entry.state?.role : undefined;
  }

  isMember(userId: string, orgId: string): boolean {
    return teams.some((id) => this.#team(id)?.org_id === orgId && this.role(userId, id) !== undefined);
  }

  orgOf(teamId: string): string | undefined {
    return this.#team(teamId)?.org_id;
  }

  defaultTeams(orgId: string): string[] {
    return teams.filter((id) => this.#team(id)?.org_id === orgId && this.#team(id)?.is_default === true);
  }
}

function answers(access: AccessProjection) {
  return {
    roles: users.flatMap((user) => teams.map((team) => access.roleIn(user, team))),
    members: users.flatMap((user) => organizations.map((org) => access.isOrgMember(user, org))),
    orgs: teams.map((team) => access.team(team)?.orgId),
    teams: organizations.map((org) => [...access.teamsOf(org)].sort()),
    people: teams.map((team) => [...access.membersOf(team)].sort()),
  };
}

function projectionOf(events: readonly StateEvent[]): AccessProjection {
  const access = new AccessProjection();
  for (const entry of events) access.apply(entry);
  return access;
}

const session = (userId: string): Principal => ({
  kind: 'session',
  userId,
  sessionNumber: 1,
  isAdmin: false,
  isVerified: true,
  tokenId: 't',
});

describe('the access projection', () => {
  it('answers as the contract says, whatever happened', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (events) => {
        const model = new Model(events);
        const access = projectionOf(events);
        for (const user of users) {
          for (const team of teams) expect(access.roleIn(user, team)).toBe(model.role(user, team));
          for (const org of organizations)
            expect(access.isOrgMember(user, org)).toBe(model.isMember(user, org));
        }
        for (const team of teams) expect(access.team(team)?.orgId).toBe(model.orgOf(team));
        for (const org of organizations) {
          // An organization has one default team at most; with two, either may be taken for it.
          const candidates = model.defaultTeams(org);
          const found = access.defaultTeam(org);
          expect(found === undefined ? candidates : candidates.includes(found)).toEqual(
            found === undefined ? [] : true,
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  it('ends in the same state in whatever order the last events of the subjects arrive', () => {
    const shuffled = fc.array(happening, { maxLength: 60 }).chain((events) => {
      const last = lastPerSubject(events);
      return fc.tuple(fc.constant(events), fc.shuffledSubarray(last, { minLength: last.length }));
    });
    fc.assert(
      fc.property(shuffled, ([events, last]) => {
        expect(answers(projectionOf(last))).toEqual(answers(projectionOf(events)));
      }),
      { numRuns: 500 },
    );
  });

  it('lets the render path read what the role matrix lets it', () => {
    const principals: Principal[] = [
      ...users.map(session),
      ...(['read_render', 'all', 'admin'] as const).flatMap((operation) =>
        [{ kind: 'organization' } as const, { kind: 'teams', teamIds: teams.slice(0, 2) } as const].map(
          (scope): Principal => ({ kind: 'api-key', keyId: 'k', orgId: uuid(1), scope, operation }),
        ),
      ),
    ];
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (events) => {
        const access = projectionOf(events);
        for (const principal of principals) {
          for (const teamId of teams) {
            const facts = factsFor(access, principal, { teamId });
            for (const action of ['renderLive', 'renderVersion'] as const)
              expect(can(facts, action)).toBe(access.reads(principal, teamId));
          }
          const readable = teams.filter((teamId) => access.reads(principal, teamId));
          expect([...access.readableTeams(principal)].sort()).toEqual(readable);
        }
      }),
      { numRuns: 300 },
    );
  });
});
