/** The tables to copy. They come from the database itself, so that a backup includes the tables of new migrations. */
import type pg from 'pg';
import { BackupError } from './backup-error.ts';
import { type Schema, schemas } from './contexts.ts';

export interface Table {
  readonly schema: Schema;
  readonly name: string;
  /** Those that are stored: a generated column is made again. */
  readonly columns: readonly string[];
}

interface TableRow extends Table {
  readonly parents: readonly string[];
}

/**
 * All tables of the contexts, each after those that it references. Excludes the migrations' own tables, which a restore fills, and
 * unlogged tables, whose loss the services accept.
 */
export async function tablesOf(client: pg.ClientBase): Promise<readonly Table[]> {
  const { rows } = await client.query<TableRow>(
    `select n.nspname as schema, c.relname as name,
       array(select attname::text from pg_attribute
             where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = '' order by attnum) as columns,
       array(select distinct confrelid::regclass::text from pg_constraint
             where conrelid = c.oid and contype = 'f' and confrelid <> c.oid) as parents
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and c.relpersistence = 'p' and n.nspname = any($1) and c.relname <> '_prisma_migrations'
     order by n.nspname, c.relname`,
    [schemas],
  );
  return ordered(rows);
}

function ordered(rows: readonly TableRow[]): readonly Table[] {
  const done = new Set<string>();
  const result: Table[] = [];
  let left = rows;
  while (left.length > 0) {
    const ready = left.filter(({ parents }) => parents.every((parent) => done.has(unquoted(parent))));
    if (ready.length === 0) throw new BackupError('The foreign keys of the tables form a cycle.');
    for (const { schema, name, columns } of ready) {
      done.add(`${schema}.${name}`);
      result.push({ schema, name, columns });
    }
    left = left.filter((row) => !ready.includes(row));
  }
  return result;
}

function unquoted(name: string): string {
  return name.replaceAll('"', '');
}

/** `schema.table (column, ...)`, quoted. */
export function copyTarget({ schema, name, columns }: Table): string {
  return `${quote(schema)}.${quote(name)} (${columns.map(quote).join(', ')})`;
}

export function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
