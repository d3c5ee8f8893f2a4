/** The rows of prompts: single reads and writes. Lists are in list-store.ts. */
import type { PromptId, TeamId } from '@px0/contracts';
import { type Db, onlyRow, type Tx } from '../database/db.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { type PromptRow, promptColumns } from './prompt-row.ts';
import { searchWords } from './search-words.ts';

export interface NewPrompt {
  readonly id: PromptId;
  readonly teamId: TeamId;
  readonly slug: string;
  readonly name: string;
  readonly description: string;
}

export class PromptStore {
  async byId(db: Db, id: PromptId): Promise<PromptRow | undefined> {
    const rows = await db.$queryRaw<
      PromptRow[]
    >`select ${promptColumns} from prompts p where p.id = ${id}::uuid`;
    return rows[0];
  }

  /**
   * The prompt that a slug names among the given teams. Several teams may use the slug, so the choice follows a rule: active before
   * archived, then the oldest, then the lowest id.
   */
  async bySlug(db: Db, slug: string, teamIds: readonly TeamId[]): Promise<PromptRow | undefined> {
    const rows = await db.$queryRaw<PromptRow[]>`
      select ${promptColumns} from prompts p
      where p.slug = ${slug} and p.team_id = any(${[...teamIds]}::uuid[])
      order by (p.status = 'active') desc, p.created_at, p.id
      limit 1`;
    return rows[0];
  }

  /** Locks the row against every other writer of the prompt until the transaction ends; readers are not held up. */
  async lock(tx: Tx, id: PromptId): Promise<PromptRow | undefined> {
    const rows = await tx.$queryRaw<PromptRow[]>`
      select ${promptColumns} from prompts p where p.id = ${id}::uuid for no key update`;
    return rows[0];
  }

  /** Undefined when the team already uses the name or the slug. */
  async insert(tx: Tx, prompt: NewPrompt): Promise<PromptRow | undefined> {
    const words = searchWords(prompt.name, prompt.slug, prompt.description);
    const rows = await tx.$queryRaw<PromptRow[]>`
      insert into prompts as p (id, team_id, slug, name, description, search)
      values (${prompt.id}::uuid, ${prompt.teamId}::uuid, ${prompt.slug}, ${prompt.name}, ${prompt.description},
        array_to_tsvector(${words}::text[]))
      on conflict do nothing
      returning ${promptColumns}`;
    return rows[0];
  }

  async describe(tx: Tx, { id, name, slug }: PromptRow, description: string): Promise<PromptRow> {
    const words = searchWords(name, slug, description);
    return onlyRow(
      await tx.$queryRaw<PromptRow[]>`
        update prompts p
        set description = ${description}, search = array_to_tsvector(${words}::text[]), updated_at = now()
        where p.id = ${id}::uuid
        returning ${promptColumns}`,
    );
  }

  async setStatus(tx: Tx, id: PromptId, status: PromptRow['status']): Promise<PromptRow> {
    return onlyRow(
      await tx.$queryRaw<PromptRow[]>`
        update prompts p set status = ${status} where p.id = ${id}::uuid returning ${promptColumns}`,
    );
  }

  /**
   * Undefined when the target team already uses the name or the slug. A prompt created there at the same instant makes the statement
   * fail with a unique violation instead; the caller treats both alike.
   */
  async move(tx: Tx, id: PromptId, teamId: TeamId): Promise<PromptRow | undefined> {
    const rows = await tx.$queryRaw<PromptRow[]>`
      update prompts p set team_id = ${teamId}::uuid, updated_at = now()
      where p.id = ${id}::uuid and not exists (
        select from prompts other
        where other.team_id = ${teamId}::uuid and other.id <> p.id and (other.slug = p.slug or other.name = p.name))
      returning ${promptColumns}`;
    return rows[0];
  }

  /**
   * True when tenancy has deleted the team. Holds the answer until the transaction ends: a deletion waits for writers that are under
   * way, and finds what they wrote.
   */
  async isTeamDeleted(tx: Tx, teamId: TeamId): Promise<boolean> {
    // The lock in a statement of its own: a statement sees the database as it was before it waited.
    await tx.$executeRaw`select pg_advisory_xact_lock_shared(${teamLock(teamId)})`;
    const rows = await tx.$queryRaw<{ deleted: boolean }[]>`
      select exists (select from deleted_teams where team_id = ${teamId}::uuid) as deleted`;
    return onlyRow(rows).deleted;
  }
}

/** The advisory lock of a team's content. Shared by those who add to it, exclusive for those who take it away. */
export function teamLock(teamId: TeamId): Prisma.Sql {
  return Prisma.sql`hashtextextended(${`registry team ${teamId}`}, 0)`;
}
