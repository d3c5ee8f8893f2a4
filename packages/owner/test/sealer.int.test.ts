/** The sealer on a real Postgres: nothing is left out, sealed twice or out of order, whoever writes and whatever is killed. */
import { randomUUID } from 'node:crypto';
import { eventually } from '@px0/testing';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Sealer, type SealerOptions } from '../src/audit/sealer.ts';
import { PoolClient } from '../src/database/sql-client.ts';
import { type AuditTables, insertEntry, openAudit, sealedIn, unsealedIn, verified } from './audit-support.ts';
import { closer, logger } from './support.ts';

let cleanups = closer();
let tables: AuditTables;

beforeEach(() => {
  cleanups = closer();
});
afterEach(() => cleanups.run());

function sealerOf(options: Partial<SealerOptions> = {}): Sealer {
  return new Sealer({
    context: 'registry',
    client: tables.client,
    organizationOf: () => undefined,
    logger,
    ...options,
  });
}

/** Until there is nothing more to do. */
async function sealAll(options: Partial<SealerOptions> = {}): Promise<void> {
  const sealer = sealerOf(options);
  while ((await sealer.step()) === 'more');
  await sealer.stop();
}

describe('sealing', () => {
  beforeEach(async () => {
    tables = await openAudit(cleanups);
  });

  it('gives each organization a chain of its own, in the order of its entries', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    for (const orgId of [one, other, one, one]) await insertEntry(tables.pool, { orgId });
    await sealAll();
    await insertEntry(tables.pool, { orgId: other });
    await sealAll();
    expect((await sealedIn(tables)).map(({ orgId, id }) => [orgId, id])).toEqual(
      [
        [one, '1'],
        [one, '3'],
        [one, '4'],
        [other, '2'],
        [other, '5'],
      ].toSorted(([a = ''], [b = '']) => a.localeCompare(b)),
    );
    expect(await verified(tables)).toHaveLength(2);
    expect(await unsealedIn(tables)).toEqual([]);
  });

  it('asks one question when there is nothing to do', async () => {
    const statements: string[] = [];
    const client = Object.assign(new PoolClient(tables.pool, logger), {
      query: async (text: string, values: readonly unknown[]) => {
        statements.push(text);
        return (await tables.pool.query(text, [...values])).rows;
      },
      transaction: () => Promise.reject(new Error('a transaction')),
    });
    await sealAll({ client });
    expect(statements).toHaveLength(1);
  });

  it('seals what an older process wrote without its organization, by the team', async () => {
    const [orgId, teamId, goneTeam] = [randomUUID(), randomUUID(), randomUUID()];
    await insertEntry(tables.pool, { orgId, teamId: goneTeam });
    await insertEntry(tables.pool, { teamId });
    await insertEntry(tables.pool, { teamId: goneTeam });
    const unknown = await insertEntry(tables.pool, { teamId: randomUUID() });
    const ofNone = await insertEntry(tables.pool);
    const organizationOf = (id: string) => (id === teamId ? orgId : undefined);
    await sealAll({ organizationOf });
    await sealAll({ organizationOf });
    expect((await sealedIn(tables)).map(({ id }) => id)).toEqual(['1', '2', '3']);
    // A projection may be behind; whoever belongs to no organization is in no chain.
    expect(await unsealedIn(tables)).toEqual([unknown]);
    await tables.pool.query(`UPDATE audit_unsealed SET since = since - interval '1 hour'`);
    await sealAll({ organizationOf });
    expect(await unsealedIn(tables)).toEqual([]);
    expect((await sealedIn(tables)).map(({ id }) => id)).not.toContain(ofNone);
  });

  it('puts what a restore wrote before all that waits', async () => {
    const orgId = randomUUID();
    await insertEntry(tables.pool, { orgId });
    const restored = await insertEntry(tables.pool, { orgId, action: 'audit.restored' });
    await tables.pool.query('UPDATE audit_unsealed SET first = true WHERE entry_id = $1', [restored]);
    await sealAll();
    expect((await sealedIn(tables)).map(({ action }) => action)).toEqual([
      'audit.restored',
      'prompt.created',
    ]);
  });

  it('leaves each entry sealed once, whenever its connection is killed', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    let steps = 0;
    for (const moment of ['before', 'after'] as const) {
      for (let nth = 1, killed = true; killed; nth++) {
        for (const orgId of [one, other, one]) await insertEntry(tables.pool, { orgId });
        const killing = killingClient(tables.pool, nth, moment);
        await sealerOf({ client: killing.client })
          .step()
          .catch(() => undefined);
        killed = killing.killed();
        steps += 1;
        // The server may need a moment to end the connection, and with it the lock.
        await eventually(
          async () => {
            await sealAll();
            return (await unsealedIn(tables)).length === 0;
          },
          { what: 'all entries are sealed' },
        );
      }
    }
    // Each of them was met: the beginning, the statements, and the commit.
    expect(steps).toBeGreaterThan(10);
    expect(await sealedIn(tables)).toHaveLength(steps * 3);
    expect(await verified(tables)).toHaveLength(2);
  });

  it('misses nothing of writers that wait and roll back, with two sealers at once', async () => {
    const orgs = [randomUUID(), randomUUID()];
    const prompts = Array.from({ length: 4 }, () => randomUUID());
    const sealers = [sealerOf({ pauseMs: 20 }), sealerOf({ pauseMs: 20 })];
    for (const sealer of sealers) {
      sealer.start();
      cleanups.add('sealer', () => sealer.stop());
    }
    const kept: string[] = [];
    await tables.pool.query('CREATE TABLE prompts (id uuid PRIMARY KEY)');
    for (const id of prompts) await tables.pool.query('INSERT INTO prompts VALUES ($1)', [id]);
    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let round = 0; round < 25; round++) {
          const client = await tables.pool.connect();
          const promptId = prompts[(writer * 7 + round * 3) % prompts.length] ?? '';
          await client.query('BEGIN');
          await client.query('SELECT FROM prompts WHERE id = $1 FOR UPDATE', [promptId]);
          const id = await insertEntry(client, { orgId: orgs[round % 2] ?? '', promptId });
          if ((writer + round) % 3 === 0) await client.query('SELECT pg_sleep(0.01)');
          const isKept = (writer + round) % 4 !== 0;
          await client.query(isKept ? 'COMMIT' : 'ROLLBACK');
          client.release();
          if (isKept) kept.push(id);
          sealers[writer % 2]?.wake();
        }
      }),
    );
    await eventually(async () => (await unsealedIn(tables)).length === 0, { what: 'all entries are sealed' });
    const sealed = await sealedIn(tables);
    expect(sealed.map(({ id }) => Number(id)).toSorted((a, b) => a - b)).toEqual(
      kept.map(Number).toSorted((a, b) => a - b),
    );
    expect(await verified(tables)).toHaveLength(2);
    for (const orgId of orgs) {
      for (const promptId of prompts) {
        const ids = sealed
          .filter((row) => row.orgId === orgId && row.promptId === promptId)
          .map(({ id }) => Number(id));
        expect(ids).toEqual(ids.toSorted((a, b) => a - b));
      }
    }
  });
});

