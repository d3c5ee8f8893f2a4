/** Organizations in Postgres. Each write says the new state, or the end, to the other services in the same transaction. */
import { randomUUID } from 'node:crypto';
import type { OrganizationId, UserId } from '@px0/contracts';
import type { Change } from '../changes/mod.ts';
import type { Tx } from '../database.ts';
import { nameKey } from '../names/name.ts';

export interface OrganizationRow {
  readonly id: OrganizationId;
  readonly name: string;
  readonly createdAt: Date;
}

export interface NewOrganization {
  readonly name: string;
  /** Registration's `Default Org`, which many organizations share. */
  readonly nameExempt: boolean;
}

const columns = { id: true, name: true, createdAt: true } as const;

/** Advisory locks are shared by all schemas of a database: this class keeps tenancy's names to itself. */
const NAME_LOCK_CLASS = 60_01;

/** Writes a new organization. */
export async function insertOrganization(
  change: Change,
  { name, nameExempt }: NewOrganization,
): Promise<OrganizationRow> {
  const row = await change.tx.organization.create({
    data: { id: randomUUID(), name, nameKey: nameKey(name), nameExempt },
    select: columns,
  });
  await putOrganization(change, row);
  return row;
}

/** Renames an organization whose name was found free; from then on it is held to uniqueness. */
export async function renameOrganization(
  change: Change,
  id: OrganizationId,
  name: string,
): Promise<OrganizationRow> {
  const row = await change.tx.organization.update({
    where: { id },
    data: { name, nameKey: nameKey(name), nameExempt: false },
    select: columns,
  });
  await putOrganization(change, row);
  return row;
}

/** Ends an organization for every reader at once. What was below it is removed later, in bounded steps. */
export async function markOrganizationDeleted(change: Change, id: OrganizationId): Promise<void> {
  await change.tx.organization.update({
    where: { id },
    data: { deletedAt: new Date() },
    select: { id: true },
  });
  await change.remove('organization', id);
}

/**
 * Whether another organization, anywhere in the system, has the name. Until the transaction ends, whoever asks about the
 * same name waits, so a name found free stays free.
 */
export async function isNameTaken(tx: Tx, name: string, exceptId?: OrganizationId): Promise<boolean> {
  const key = nameKey(name);
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(${NAME_LOCK_CLASS}::int, hashtext(${key}))::text`;
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM organizations
     WHERE name_key = ${key} AND deleted_at IS NULL AND id IS DISTINCT FROM ${exceptId ?? null}::uuid
     LIMIT 1`;
  return rows.length > 0;
}

/** The account flag that lets a person create organizations. */
export async function isAdminAccount(tx: Tx, userId: UserId): Promise<boolean> {
  const user = await tx.user.findFirst({ where: { id: userId, deletedAt: null }, select: { isAdmin: true } });
  return user?.isAdmin === true;
}

async function putOrganization(change: Change, { id, name, createdAt }: OrganizationRow): Promise<void> {
  await change.put('organization', id, { name, created_at: createdAt.toISOString() });
}
