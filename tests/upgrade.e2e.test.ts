/**
 * Expand and contract: a database may be a release ahead of the services that run on it, and the oldest migrations with data on them lead
 * to the newest. There is one release so far, so the next one's migrations are played by some that only expand.
 */
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPool, migrate, silentLogger } from '@px0/service-kit';
import {
  eventually,
  type OwnNats,
  type OwnPostgres,
  ownNats,
  ownPostgres,
  startOn,
  type TestPlatform,
  temporaryFolder,
} from '@px0/testing';
import { type Key, type Owner, PASSWORD, type Prompt, World } from '@px0/testing/world';
import { afterAll, beforeAll, expect, it } from 'vitest';

const isLong = process.env['PX0_LONG_TESTS'] === '1';
const root = join(import.meta.dirname, '..');
const schemas = { identity: 'identity', tenancy: 'tenancy', registry: 'prompt-registry' } as const;
type Schema = keyof typeof schemas;
const names: readonly Schema[] = ['identity', 'tenancy', 'registry'];

const migrationsOf = (schema: Schema): string => join(root, 'services', schemas[schema], 'prisma/migrations');

/** Tables that every release has, in each schema one with rows. */
const busiest = { identity: 'users', tenancy: 'teams', registry: 'prompts' } as const;

let nats: OwnNats;
let postgres: OwnPostgres;
let folder = '';
let platform: TestPlatform | undefined;
let world: World;
let owner: Owner;
let key: Key;
let prompt: Prompt;

beforeAll(async () => {
  folder = await temporaryFolder('upgrade');
  [nats, postgres] = await Promise.all([ownNats(), ownPostgres()]);
  await start(postgres.url);
  owner = await world.owner();
  key = await world.key(owner, 'all');
  prompt = await world.prompt(owner, owner.team, 'first');
}, 120_000);

afterAll(async () => {
  await platform?.stop();
  await Promise.all([nats?.close(), postgres?.close()]);
  await rm(folder, { recursive: true, force: true });
});

async function start(databaseUrl: string): Promise<void> {
  platform = await startOn({ databaseUrl, natsUrl: nats.url, streamPrefix: '' }, {}, async () => undefined);
  world = new World(platform);
}

async function query<Row extends object>(
  databaseUrl: string,
  schema: string,
  sql: string,
  values: unknown[] = [],
): Promise<readonly Row[]> {
  const pool = createPool({ connectionString: databaseUrl, schema, logger: silentLogger(), max: 1 });
  try {
    return (await pool.query<Row>(sql, values)).rows;
  } finally {
    await pool.end();
  }
}

/** This release's migrations and one more, as the next release would have them. */
async function nextRelease(schema: Schema): Promise<string> {
  const directory = join(folder, schema);
  await cp(migrationsOf(schema), directory, { recursive: true });
  const next = join(directory, '29991231000000_next_release');
  await mkdir(next);
  const table = busiest[schema];
  const sql = `
    alter table ${table} add column next_release text;
    alter table ${table} add column next_flag boolean not null default false;
    create index ${table}_next_release on ${table} (next_release);
    create table next_release (id uuid primary key, note text not null default '');`;
  await writeFile(join(next, 'migration.sql'), sql);
  return directory;
}

it('the next release’s migrations are applied while this release’s services work, and nobody notices', async () => {
  let over = false;
  const failed: string[] = [];
  let writes = 0;
  const work = async () => {
    for (let round = 1; !over; round += 1) {
      const answers = [
        await world.render(key, prompt),
        await world.ask(owner, 'POST', `/v1/prompts/${prompt.id}/versions`, { template: `round ${round}` }),
        await world.ask(owner, 'PUT', `/v1/teams/${owner.team}`, { name: `Team ${round}` }),
        await world.ask(owner, 'GET', '/v1/auth/me'),
      ];
      writes += 1;
      for (const { status, text } of answers) if (status >= 400) failed.push(`${status} ${text}`);
    }
  };
  const working = work();
  for (const schema of names) {
    const before = writes;
    const directory = await nextRelease(schema);
    expect(await migrate({ connectionString: postgres.url, schema, directory })).toEqual([
      '29991231000000_next_release',
    ]);
    // Writes of this release go on above it.
    await eventually(() => writes >= before + 2, { timeoutMs: 60_000, what: 'two more rounds of work' });
  }
  over = true;
  await working;
  expect(failed).toEqual([]);
}, 120_000);

it.runIf(isLong)(
  'this release’s services start on the next release’s database, as they do when a rollout is rolled back',
  async () => {
    await platform?.stop();
    await start(postgres.url);
    await world.live(owner, prompt, 'on a newer database');
    expect((await world.render(key, prompt)).text).toContain('on a newer database');
    const newcomer = await world.owner();
    await world.prompt(newcomer, newcomer.team, 'of a newcomer');
  },
  120_000,
);

