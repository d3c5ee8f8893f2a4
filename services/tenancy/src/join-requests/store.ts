/** Join requests in Postgres. No other service needs them, so they have no events. */
import { randomUUID } from 'node:crypto';
import type { OrganizationId, TeamId, UserId } from '@px0/contracts';
import { type PrivateWriter, type Reader, sql } from '@px0/owner';
import type { TeamRow } from '../teams/mod.ts';

export type JoinRequestStatus = 'pending' | 'approved' | 'rejected';

export interface JoinRequestRow {
  readonly id: string;
  readonly teamId: TeamId;
  readonly userId: UserId;
  readonly status: JoinRequestStatus;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A pending request with what its resolver wants to see. */
export interface InboxRow extends JoinRequestRow {
  readonly email: string;
  readonly team: TeamRow;
}

/** Which requests an inbox shows, besides those that the person may resolve: a key is held to its organization and scope. */
export interface InboxFilter {
  readonly orgId?: OrganizationId;
  readonly teamIds?: readonly TeamId[];
}

/** Far above any inbox; it only keeps one answer from growing without bound. */
const INBOX_CAP = 10_000;

/** Files a request; undefined when one of the same user for the same team is pending. */
export async function insertJoinRequest(
  writer: PrivateWriter,
  teamId: TeamId,
  userId: UserId,
): Promise<JoinRequestRow | undefined> {
  const rows = await writer.writePrivate<JoinRequestRow>(sql`
    INSERT INTO join_requests (id, team_id, user_id)
    VALUES (${randomUUID()}::uuid, ${teamId}::uuid, ${userId}::uuid)
        ON CONFLICT (team_id, user_id) WHERE status = 'pending' DO NOTHING
    RETURNING id, team_id AS "teamId", user_id AS "userId", status,
              created_at AS "createdAt", updated_at AS "updatedAt"`);
  return rows[0];
}

/** The request, unless its team is gone. */
export async function findJoinRequest(reader: Reader, id: string): Promise<JoinRequestRow | undefined> {
  const rows = await reader.query<JoinRequestRow>(sql`
    SELECT r.id, r.team_id AS "teamId", r.user_id AS "userId", r.status,
           r.created_at AS "createdAt", r.updated_at AS "updatedAt"
      FROM join_requests r
      JOIN live_teams t ON t.id = r.team_id
     WHERE r.id = ${id}::uuid`);
  return rows[0];
}

/** Marks a pending request as resolved; undefined when another caller was first. */
export async function markResolved(
  writer: PrivateWriter,
  id: string,
  status: Exclude<JoinRequestStatus, 'pending'>,
): Promise<JoinRequestRow | undefined> {
  const rows = await writer.writePrivate<JoinRequestRow>(sql`
    UPDATE join_requests SET status = ${status}, updated_at = clock_timestamp()
     WHERE id = ${id}::uuid AND status = 'pending'
    RETURNING id, team_id AS "teamId", user_id AS "userId", status,
              created_at AS "createdAt", updated_at AS "updatedAt"`);
  return rows[0];
}

interface InboxColumns extends JoinRequestRow {
  readonly email: string;
  readonly orgId: OrganizationId;
  readonly teamName: string;
  readonly teamCreatedAt: Date;
  readonly teamIsDefault: boolean;
}

/**
 * The pending requests for teams that the user administers, or whose organization they do; the newest first. It goes from the
 * user's own teams, one by one, to their requests: so it costs what the user administers and not what is pending in the system,
 * whatever the planner believes of how requests are spread.
 */
export async function pendingFor(reader: Reader, userId: UserId, filter: InboxFilter): Promise<InboxRow[]> {
  const rows = await reader.query<InboxColumns>(sql`
    WITH own AS (
      SELECT team_id, org_id, is_default FROM live_memberships WHERE user_id = ${userId}::uuid AND role = 'admin'
    ), administered AS (
      SELECT team_id FROM own
       UNION
      SELECT t.id FROM own JOIN teams t ON t.org_id = own.org_id WHERE own.is_default
    )
    SELECT r.id, r.team_id AS "teamId", r.user_id AS "userId", r.status,
           r.created_at AS "createdAt", r.updated_at AS "updatedAt", u.email,
           t.org_id AS "orgId", t.name AS "teamName", t.created_at AS "teamCreatedAt",
           t.is_default AS "teamIsDefault"
      FROM administered a
      JOIN live_teams t ON t.id = a.team_id
     CROSS JOIN LATERAL (SELECT * FROM join_requests
                          WHERE team_id = t.id AND status = 'pending'
                          ORDER BY created_at DESC, id DESC
                          LIMIT ${INBOX_CAP}) r
      JOIN users u ON u.id = r.user_id
     WHERE (${filter.orgId ?? null}::uuid IS NULL OR t.org_id = ${filter.orgId ?? null}::uuid)
       AND (${filter.teamIds === undefined}::boolean OR t.id = ANY(${[...(filter.teamIds ?? [])]}::uuid[]))
     ORDER BY r.created_at DESC, r.id DESC
     LIMIT ${INBOX_CAP}`);
  return rows.map(({ orgId, teamName, teamCreatedAt, teamIsDefault, ...row }) => ({
    ...row,
    team: { id: row.teamId, orgId, name: teamName, isDefault: teamIsDefault, createdAt: teamCreatedAt },
  }));
}
