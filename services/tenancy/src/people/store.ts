/** The people of an organization, from tenancy's copy of identity's users. */
import type { OrganizationId, UserId } from '@px0/contracts';
import { type Reader, sql } from '@px0/owner';

export interface PersonRow {
  readonly id: UserId;
  readonly email: string;
  readonly isAdmin: boolean;
  readonly isVerified: boolean;
  readonly createdAt: Date;
}

/** How many different users the organization's teams have. */
export async function countPeople(reader: Reader, orgId: OrganizationId): Promise<number> {
  const rows = await reader.query<{ total: number }>(sql`
    SELECT count(*)::int AS total
      FROM (SELECT DISTINCT m.user_id
              FROM teams t JOIN memberships m ON m.team_id = t.id
             WHERE t.org_id = ${orgId}::uuid AND t.deleted_at IS NULL) people`);
  return rows[0]?.total ?? 0;
}

/**
 * A page of the organization's people, the oldest account first. The first n people of the organization are among the first n
 * of each of its teams, which an index yields in order; so a page near the beginning looks at few rows, however many there are.
 */
export function pageOfPeople(
  reader: Reader,
  orgId: OrganizationId,
  { offset, limit }: { offset: number; limit: number },
): Promise<PersonRow[]> {
  return reader.query<PersonRow>(sql`
    SELECT u.id, u.email, u.is_admin AS "isAdmin", u.is_verified AS "isVerified", u.created_at AS "createdAt"
      FROM (SELECT DISTINCT first.user_created_at, first.user_id
              FROM teams t
             CROSS JOIN LATERAL (SELECT m.user_created_at, m.user_id FROM memberships m
                                  WHERE m.team_id = t.id
                                  ORDER BY m.user_created_at, m.user_id
                                  LIMIT ${offset + limit}) first
             WHERE t.org_id = ${orgId}::uuid AND t.deleted_at IS NULL
             ORDER BY first.user_created_at, first.user_id
            OFFSET ${offset} LIMIT ${limit}) page
      JOIN users u ON u.id = page.user_id
     ORDER BY u.created_at, u.id`);
}
