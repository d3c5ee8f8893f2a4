/** Organizations in Postgres. */
import { randomUUID } from 'node:crypto';
import type { OrganizationId, UserId } from '@px0/contracts';
import { onlyRow, type Reader, sql } from '@px0/owner';
import type { Change } from '../changes/mod.ts';
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

const columns = sql`id, name, created_at AS "createdAt"`;

/** Advisory locks are shared by all schemas of a database: this class keeps tenancy's names to itself. */
const NAME_LOCK_CLASS = 60_01;

/** Writes a new organization. */
export async function insertOrganization(
  change: Change,
  { name, nameExempt }: NewOrganization,
): Promise<OrganizationRow> {
  const id = randomUUID();
  return onlyRow(
    await change.write<OrganizationRow>(
      'organization',
      id,
      sql`
        INSERT INTO organizations (id, name, name_key, name_exempt)
        VALUES (${id}::uuid, ${name}, ${nameKey(name)}, ${nameExempt})
        RETURNING ${columns}`,
    ),
  );
}

/** Renames an organization whose name was found free; from then on it is held to uniqueness. */
export async function renameOrganization(
  change: Change,
  id: OrganizationId,
  name: string,
): Promise<OrganizationRow> {
  return onlyRow(
    await change.write<OrganizationRow>(
      'organization',
      id,
      sql`
        UPDATE organizations SET name = ${name}, name_key = ${nameKey(name)}, name_exempt = false
         WHERE id = ${id}::uuid RETURNING ${columns}`,
    ),
  );
}

/** Ends an organization for every reader at once. What was below it is removed later, in bounded steps. */
export async function markOrganizationDeleted(change: Change, id: OrganizationId): Promise<void> {
  await change.write(
    'organization',
    id,
    sql`UPDATE organizations SET deleted_at = now() WHERE id = ${id}::uuid RETURNING id`,
  );
}

/**
 * Whether another organization, anywhere in the system, has the name. Until the transaction ends, other transactions that ask about
 * the same name wait, so a name found free stays free.
 */
export async function isNameTaken(reader: Reader, name: string, exceptId?: OrganizationId): Promise<boolean> {
  const key = nameKey(name);
  await reader.query(sql`SELECT pg_advisory_xact_lock(${NAME_LOCK_CLASS}::int, hashtext(${key}))`);
  const rows = await reader.query<object>(sql`
    SELECT 1 FROM organizations
     WHERE name_key = ${key} AND deleted_at IS NULL AND id IS DISTINCT FROM ${exceptId ?? null}::uuid
     LIMIT 1`);
  return rows.length > 0;
}

/** The account flag that lets a person create organizations. */
export async function isAdminAccount(reader: Reader, userId: UserId): Promise<boolean> {
  const rows = await reader.query(sql`
    SELECT 1 FROM users WHERE id = ${userId}::uuid AND deleted_at IS NULL AND is_admin`);
  return rows.length > 0;
}
