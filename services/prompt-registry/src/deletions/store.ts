/** The rows of teams that tenancy has deleted, and the removal of what belonged to them in bounded steps. */
import type { PromptId, TeamId } from '@px0/contracts';
import type { Tx } from '../database/db.ts';
import { teamLock } from '../prompts/mod.ts';

export interface VersionKey {
  readonly promptId: PromptId;
  readonly number: number;
}

export class DeletedTeamStore {
  /** Waits for writers that are adding to the team; whoever comes later is refused. */
  async add(tx: Tx, teamId: TeamId): Promise<void> {
    await tx.$executeRaw`select pg_advisory_xact_lock(${teamLock(teamId)})`;
    await tx.$executeRaw`insert into deleted_teams (team_id) values (${teamId}::uuid) on conflict do nothing`;
  }

  /** A team whose content is not gone yet and that no other replica works on. Held until the transaction ends. */
  async claim(tx: Tx): Promise<TeamId | undefined> {
    const rows = await tx.$queryRaw<{ teamId: TeamId }[]>`
      select team_id as "teamId" from deleted_teams where finished_at is null
      order by deleted_at limit 1 for update skip locked`;
    return rows[0]?.teamId;
  }

  async deleteVersions(tx: Tx, teamId: TeamId, limit: number): Promise<VersionKey[]> {
    return tx.$queryRaw<VersionKey[]>`
      delete from prompt_versions where id in (
        select v.id from prompts p join prompt_versions v on v.prompt_id = p.id where p.team_id = ${teamId}::uuid limit ${limit}::int)
      returning prompt_id as "promptId", version as number`;
  }

  /** Prompts without versions; what else belongs to them goes along. */
  async deletePrompts(tx: Tx, teamId: TeamId, limit: number): Promise<PromptId[]> {
    const rows = await tx.$queryRaw<{ id: PromptId }[]>`
      with gone as (
        delete from prompts where id in (
          select p.id from prompts p
          where p.team_id = ${teamId}::uuid and not exists (select from prompt_versions v where v.prompt_id = p.id)
          limit ${limit}::int)
        returning id),
      audit as (delete from audit_entries where prompt_id in (select id from gone)),
      usage as (delete from render_usage where prompt_id in (select id from gone))
      select id from gone`;
    return rows.map(({ id }) => id);
  }

  /** Nothing of the team is left. */
  async finish(tx: Tx, teamId: TeamId): Promise<void> {
    await tx.$executeRaw`update deleted_teams set finished_at = now() where team_id = ${teamId}::uuid`;
  }
}
