import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OwnDatabase, ownDatabase } from '../../test/own-database.ts';
import { silentChanges } from '../../test/silent-changes.ts';
import { lockOrganizations, systemActor } from '../authority/mod.ts';
import { insertOrganization } from '../organizations/store.ts';
import type { Changes } from './changes.ts';

let own: OwnDatabase;
let changes: Changes;
let one: string;
let two: string;

beforeAll(async () => {
  own = await ownDatabase();
  changes = silentChanges(own.database);
  [one, two] = [await createOrganization('one'), await createOrganization('two')];
});
afterAll(() => own?.close());

async function createOrganization(name: string): Promise<string> {
  const organization = { name, nameExempt: false };
  return (await changes.make(systemActor, (change) => insertOrganization(change, organization))).id;
}

test('of two changes that wait for each other, the one that Postgres ends is made again', async () => {
  let attempts = 0;
  const bothHold = barrier(2);
  const lockBoth = (first: string, second: string) =>
    changes.make(systemActor, async ({ tx }) => {
      attempts++;
      await lockOrganizations(tx, [first]);
      await bothHold();
      await lockOrganizations(tx, [second]);
    });
  await Promise.all([lockBoth(one, two), lockBoth(two, one)]);
  expect(attempts).toBeGreaterThanOrEqual(3);
});

test('any other failure is not repeated, and undoes the change', async () => {
  let attempts = 0;
  const failing = changes.make(systemActor, async (change) => {
    attempts++;
    await change.audit({ action: 'team.deleted', orgId: one, details: { name: 'never' } });
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(attempts).toBe(1);
  const entries = await own.database.auditEntry.count({
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
