import type { StateOf } from '@px0/contracts';
import { eventually, testBus } from '@px0/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Change } from '../src/changes/change.ts';
import { Changes, type Publishing } from '../src/changes/changes.ts';
import type { ChangeRules } from '../src/changes/rules.ts';
import type { Reader } from '../src/database/database.ts';
import { sql } from '../src/database/sql.ts';
import { StatementGuard } from '../src/database/statement-guard.ts';
import { closer, type Owner, openOwner } from './support.ts';

type Note = { readonly action: string };
type Rules = ChangeRules<'organization', string, Note>;

const rules: Rules = {
  entities: {
    organization: {
      tables: ['organizations'],
      read: async (rows: Reader, ids: readonly string[]) => {
        const found = await rows.query<{ id: string; name: string }>(
          sql`SELECT id, name FROM organizations WHERE id = ANY(${[...ids]}::text[])`,
        );
        return new Map(
          found.map(({ id, name }): [string, StateOf<'organization'>] => [
            id,
            { name, created_at: '2026-01-01T00:00:00.000Z' },
          ]),
        );
      },
    },
  },
  actorOf: ({ kind }) => kind,
  chainNote: ({ action }) => ({ action }),
  auditStatement: (actor, notes) =>
    sql`INSERT INTO audit (actor, action) SELECT ${actor}, action FROM unnest(${notes.map(({ action }) => action)}::text[]) AS action`,
};

let cleanups = closer();
let owner: Owner;
let changes: Changes<'organization', string, Note>;

beforeEach(async () => {
  cleanups = closer();
  owner = await openOwner(await testBus(), cleanups);
  await owner.pool.query(
    `CREATE TABLE organizations (id text PRIMARY KEY, name text NOT NULL);
     CREATE TABLE audit (actor text, action text);
     CREATE TABLE notes (text text)`,
  );
  const guard = new StatementGuard(['organizations']);
  changes = new Changes({ client: owner.client, outbox: owner.outbox, guard, rules });
  await owner.projection.whenReady();
});
afterEach(() => cleanups.run());

const insert = (id: string, name: string, publishing?: Publishing) =>
  changes.make(
    'ada',
    async (change) => {
      await change.write(
        'organization',
        id,
        sql`INSERT INTO organizations VALUES (${id}, ${name}) RETURNING id`,
      );
      await change.audit({ action: 'created' });
    },
    publishing,
  );

const rename = (id: string, name: string) =>
  changes.make('ada', (change) =>
    change.write<{ id: string }>(
      'organization',
      (row) => row.id,
      sql`UPDATE organizations SET name = ${name} WHERE id = ${id} RETURNING id`,
    ),
  );

async function rows(query: string): Promise<unknown[]> {
  return (await owner.pool.query(query)).rows;
}

async function revisionOf(id: string): Promise<unknown> {
  return (await rows(`SELECT revision::int FROM outbox WHERE subject LIKE '%.organization.${id}'`))[0];
}

