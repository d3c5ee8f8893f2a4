/** Many members at once, put into the tables as a backup would be: the API would take minutes. */
import type pg from 'pg';

/** Few enough for the pool's statement timeout, on a machine that has other things to do. */
const BATCH = 20_000;

/** Adds `count` users to the team, as editors, without events. Returns nothing: their ids are random. */
export async function insertCrowd(pool: pg.Pool, teamId: string, count: number): Promise<void> {
  for (let from = 0; from < count; from += BATCH) {
    await insertBatch(pool, teamId, from + 1, Math.min(from + BATCH, count));
  }
}

async function insertBatch(pool: pg.Pool, teamId: string, from: number, to: number): Promise<void> {
  await pool.query(
    `WITH crowd AS (
       INSERT INTO users (id, revision, email, is_admin, is_verified, created_at)
       SELECT gen_random_uuid(), 1, 'user' || n || '@example.com', false, true, now() - n * interval '1 minute'
         FROM generate_series($2::int, $3::int) n
       RETURNING id, created_at
     )
     INSERT INTO memberships (team_id, user_id, role, user_created_at)
     SELECT $1::uuid, id, 'editor', created_at FROM crowd`,
    [teamId, from, to],
  );
}

/** Makes some members of one team members of another, too. */
export async function copyMembers(
  pool: pg.Pool,
  fromTeamId: string,
  toTeamId: string,
  count: number,
): Promise<void> {
  await pool.query(
    `INSERT INTO memberships (team_id, user_id, role, user_created_at)
     SELECT $2::uuid, user_id, 'editor', user_created_at FROM memberships WHERE team_id = $1::uuid LIMIT $3::int
         ON CONFLICT DO NOTHING`,
    [fromTeamId, toTeamId, count],
  );
}

/** Gives the organization 500 teams more, and lets the members of another team ask for them, each for one. */
export async function insertJoinRequests(
  pool: pg.Pool,
  membersOfTeamId: string,
  orgId: string,
): Promise<void> {
  await pool.query(
    `WITH asked AS (
       INSERT INTO teams (id, org_id, name, name_key)
       SELECT gen_random_uuid(), $2::uuid, 'Asked ' || n, 'asked ' || n FROM generate_series(0, 499) n
       RETURNING id, name
     ), asking AS (
       SELECT user_id, 'Asked ' || row_number() OVER () % 500 AS name FROM memberships WHERE team_id = $1::uuid
     )
     INSERT INTO join_requests (id, team_id, user_id)
     SELECT gen_random_uuid(), asked.id, asking.user_id FROM asking JOIN asked USING (name)`,
    [membersOfTeamId, orgId],
  );
}
