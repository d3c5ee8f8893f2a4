/**
 * Which Postgres server answers. The timeline is read from the name of the log file that is written now: after a promotion, the control
 * file says the old one until the next checkpoint.
 */
import type pg from 'pg';

export interface DatabaseIdentity {
  readonly system: string;
  /** Undefined on a standby, which writes no log of its own. */
  readonly timeline: number | undefined;
  /** When the server was started: another value means that it may have lost its last commits. */
  readonly startedAt: string;
}

/** What an operator is told of a database that takes no writes. */
export const STANDBY = 'The database is a standby: promote it first.';

export function isPrimary(
  identity: DatabaseIdentity,
): identity is DatabaseIdentity & { readonly timeline: number } {
  return identity.timeline !== undefined;
}

interface IdentityRow {
  readonly system: string;
  readonly wal_file: string | null;
  readonly started_at: string;
}

const IDENTITY = `
  select (select system_identifier::text from pg_control_system()) as system,
    case when pg_is_in_recovery() then null else pg_walfile_name(pg_current_wal_lsn()) end as wal_file,
    pg_postmaster_start_time()::text as started_at`;

export async function readIdentity(db: Pick<pg.ClientBase, 'query'>): Promise<DatabaseIdentity> {
  const { rows } = await db.query<IdentityRow>(IDENTITY);
  const [row] = rows;
  if (row === undefined) throw new Error('Postgres did not say which server it is');
  const timeline = row.wal_file === null ? undefined : Number.parseInt(row.wal_file.slice(0, 8), 16);
  return { system: row.system, timeline, startedAt: row.started_at };
}

/** Asks each new connection of a pool which server it leads to, before anything else is asked on it. */
export class IdentityWatch {
  #listener: (identity: DatabaseIdentity | undefined) => void = () => undefined;

  /** There is one listener. It gets undefined when the connection did not say. */
  onConnection(listener: (identity: DatabaseIdentity | undefined) => void): void {
    this.#listener = listener;
  }

  readonly look = async (client: pg.ClientBase): Promise<void> => {
    // A connection that breaks meanwhile says so to its user.
    this.#listener(await readIdentity(client).catch(() => undefined));
  };
}