describe('a change', () => {
  it.each<Publishing>(['inline', 'awaited', 'relay'])(
    'commits row, event and audit entry together: %s',
    async (how) => {
      await insert('o1', 'one', how);
      expect(await rows('SELECT * FROM organizations')).toEqual([{ id: 'o1', name: 'one' }]);
      expect(await rows('SELECT * FROM audit')).toEqual([{ actor: 'ada', action: 'created' }]);
      await eventually(() => owner.view.nameOf('o1') === 'one');
    },
  );

  it('publishes what the rows say at its end, once, however often it wrote them', async () => {
    await changes.make('ada', async (change) => {
      await change.write(
        'organization',
        'o1',
        sql`INSERT INTO organizations VALUES ('o1', 'first') RETURNING id`,
      );
      await change.write('organization', 'o1', sql`UPDATE organizations SET name = 'last' RETURNING id`);
    });
    await eventually(() => owner.view.nameOf('o1') === 'last');
    expect(owner.view.applied.filter(({ subject }) => subject.endsWith('o1'))).toEqual([
      { subject: expect.any(String), revision: 1 },
    ]);
  });

  it('publishes the end of an entity whose rows are gone, once', async () => {
    await insert('o1', 'one');
    const end = () =>
      changes.make('ada', (change) =>
        change.write('organization', 'o1', sql`DELETE FROM organizations WHERE id = 'o1' RETURNING id`),
      );
    await end();
    await eventually(() => owner.view.states.get('o1')?.deleted === true);
    await end();
    expect(await revisionOf('o1')).toEqual({ revision: 2 });
  });

  it('publishes nothing when no row was written, or the public state is what it was', async () => {
    await insert('o1', 'one');
    await rename('o1', 'one');
    await rename('o2', 'two');
    expect(await revisionOf('o1')).toEqual({ revision: 1 });
    expect(await revisionOf('o2')).toBeUndefined();
    await rename('o1', 'other');
    expect(await revisionOf('o1')).toEqual({ revision: 2 });
  });

  it('leaves nothing behind when it fails', async () => {
    const failing = changes.make('ada', async (change) => {
      await change.write(
        'organization',
        'o1',
        sql`INSERT INTO organizations VALUES ('o1', 'one') RETURNING id`,
      );
      await change.audit({ action: 'created' });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await rows('SELECT id FROM organizations UNION ALL SELECT actor FROM audit')).toEqual([]);
    expect(await revisionOf('o1')).toBeUndefined();
  });

  it('wakes what follows its commit, with what it wrote to be seen, and nothing when it fails', async () => {
    const woken: string[] = [];
    const attempt = (id: string, fails: boolean) =>
      changes.make('ada', async (change) => {
        change.afterCommit(() => woken.push(id));
        await change.writePrivate(sql`INSERT INTO notes VALUES (${id})`);
        expect(woken).not.toContain(id);
        if (fails) throw new Error('no');
      });
    await expect(attempt('o1', true)).rejects.toThrow('no');
    await attempt('o2', false);
    expect(woken).toEqual(['o2']);
  });

  it('refuses to write an entity as if it were private, and to write in a query', async () => {
    const attempt = (work: (change: Change<'organization', string, Note>) => Promise<unknown>) =>
      changes.make('ada', work);
    await expect(attempt((change) => change.writePrivate(sql`DELETE FROM organizations`))).rejects.toThrow(
      'with its event',
    );
    await expect(attempt((change) => change.query(sql`DELETE FROM organizations`))).rejects.toThrow(
      'must not write',
    );
    await attempt((change) => change.writePrivate(sql`INSERT INTO notes VALUES ('x')`));
    expect(await rows('SELECT * FROM notes')).toEqual([{ text: 'x' }]);
  });

  it('is made again after a deadlock, and then commits once', async () => {
    await insert('o1', 'one');
    await insert('o2', 'two');
    let met = 0;
    const bothHoldOne = Promise.withResolvers<void>();
    const cross = (first: string, second: string) =>
      changes.make('ada', async (change) => {
        const lock = (id: string) =>
          change.query(sql`SELECT id FROM organizations WHERE id = ${id} FOR UPDATE`);
        await lock(first);
        met += 1;
        if (met === 2) bothHoldOne.resolve();
        await bothHoldOne.promise;
        await lock(second);
        await change.audit({ action: 'crossed' });
      });
    await Promise.all([cross('o1', 'o2'), cross('o2', 'o1')]);
    expect(await rows(`SELECT * FROM audit WHERE action = 'crossed'`)).toHaveLength(2);
    expect(met).toBeGreaterThan(2);
  });
});

describe('the types', () => {
  /** Never run: the compiler refuses each marked line, so a store has no other way to an entity's rows. */
  const store = async (change: Change<'organization', string, Note>, reader: Reader) => {
    // @ts-expect-error a change hands out no transaction
    await change.tx.query('DELETE FROM organizations');
    // @ts-expect-error a write names the entity whose event tells of it
    await change.write(sql`DELETE FROM organizations RETURNING id`);
    // @ts-expect-error a write names an entity that this service owns
    await change.write('prompt', 'p1', sql`DELETE FROM prompts RETURNING id`);
    // @ts-expect-error bodies belong to the owner of prompts
    await change.writeBody('p1', 1, { template: 'text' });
    // @ts-expect-error a statement is composed with `sql`, never a text
    await change.query('SELECT 1');
    // @ts-expect-error a reader has no way to write
    await reader.writePrivate(sql`DELETE FROM organizations`);
  };

  it('give a store nothing but the change', () => {
    expect(store).toBeTypeOf('function');
    expect(Object.keys(Change.prototype)).toEqual([]);
  });
});
