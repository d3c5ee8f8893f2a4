/** Invitations in Postgres. No other service needs them, so they have no events. */
import { randomUUID } from 'node:crypto';
import type { OrganizationId, TeamId, UserId } from '@px0/contracts';
import { finds, onlyRow, type PrivateWriter, type Reader, sql } from '@px0/owner';
import type { TeamRole } from '../authority/mod.ts';

export interface InvitationRow {
  readonly id: string;
  readonly orgId: OrganizationId;
  readonly teamId: TeamId;
  readonly email: string;
  readonly role: TeamRole;
  readonly createdBy: UserId;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface NewInvitation
  extends Pick<InvitationRow, 'orgId' | 'teamId' | 'email' | 'role' | 'createdBy'> {
  readonly codeHash: string;
  readonly seconds: number;
}

/** Of an invitation named `i` and its team, named `t`. */
const columns = sql`
  i.id, t.org_id AS "orgId", i.team_id AS "teamId", i.email, i.role, i.created_by AS "createdBy",
  i.created_at AS "createdAt", i.expires_at AS "expiresAt"`;

const pending = sql`invitations i JOIN live_teams t ON t.id = i.team_id AND i.expires_at > clock_timestamp()`;

/** Writes an invitation in the place of one of the same address to the same team. The team's organization must be locked. */
export async function replaceInvitation(
  writer: PrivateWriter,
  { orgId, teamId, email, role, createdBy, codeHash, seconds }: NewInvitation,
): Promise<InvitationRow> {
  await writer.writePrivate(sql`
    DELETE FROM invitations
     WHERE team_id = ${teamId}::uuid AND lower(email COLLATE "C") = lower(${email}::text COLLATE "C")`);
  const rows = await writer.writePrivate<Omit<InvitationRow, 'orgId'>>(sql`
    INSERT INTO invitations (id, team_id, email, role, code_hash, created_by, expires_at)
    VALUES (${randomUUID()}::uuid, ${teamId}::uuid, ${email}, ${role}, ${codeHash}, ${createdBy}::uuid,
            clock_timestamp() + ${seconds}::float8 * interval '1 second')
    RETURNING id, team_id AS "teamId", email, role, created_by AS "createdBy", created_at AS "createdAt", expires_at AS "expiresAt"`);
  return { ...onlyRow(rows), orgId };
}

/** How many invitations of the organization are pending. */
export async function countPending(reader: Reader, orgId: OrganizationId): Promise<number> {
  const rows = await reader.query<{ total: number }>(sql`
    SELECT count(*)::int AS total FROM ${pending} WHERE t.org_id = ${orgId}::uuid`);
  return rows[0]?.total ?? 0;
}

/** Whether the address is that of a member. */
export async function isMember(reader: Reader, teamId: TeamId, email: string): Promise<boolean> {
  const rows = await reader.query<object>(sql`
    SELECT 1 FROM users u JOIN memberships m ON m.user_id = u.id AND m.team_id = ${teamId}::uuid
     WHERE lower(u.email COLLATE "C") = lower(${email}::text COLLATE "C") AND u.deleted_at IS NULL`);
  return rows.length > 0;
}

export async function findInvitation(reader: Reader, id: string): Promise<InvitationRow | undefined> {
  const rows = await reader.query<InvitationRow>(
    sql`SELECT ${columns} FROM ${pending} WHERE i.id = ${id}::uuid`,
  );
  return rows[0];
}

export async function findByCode(reader: Reader, codeHash: string): Promise<InvitationRow | undefined> {
  const rows = await reader.query<InvitationRow>(sql`
    SELECT ${columns} FROM ${pending} WHERE i.code_hash = ${codeHash}`);
  return rows[0];
}

/** Deletes an invitation: of concurrent callers exactly one gets `true`. */
export async function deleteInvitation(writer: PrivateWriter, id: string): Promise<boolean> {
  const rows = await writer.writePrivate(sql`DELETE FROM invitations WHERE id = ${id}::uuid RETURNING id`);
  return rows.length > 0;
}

/** The organization's pending invitations, the newest first: all of them, or those to teams that the user administers. */
export function pendingOf(
  reader: Reader,
  orgId: OrganizationId,
  { userId, isOrgAdmin }: { readonly userId: UserId; readonly isOrgAdmin: boolean },
  limit: number,
): Promise<InvitationRow[]> {
  return reader.query<InvitationRow>(sql`
    SELECT ${columns} FROM ${pending}
     WHERE t.org_id = ${orgId}::uuid
       AND (${isOrgAdmin}::boolean
            OR EXISTS (SELECT 1 FROM memberships own
                        WHERE own.team_id = i.team_id AND own.user_id = ${userId}::uuid AND own.role = 'admin'))
     ORDER BY i.created_at DESC, i.id DESC
     LIMIT ${limit}`);
}

/** Whether there are any that expired. */
export const INVITATIONS_EXPIRED = finds(
  'SELECT 1 FROM invitations WHERE expires_at <= now() ORDER BY expires_at',
);

/** Deletes invitations that expired, with the addresses in them. True when it found some. */
export async function deleteExpiredInvitations(writer: PrivateWriter, limit: number): Promise<boolean> {
  const rows = await writer.writePrivate(sql`
    DELETE FROM invitations WHERE id IN (
      SELECT id FROM invitations WHERE expires_at <= clock_timestamp() LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING id`);
  return rows.length > 0;
}
