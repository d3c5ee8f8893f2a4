/** The example for CloudNativePG: its SQL, run on a real Postgres, gives each service what it needs and nothing of the others'. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate } from '@px0/service-kit';
import { execute, testDatabase } from '@px0/testing';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const root = join(import.meta.dirname, '..', '..');
const services = { identity: 'identity', tenancy: 'tenancy', registry: 'prompt-registry' } as const;

const clusterSchema = z.object({
  kind: z.literal('Cluster'),
  spec: z.object({
    instances: z.number(),
    postgresql: z.object({ synchronous: z.object({ number: z.number(), dataDurability: z.string() }) }),
    bootstrap: z.object({
      initdb: z.object({ owner: z.literal('px0'), postInitApplicationSQL: z.array(z.string()) }),
    }),
    managed: z.object({
      roles: z.array(z.object({ name: z.string(), passwordSecret: z.object({ name: z.string() }) })),
    }),
  }),
});

const { spec } = clusterSchema.parse(
  parse(await readFile(join(root, 'k8s/examples/cloudnative-pg.yaml'), 'utf8')),
);

/** What a role may do with the tables and sequences of a schema. */
interface Rights {
  readonly role: string;
  readonly schema: string;
  readonly tables: number;
  readonly allowed: number;
}

describe('the example for CloudNativePG', () => {
  it('keeps every acknowledged write on two instances, and each role has a secret that the guide names', async () => {
    const { synchronous } = spec.postgresql;
    expect([spec.instances > synchronous.number + 1, synchronous.dataDurability]).toEqual([true, 'required']);
    const guide = await readFile(join(root, 'docs/operations/postgres.md'), 'utf8');
    for (const { name, passwordSecret } of spec.managed.roles) {
      expect(guide).toContain(`\`${passwordSecret.name}\` (\`${name}\`)`);
    }
  });

  it('lets the owner migrate, and each service write its own tables and no other', async () => {
    const database = await testDatabase();
    const asAdmin = (statement: string) => execute(database.url, statement);
    const name = new URL(database.url).pathname.slice(1);
    // The test server's superuser has the name of the example's owner.
    const owner = 'px0_owner';
    const roles = spec.managed.roles.map((role) => role.name);
    try {
      await asAdmin(`create role ${owner} login password 'hunter2'`);
      await asAdmin(`alter database ${name} owner to ${owner}`);
      for (const statement of spec.bootstrap.initdb.postInitApplicationSQL) {
        await asAdmin(statement.replaceAll(/\bpx0\b/g, owner));
      }
      const url = new URL(database.url);
      url.username = owner;
      url.password = 'hunter2';
      for (const [schema, service] of Object.entries(services)) {
        const directory = join(root, 'services', service, 'prisma', 'migrations');
        await migrate({ connectionString: url.href, schema, directory });
      }
      const rows = await execute<Rights>(
        database.url,
        `select role, nspname as schema, count(*)::int as tables,
                count(*) filter (where has_schema_privilege(role, nspname, 'usage') and case relkind
                  when 'S' then has_sequence_privilege(role, c.oid, 'usage')
                  else (select bool_and(has_table_privilege(role, c.oid, wish))
                        from unnest(array['select', 'insert', 'update', 'delete']) as wish)
                  end)::int as allowed
         from pg_class c join pg_namespace n on n.oid = relnamespace, unnest($1::text[]) as role
         where relkind in ('r', 'p', 'S') and nspname = any($2)
         group by 1, 2`,
        [roles, Object.keys(services)],
      );
      expect(rows).toHaveLength(9);
      for (const { role, schema, tables, allowed } of rows) {
        expect([role, schema, allowed]).toEqual([role, schema, role === `px0_${schema}` ? tables : 0]);
        expect(tables).toBeGreaterThan(5);
      }
    } finally {
      const all = [...roles, owner];
      for (const role of all) await asAdmin(`drop owned by ${role} cascade`).catch(() => undefined);
      await database.drop();
      // Roles belong to the server, which other tests use, too.
      const server = database.url.replace(/[^/]+$/, 'postgres');
      for (const role of all) await execute(server, `drop role if exists ${role}`);
    }
  });
});