it('data on the oldest migrations is whole after the newest ones, and the services serve it', async () => {
  await world.live(owner, prompt, 'before the upgrade');
  await platform?.stop();
  const before = await rowsOf(postgres.url);
  const oldest = new URL(postgres.url);
  oldest.pathname = '/oldest';
  await query(postgres.url, 'identity', 'create database oldest');
  for (const schema of names) {
    const [first = ''] = (await readdir(migrationsOf(schema))).toSorted().filter((name) => /^\d/.test(name));
    await migrate({
      connectionString: oldest.href,
      schema,
      directory: migrationsOf(schema),
      only: new Set([first]),
    });
    await fill(oldest.href, schema, before.get(schema) ?? {});
  }
  const loaded = await rowsOf(oldest.href);
  for (const schema of names)
    await migrate({ connectionString: oldest.href, schema, directory: migrationsOf(schema) });
  const after = await rowsOf(oldest.href);
  for (const schema of names) {
    for (const [table, rows] of Object.entries(loaded.get(schema) ?? {})) {
      // Every row with every value that it had; columns that came are beside them.
      expect([table, after.get(schema)?.[table]]).toMatchObject([table, rows]);
    }
  }
  await nats.kill();
  await nats.wipe();
  await nats.start();
  await start(oldest.href);
  const again = { ...owner, token: await world.login(owner.email, PASSWORD) };
  expect((await world.render(key, prompt)).text).toContain('before the upgrade');
  await world.live(again, prompt, 'after the upgrade');
  expect((await world.render(key, prompt)).text).toContain('after the upgrade');
}, 180_000);

type Rows = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** Every row of every table, by schema and table; keys sorted, rows by their text. */
async function rowsOf(databaseUrl: string): Promise<ReadonlyMap<Schema, Rows>> {
  const all = new Map<Schema, Rows>();
  for (const schema of names) {
    const tables = await query<{ name: string }>(
      databaseUrl,
      schema,
      `select relname as name from pg_class where relnamespace = $1::regnamespace and relkind = 'r' and relpersistence = 'p'
       and relname not in ('_prisma_migrations', 'next_release') order by relname`,
      [schema],
    );
    const entries = await Promise.all(
      tables.map(async ({ name }) => {
        const rows = await query<{ row: Record<string, unknown> }>(
          databaseUrl,
          schema,
          `select to_jsonb(t) as row from ${name} t order by t::text collate "C"`,
        );
        return [name, rows.map(({ row }) => row)] as const;
      }),
    );
    all.set(schema, Object.fromEntries(entries));
  }
  return all;
}

/** Puts rows into the tables that exist, without the columns that do not exist yet. */
async function fill(databaseUrl: string, schema: Schema, rows: Rows): Promise<void> {
  const columns = await query<{ table: string; columns: string }>(
    databaseUrl,
    schema,
    `select relname as table, string_agg(quote_ident(attname), ', ' order by attnum) as columns
     from pg_attribute join pg_class on pg_class.oid = attrelid
     where relnamespace = $1::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped and attgenerated = ''
     group by relname`,
    [schema],
  );
  for (const { table, columns: list } of columns) {
    const these = rows[table];
    if (these === undefined) continue;
    // Migrations put rows of their own into some.
    await query(databaseUrl, schema, `delete from ${table}`);
    // References and triggers were judged when the rows were first written.
    await query(
      databaseUrl,
      schema,
      `with quiet as (select set_config('session_replication_role', 'replica', true))
       insert into ${table} (${list}) overriding system value
       select ${list} from quiet, jsonb_populate_recordset(null::${table}, $1::jsonb)`,
      [JSON.stringify(these)],
    );
  }
  for (const sequence of await query<{ sequence: string; table: string; column: string }>(
    databaseUrl,
    schema,
    `select pg_get_serial_sequence(quote_ident(relname), attname) as sequence, relname as table, attname as column
     from pg_attribute join pg_class on pg_class.oid = attrelid
     where relnamespace = $1::regnamespace and relkind = 'r' and attidentity <> ''`,
    [schema],
  )) {
    await query(
      databaseUrl,
      schema,
      `select setval($1, coalesce((select max(${sequence.column}) from ${sequence.table}), 0) + 1, false)`,
      [sequence.sequence],
    );
  }
}

it('a migration after the first only expands, unless it says which release needed what it removes', async () => {
  const contracting =
    /\bdrop\s+(?:table|column|constraint|type)\b|\brename\b|\bset\s+not\s+null\b|\balter\s+column\s+\S+\s+(?:set\s+data\s+)?type\b|\btruncate\b/i;
  const required =
    /\badd\s+column\b(?:(?!,|;|default)[\s\S])*\bnot\s+null\b(?:(?!,|;|default)[\s\S])*(?:,|;|$)/i;
  const wrong: string[] = [];
  for (const schema of names) {
    const [, ...later] = (await readdir(migrationsOf(schema))).toSorted().filter((name) => /^\d/.test(name));
    for (const name of later) {
      const sql = await readFile(join(migrationsOf(schema), name, 'migration.sql'), 'utf8');
      const statements = sql.replace(/--.*$/gm, '');
      const says = /^-- contract: last used by \S+$/m.test(sql);
      if (!says && (contracting.test(statements) || required.test(statements)))
        wrong.push(`${schema} ${name}`);
    }
  }
  expect(wrong).toEqual([]);
  const examples = [
    'alter table a drop column b;',
    'alter table a rename to b;',
    'alter table a add column b text not null;',
  ];
  expect(examples.map((sql) => contracting.test(sql) || required.test(sql))).toEqual([true, true, true]);
  expect(required.test('alter table a add column b text not null default 1;')).toBe(false);
});
