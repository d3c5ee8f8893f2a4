import { eventually } from '@px0/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RunningIdentity } from './running-identity.ts';

let identity: RunningIdentity;
beforeAll(async () => {
  identity = await RunningIdentity.start();
});
afterAll(() => identity?.stop());

const noticesTo = (address: string) =>
  identity.mails.to(address).filter(({ subject }) => subject === 'You were added to a team on px0');

it('whoever is added to a team by somebody else is told by mail, once', async () => {
  const founder = await identity.founder();
  const [added, volunteer, veteran] = await Promise.all([identity.user(), identity.user(), identity.user()]);
  const team = await identity.tenancy.createTeam(founder.orgId);
  const joined = { added_by: founder.id, created_at: new Date().toISOString() };
  await identity.tenancy.setMember(team, added.id, 'editor', joined);
  // The same membership with another role, and people who are no news: they came by themselves, or long ago.
  await identity.tenancy.setMember(team, added.id, 'admin', joined);
  await identity.tenancy.setMember(team, volunteer.id, 'editor');
  await identity.tenancy.setMember(team, founder.id, 'admin', joined);
  await identity.tenancy.setMember(team, veteran.id, 'editor', {
    ...joined,
    created_at: '2026-01-01T00:00:00Z',
  });
  await eventually(() => noticesTo(added.email).length > 0, { what: 'the mail', timeoutMs: 60_000 });
  // A later one has come: what was to be sent before it has been.
  const last = await identity.user();
  await identity.tenancy.setMember(team, last.id, 'editor', joined);
  await eventually(() => noticesTo(last.email).length > 0, { what: 'the last mail', timeoutMs: 60_000 });
  expect(noticesTo(added.email)).toHaveLength(1);
  expect([founder, volunteer, veteran].flatMap(({ email }) => noticesTo(email))).toEqual([]);
});

it('a person who was removed and added again is told again', async () => {
  const founder = await identity.founder();
  const user = await identity.user();
  const team = await identity.tenancy.createTeam(founder.orgId);
  for (const count of [1, 2]) {
    await identity.tenancy.setMember(team, user.id, 'editor', { added_by: founder.id });
    await eventually(() => noticesTo(user.email).length === count, {
      what: `mail ${count}`,
      timeoutMs: 60_000,
    });
    await identity.tenancy.removeMember(team, user.id);
  }
});