it('seals what is older than the chain first, in steps', async () => {
  const orgId = randomUUID();
  tables = await openAudit(cleanups, async (pool) => {
    await pool.query(
      `INSERT INTO audit_entries (org_id, action) SELECT $1, 'old' FROM generate_series(1, 1200)`,
      [orgId],
    );
  });
  await insertEntry(tables.pool, { orgId, action: 'new' });
  const sealer = sealerOf();
  expect(await sealer.step()).toBe('more');
  expect((await sealedIn(tables)).map(({ action }) => action)).toEqual(Array(500).fill('old'));
  await sealAll();
  const sealed = await sealedIn(tables);
  expect(sealed.map(({ id }) => Number(id))).toEqual(Array.from({ length: 1201 }, (_, index) => index + 1));
  expect(sealed.at(-1)?.action).toBe('new');
  expect(await verified(tables)).toHaveLength(1);
});

/** A client whose connection is ended by the server at its nth statement, `before` it runs or `after`. */
function killingClient(pool: pg.Pool, nth: number, moment: 'before' | 'after') {
  let statements = 0;
  let killed = false;
  const kill = async (pid: number) => {
    killed = true;
    await pool.query('SELECT pg_terminate_backend($1)', [pid]);
  };
  const connect = async () => {
    const connection = await pool.connect();
    // It is ended on purpose.
    connection.on('error', () => undefined);
    const { rows } = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const pid = rows[0]?.pid ?? 0;
    return new Proxy(connection, {
      get: (target, name) => {
        if (name !== 'query') {
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        }
        return async (text: string, values?: unknown[]) => {
          statements += 1;
          const isTurn = statements === nth;
          if (isTurn && moment === 'before') await kill(pid);
          const result = await target.query(text, values);
          if (isTurn && moment === 'after') {
            await kill(pid);
            throw new Error('the process ended here');
          }
          return result;
        };
      },
    });
  };
  const killing = new Proxy(pool, {
    get: (target, name) => {
      if (name === 'connect') return connect;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { client: new PoolClient(killing, logger), killed: () => killed };
}
