/** Teams in Postgres. Each write says the new state, or the end, to the other services in the same transaction. */
import { randomUUID } from 'node:crypto';
import type { OrganizationId, TeamId } from '@px0/contracts';
import type { Change } from '../changes/mod.ts';
import type { Tx } from '../database.ts';
import { nameKey } from '../names/name.ts';

export interface TeamRow {
  readonly id: TeamId;
  readonly orgId: OrganizationId;
  readonly name: string;
  readonly isDefault: boolean;
  readonly createdAt: Date;
}

const columns = { id: true, orgId: true, name: true, isDefault: true, createdAt: true } as const;

/** Far above any organization's teams; it only keeps one answer from growing without bound. */
const LIST_CAP = 10_000;

/** Writes a new team. It has no members yet. */
export async function insertTeam(
  change: Change,
  { orgId, name, isDefault }: { orgId: OrganizationId; name: string; isDefault: boolean },
): Promise<TeamRow> {
  const row = await change.tx.team.create({
    data: { id: randomUUID(), orgId, name, nameKey: nameKey(name), isDefault },
    select: columns,
  });
  await putTeam(change, row);
  return row;
}

/** Renames a team and puts it under the organization given, which may be its own. */
export async function updateTeamRow(
  change: Change,
  id: TeamId,
  { orgId, name }: { orgId: OrganizationId; name: string },
): Promise<TeamRow> {
  const row = await change.tx.team.update({
    where: { id },
    data: { orgId, name, nameKey: nameKey(name) },
    select: columns,
  });
  await putTeam(change, row);
  return row;
}

/** Ends a team for every reader at once. What was below it is removed later, in bounded steps. */
export async function markTeamDeleted(change: Change, id: TeamId): Promise<void> {
  await change.tx.team.update({ where: { id }, data: { deletedAt: new Date() }, select: { id: true } });
  await change.remove('team', id);
}

/** Whether another team of the organization has the name. Stays true while the organization is locked. */
export async function isTeamNameTaken(
  tx: Tx,
  orgId: OrganizationId,
  name: string,
  exceptId?: TeamId,
): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM teams
     WHERE org_id = ${orgId}::uuid AND name_key = ${nameKey(name)} AND deleted_at IS NULL
       AND id IS DISTINCT FROM ${exceptId ?? null}::uuid`;
  return rows.length > 0;
}

/** The organization's teams by name: by code points, so that the order does not depend on the database's locale. */
export function teamsOfOrganization(tx: Tx, orgId: OrganizationId): Promise<TeamRow[]> {
  return tx.$queryRaw<TeamRow[]>`
    SELECT id, org_id AS "orgId", name, is_default AS "isDefault", created_at AS "createdAt"
      FROM teams
     WHERE org_id = ${orgId}::uuid AND deleted_at IS NULL
     ORDER BY name COLLATE "C", id
     LIMIT ${LIST_CAP}`;
}

async function putTeam(change: Change, row: TeamRow): Promise<void> {
  await change.put('team', row.id, {
    org_id: row.orgId,
    name: row.name,
    is_default: row.isDefault,
    created_at: row.createdAt.toISOString(),
  });
}
