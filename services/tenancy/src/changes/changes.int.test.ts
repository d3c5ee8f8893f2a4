import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Founder, RunningTenancy } from '../../test/running-tenancy.ts';
import { silentChanges } from '../../test/silent-changes.ts';
import { lockOrganizations, systemActor } from '../authority/mod.ts';

let tenancy: RunningTenancy;
let one: Founder;
let two: Founder;

beforeAll(async () => {
  tenancy = await RunningTenancy.start();
  [one, two] = [await tenancy.founder(), await tenancy.founder()];
});
afterAll(() => tenancy?.stop());

test('of two changes that wait for each other, the one that Postgres ends is made again', async () => {
  const changes = silentChanges(tenancy.database);
  let attempts = 0;
  const bothHold = barrier(2);
  const lockBoth = (first: Founder, second: Founder) =>
    changes.make(systemActor, async ({ tx }) => {
      attempts++;
      await lockOrganizations(tx, [first.orgId]);
      await bothHold();
      await lockOrganizations(tx, [second.orgId]);
    });
  await Promise.all([lockBoth(one, two), lockBoth(two, one)]);
  expect(attempts).toBe(3);
});

test('any other failure is not repeated, and undoes the change', async () => {
  let attempts = 0;
  const failing = silentChanges(tenancy.database).make(systemActor, async (change) => {
    attempts++;
    await change.audit({ action: 'team.deleted', orgId: one.orgId, details: { name: 'never' } });
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(attempts).toBe(1);
  const entries = await tenancy.database.auditEntry.count({
    where: { details: { path: ['name'], equals: 'never' } },
  });
  expect(entries).toBe(0);
});

/** Lets nobody pass before `count` have come, and everybody afterwards. */
function barrier(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  return () => {
    waiting++;
    if (waiting >= count) resolve();
    return promise;
  };
}
