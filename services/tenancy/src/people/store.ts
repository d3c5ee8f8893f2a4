/** The people of an organization, from tenancy's copy of identity's users. */
import { MAX_EMAIL_LENGTH, type OrganizationId, type TeamId, type UserId } from '@px0/contracts';
import { type Reader, type Sql, sql } from '@px0/owner';
import type { TeamRole } from '../authority/mod.ts';

/** A team that a person is in. */
export interface PlaceRow {
  readonly id: TeamId;
  readonly name: string;
  readonly role: TeamRole;
}

export interface PersonRow {
  readonly id: UserId;
  readonly email: string;
  readonly isAdmin: boolean;
  readonly isVerified: boolean;
  readonly createdAt: Date;
  /** The first `MOST_PLACES` by name, of those that the viewer may know of. */
  readonly places: readonly PlaceRow[];
  readonly placeCount: number;
}

/** Who looks at which organization. Whose members a person may not list, of those memberships the lists say nothing. */
export interface Viewer {
  readonly orgId: OrganizationId;
  readonly userId: UserId;
  readonly isOrgAdmin: boolean;
}

export interface PeopleFilter {
  /** A part of the address. */
  readonly search?: string;
  readonly teamId?: TeamId;
  readonly role?: TeamRole;
}

interface Window {
  readonly offset: number;
  readonly limit: number;
}

/** Far more than a table shows; it only keeps one answer from growing with the organization's teams. */
const MOST_PLACES = 20;

/** Whether the viewer may know the members of a team named `t`. */
function isSeen({ userId, isOrgAdmin }: Viewer): Sql {
  return isOrgAdmin
    ? sql`true`
    : sql`EXISTS (SELECT 1 FROM memberships own WHERE own.team_id = t.id AND own.user_id = ${userId}::uuid)`;
}

/** Of a user named `u`, beside whom `placesOf` stands as `seen`. */
const columns = sql`
  u.id, u.email, u.is_admin AS "isAdmin", u.is_verified AS "isVerified", u.created_at AS "createdAt",
  seen.places, seen.total AS "placeCount"`;

/** The teams of the user `u` that the viewer may know of. */
function placesOf(viewer: Viewer): Sql {
  return sql`
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS total,
             coalesce(json_agg(json_build_object('id', id, 'name', name, 'role', role) ORDER BY place)
                        FILTER (WHERE place <= ${MOST_PLACES}), '[]') AS places
        FROM (SELECT t.id, t.name, m.role, row_number() OVER (ORDER BY t.name COLLATE "C", t.id) AS place
                FROM memberships m JOIN teams t ON t.id = m.team_id
               WHERE m.user_id = u.id AND t.org_id = ${viewer.orgId}::uuid AND t.deleted_at IS NULL
                 AND ${isSeen(viewer)}) known) seen`;
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
  viewer: Viewer,
  { offset, limit }: Window,
): Promise<PersonRow[]> {
  return reader.query<PersonRow>(sql`
    SELECT ${columns}
      FROM (SELECT DISTINCT first.user_created_at, first.user_id
              FROM teams t
             CROSS JOIN LATERAL (SELECT m.user_created_at, m.user_id FROM memberships m
                                  WHERE m.team_id = t.id
                                  ORDER BY m.user_created_at, m.user_id
                                  LIMIT ${offset + limit}) first
             WHERE t.org_id = ${viewer.orgId}::uuid AND t.deleted_at IS NULL
             ORDER BY first.user_created_at, first.user_id
            OFFSET ${offset} LIMIT ${limit}) page
      JOIN users u ON u.id = page.user_id
      ${placesOf(viewer)}
     ORDER BY u.created_at, u.id`);
}

/**
 * The ids of the people that a filter leaves. A team and a role are asked of one membership, and only of one that the viewer may know of. It looks at
 * every membership of the organization, or of the team.
 */
function matching(viewer: Viewer, { search = '', teamId, role }: PeopleFilter): Sql {
  const isAboutPlaces = teamId !== undefined || role !== undefined;
  return sql`
    SELECT DISTINCT u.id, u.created_at
      FROM teams t JOIN memberships m ON m.team_id = t.id JOIN users u ON u.id = m.user_id
     WHERE t.org_id = ${viewer.orgId}::uuid AND t.deleted_at IS NULL
       AND (${teamId ?? null}::uuid IS NULL OR t.id = ${teamId ?? null}::uuid)
       AND (${role ?? null}::text IS NULL OR m.role = ${role ?? null}::text)
       AND ${isAboutPlaces ? isSeen(viewer) : sql`true`}
       AND strpos(lower(u.email COLLATE "C"), lower(${search}::text COLLATE "C")) > 0`;
}

/** A text that no address contains. Postgres takes no text with a NUL. */
function isHopeless({ search = '' }: PeopleFilter): boolean {
  return search.length > MAX_EMAIL_LENGTH || search.includes('\0');
}

export async function countMatching(reader: Reader, viewer: Viewer, filter: PeopleFilter): Promise<number> {
  if (isHopeless(filter)) return 0;
  const rows = await reader.query<{ total: number }>(sql`
    SELECT count(*)::int AS total FROM (${matching(viewer, filter)}) matching`);
  return rows[0]?.total ?? 0;
}

/** A page of the people that the filter leaves, the oldest account first. */
export async function pageOfMatching(
  reader: Reader,
  viewer: Viewer,
  filter: PeopleFilter,
  { offset, limit }: Window,
): Promise<PersonRow[]> {
  if (isHopeless(filter)) return [];
  return await reader.query<PersonRow>(sql`
    SELECT ${columns}
      FROM (${matching(viewer, filter)} ORDER BY u.created_at, u.id OFFSET ${offset} LIMIT ${limit}) page
      JOIN users u ON u.id = page.id
      ${placesOf(viewer)}
     ORDER BY u.created_at, u.id`);
}

/**
 * Those of the users whom the viewer may know: the organization's people; and for its admins also those who have asked to join one of its teams and
 * those whom its audit names. An account that was deleted is nobody.
 */
export function peopleNamed(reader: Reader, viewer: Viewer, ids: readonly UserId[]): Promise<PersonRow[]> {
  const { orgId, isOrgAdmin } = viewer;
  return reader.query<PersonRow>(sql`
    SELECT ${columns}
      FROM users u
      ${placesOf(viewer)}
     WHERE u.id = ANY(${[...ids]}::uuid[]) AND u.deleted_at IS NULL
       AND (EXISTS (SELECT 1 FROM live_memberships m WHERE m.user_id = u.id AND m.org_id = ${orgId}::uuid)
            OR ${isOrgAdmin}::boolean AND (
                 EXISTS (SELECT 1 FROM join_requests r JOIN live_teams t ON t.id = r.team_id
                          WHERE r.user_id = u.id AND t.org_id = ${orgId}::uuid)
                 OR EXISTS (SELECT 1 FROM audit_entries e WHERE e.user_id = u.id AND e.org_id = ${orgId}::uuid)))
     ORDER BY u.created_at, u.id`);
}
