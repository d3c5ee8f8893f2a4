import { createPool } from '@px0/service-kit';
import { testDatabase } from '@px0/testing';
import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PoolClient, type SqlTransaction } from '../src/database/sql-client.ts';
import { closer, logger } from './support.ts';

const cleanups = closer();
let pool: pg.Pool;
let client: PoolClient;

beforeAll(async () => {
  const database = await testDatabase();
  cleanups.add('database', () => database.drop());
  pool = createPool({ connectionString: database.url, schema: 'public', logger, max: 1 });
  cleanups.add('pool', () => pool.end());
  await pool.query('CREATE TABLE notes (text text)');
  client = new PoolClient(pool, logger);
});
afterAll(() => cleanups.run());

const note = (tx: SqlTransaction, text: string) => tx.query('INSERT INTO notes VALUES ($1)', [text]);
const notes = async () =>
  (await client.query<{ text: string }>('SELECT text FROM notes', [])).map(({ text }) => text);

it('a transaction commits what it wrote, and returns what the work returned', async () => {
  expect(await client.transaction(async (tx) => (await note(tx, 'kept')).length)).toBe(0);
  expect(await notes()).toEqual(['kept']);
});

it('a transaction whose work fails leaves nothing, and its connection can be used again', async () => {
  const failing = client.transaction(async (tx) => {
    await note(tx, 'lost');
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await notes()).toEqual(['kept']);
});

it('a transaction in which a statement failed is no success, even when the work hides the failure', async () => {
  const hiding = client.transaction(async (tx) => {
    await note(tx, 'lost');
    await tx.query('SELECT 1 / 0', []).catch(() => undefined);
  });
  await expect(hiding).rejects.toThrow('nothing was committed');
  expect(await notes()).toEqual(['kept']);
});

it('what is sent runs in its turn, and is answered before the transaction returns', async () => {
  const answered: unknown[] = [];
  const seen = await client.transaction(async (tx) => {
    tx.send('INSERT INTO notes VALUES ($1) RETURNING text', ['sent'], (rows) => answered.push(...rows));
    const rows = await tx.query(`DELETE FROM notes WHERE text = 'sent' RETURNING text`, []);
    tx.send('SELECT count(*)::int AS count FROM notes', [], (counts) => answered.push(...counts));
    return rows;
  });
  expect(seen).toEqual([{ text: 'sent' }]);
  expect(answered).toEqual([{ text: 'sent' }, { count: 1 }]);
});

it.each([
  ['at the end', () => Promise.resolve()],
  ['before others', (tx: SqlTransaction) => note(tx, 'lost').then(() => undefined)],
  [
    'before others, whose failure the work hides',
    (tx: SqlTransaction) => note(tx, 'lost').then(undefined, () => undefined),
  ],
])('what is sent %s and fails is what the transaction fails with', async (_, after) => {
  const failing = client.transaction(async (tx) => {
    await note(tx, 'lost');
    tx.send('SELECT 1 / 0', []);
    tx.send(`INSERT INTO notes VALUES ('lost')`, []);
    await after(tx);
  });
  await expect(failing).rejects.toThrow('division by zero');
  expect(await notes()).toEqual(['kept']);
});

it('work that fails for its own reasons before anything is sent leaves nothing behind', async () => {
  const failing = client.transaction(async (tx) => {
    tx.send(`INSERT INTO notes VALUES ('lost')`, []);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await notes()).toEqual(['kept']);
});

it('a connection that breaks in a transaction fails that one only', async () => {
  const broken = client.transaction(async (tx) => {
    await note(tx, 'lost');
    await tx.query('SELECT pg_terminate_backend(pg_backend_pid())', []);
  });
  await expect(broken).rejects.toThrow();
  expect(await notes()).toEqual(['kept']);
});

it('a statement that transactions run often is prepared, and prepared anew when a migration has changed a type', async () => {
  const find = () =>
    client.transaction((tx) =>
      tx.query<{ text: string }>('SELECT text FROM notes WHERE text = $1', ['kept']),
    );
  const prepared = async () =>
    await client.query('SELECT 1 FROM pg_prepared_statements WHERE statement LIKE $1', [
      'SELECT text FROM notes WHERE%',
    ]);
  await find();
  expect(await prepared()).toEqual([]);
  for (let times = 0; times < 9; times++) expect(await find()).toEqual([{ text: 'kept' }]);
  expect(await prepared()).toHaveLength(1);
  await pool.query('ALTER TABLE notes ALTER COLUMN text TYPE varchar(100)');
  await expect(find()).rejects.toThrow('cached plan');
  for (let times = 0; times < 9; times++) expect(await find()).toEqual([{ text: 'kept' }]);
});
