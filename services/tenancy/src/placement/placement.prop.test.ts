import { randomUUID } from 'node:crypto';
import type { StateEvent, StateOf } from '@px0/contracts';
import { sql } from '@px0/owner';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OwnDatabase, ownDatabase } from '../../test/own-database.ts';
import { systemActor } from '../authority/mod.ts';
import { placeUser } from './placement.ts';

let own: OwnDatabase;

beforeAll(async () => {
  own = await ownDatabase();
});
afterAll(() => own?.close());

/** A user's life: what is said at each revision, from 1 on. Undefined: they are deleted, which is always the last. */
const life = fc
  .tuple(fc.array(fc.emailAddress(), { minLength: 1, maxLength: 5 }), fc.boolean())
  .map(([addresses, ends]) => (ends ? [...addresses, undefined] : addresses));

/** Deliveries of it: repeated, dropped and out of order, but the last revision comes at some time. */
const deliveries = life.chain((states) =>
  fc.record({
    states: fc.constant(states),
    order: fc
      .array(fc.integer({ min: 0, max: states.length - 1 }), { maxLength: 8 })
      .chain((some) => fc.shuffledSubarray([...some, states.length - 1], { minLength: some.length + 1 })),
  }),
);

it('in whatever order a user’s events come, the end is that of the last one', async () => {
  await fc.assert(
    fc.asyncProperty(deliveries, async ({ states, order }) => {
      const id = randomUUID();
      for (const index of order) {
        await own.changes.make(systemActor, (change) =>
          placeUser(change, eventOf(id, index + 1, states[index])),
        );
      }
      const [user] = await own.database.query<{ revision: number; email: string; deleted: boolean }>(
        sql`SELECT revision::int AS revision, email, deleted_at IS NOT NULL AS deleted FROM users WHERE id = ${id}::uuid`,
      );
      const last = states.at(-1);
      expect(user).toEqual({ revision: states.length, email: last ?? '', deleted: last === undefined });
      const memberships = await own.database.query<{ role: string }>(
        sql`SELECT role FROM memberships WHERE user_id = ${id}::uuid`,
      );
      expect(memberships.map(({ role }) => role)).toEqual(last === undefined ? [] : ['admin']);
    }),
    { numRuns: 60 },
  );
});

function eventOf(id: string, revision: number, email: string | undefined): StateEvent<'user'> {
  const stamp = { name: 'user', id, revision, subject: `px0.state.identity.user.${id}`, time: '' } as const;
  if (email === undefined) return { ...stamp, deleted: true, state: undefined };
  const state: StateOf<'user'> = {
    email,
    is_verified: true,
    is_admin: false,
    created_at: new Date(0).toISOString(),
    placement: { kind: 'default-organization' },
    sessions: { floor: 0, revoked: [] },
  };
  return { ...stamp, deleted: false, state };
}
