/** What a test file gets from the run's shared servers: a database of its own, and a stream prefix of its own. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

export interface TestBus {
  readonly servers: string;
  readonly streamPrefix: string;
}

/** A new, empty database on the run's Postgres. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = await ask('postgres');
  const name = `test_${randomName()}`;
  await execute(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => {
      await execute(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** The run's NATS with a unique stream prefix; the streams go with the server. */
export async function testBus(): Promise<TestBus> {
  return { servers: await ask('nats'), streamPrefix: `t${randomName()}` };
}

async function ask(server: 'postgres' | 'nats'): Promise<string> {
  const broker = inject('testServers');
  const response = await fetch(`${broker}/${server}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`the test run's ${server} server did not start: ${text}`);
  return text;
}

/** Runs one statement on a connection of its own, with none of px0's settings, and returns its rows. */
export async function execute<Row extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}

/** Letters and digits only: it becomes part of database, stream and subject names. */
function randomName(): string {
  return randomBytes(6).toString('hex');
}
