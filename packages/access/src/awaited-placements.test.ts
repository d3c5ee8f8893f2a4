import { describe, expect, it } from 'vitest';
import { userState, uuid, World } from '../test/world.ts';
import { AwaitedPlacements } from './awaited-placements.ts';

const [org, team, other] = [uuid(1), uuid(11), uuid(12)];
const [ada, ben] = [uuid(21), uuid(22)];

/** An organization with two teams, and a clock that stands at a full minute. */
function world(): World {
  const here = new World();
  here.organization(org);
  here.team(team, org);
  here.team(other, org);
  return here;
}

function register(here: World, id = ada, age = 0): string {
  const created_at = new Date(here.now - age).toISOString();
  here.user(id, { created_at, placement: { kind: 'team', team_id: team } });
  return here.session(id);
}

const awaits = (here: World, token: string) => here.access.callerAwaitsPlacement(`Bearer ${token}`);

describe('a person who was registered into a team', () => {
  it('awaits the placement until their membership is known', () => {
    const here = world();
    const token = register(here);
    expect(awaits(here, token)).toBe(true);
    here.member(other, ada, 'viewer');
    expect(awaits(here, token)).toBe(true);
    here.member(team, ada, 'editor');
    expect(awaits(here, token)).toBe(false);
  });

  it('awaits nothing when the membership was known before', () => {
    const here = world();
    here.member(team, ada, 'editor');
    expect(awaits(here, register(here))).toBe(false);
  });

  it('awaits nothing after the membership has ended, whatever else is told of them', () => {
    const here = world();
    const token = register(here);
    here.member(team, ada, 'editor');
    here.end('membership', `${team}.${ada}`);
    register(here);
    expect(awaits(here, token)).toBe(false);
  });

  it('awaits nothing when tenancy has had a minute, when their team is gone, or when their account is', () => {
    const here = world();
    const token = register(here);
    here.end('team', team);
    expect(awaits(here, token)).toBe(false);
    here.team(team, org);
    expect(awaits(here, token)).toBe(true);
    here.now += 60_000;
    expect(awaits(here, token)).toBe(false);
    expect(awaits(here, register(here, ben, 60_000))).toBe(false);
    const deleted = register(here, uuid(23));
    here.end('user', uuid(23));
    expect(awaits(here, deleted)).toBe(false);
  });

  it('is not believed to be young for long by a clock that is ahead', () => {
    const here = world();
    expect(awaits(here, register(here, ada, -3_600_000))).toBe(false);
  });
});

it('a key, a stranger, and a person with an organization of their own await no placement', () => {
  const here = world();
  register(here);
  here.user(ben, { created_at: new Date(here.now).toISOString() });
  expect(awaits(here, here.session(ben))).toBe(false);
  expect(awaits(here, here.key(uuid(31), org))).toBe(false);
  expect(awaits(here, 'sess_nope')).toBe(false);
  expect(here.access.callerAwaitsPlacement(undefined)).toBe(false);
});

it('nothing is looked up once a minute has gone by, also when nobody else registers', () => {
  let now = Date.UTC(2026, 0);
  const placements = new AwaitedPlacements(() => now);
  const created_at = new Date(now).toISOString();
  placements.noteUser(ada, userState({ created_at, placement: { kind: 'team', team_id: team } }));
  expect(placements.isEmpty).toBe(false);
  now += 60_000;
  expect(placements.isEmpty).toBe(true);
});
