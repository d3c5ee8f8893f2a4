/** The rows of checks. A writer holds the prompt's row lock. */
import type { ApiKeyId, PromptId, TeamId } from '@px0/contracts';
import { onlyRow, type Reader, type Sql, sql } from '@px0/owner';
import type { Change } from '../changes/mod.ts';
import type { CheckedCheck, CheckStatus } from './check-input.ts';

export interface CheckRow {
  readonly name: string;
  readonly state: CheckStatus;
  readonly description: string;
  readonly url: string | null;
  readonly version: number;
  readonly contentHash: string;
  readonly apiKeyId: ApiKeyId;
  readonly postedAt: string;
}

export interface NewCheck extends CheckedCheck {
  readonly promptId: PromptId;
  readonly version: number;
  readonly teamId: TeamId;
  readonly apiKeyId: ApiKeyId;
  /** In hexadecimal. */
  readonly digest: string;
}

/** Of a version. */
const MOST_NAMES = 50;
/** Of a name: keys that live for one run of CI post once each. */
const MOST_KEYS = 10;

const columns = sql`
  c.name, c.state, c.description, c.url, c.version, 'sha256:' || encode(c.content_hash, 'hex') AS "contentHash",
  c.api_key_id AS "apiKeyId", wire_time(c.posted_at) AS "postedAt"`;

/**
 * Puts the check in the place of what the key said before under the name, and of what anybody said there of other content. Undefined when the
 * version has too many names already.
 */
export async function putCheck(change: Change, check: NewCheck): Promise<CheckRow | undefined> {
  const { promptId, version, name, digest } = check;
  const { names, isNew } = onlyRow(
    await change.query<{ names: number; isNew: boolean }>(sql`
      SELECT count(DISTINCT c.name)::int AS names, coalesce(bool_and(c.name <> ${name}), TRUE) AS "isNew"
      FROM version_checks c WHERE c.prompt_id = ${promptId}::uuid AND c.version = ${version}::int`),
  );
  if (isNew && names >= MOST_NAMES) return undefined;
  const row = onlyRow(
    await change.writePrivate<CheckRow>(sql`
      INSERT INTO version_checks AS c (prompt_id, version, name, api_key_id, team_id, state, description, url, content_hash)
      VALUES (${promptId}::uuid, ${version}::int, ${name}, ${check.apiKeyId}::uuid, ${check.teamId}::uuid, ${check.state},
        ${check.description}, ${check.url}, decode(${digest}, 'hex'))
      ON CONFLICT (prompt_id, version, name, api_key_id) DO UPDATE SET team_id = excluded.team_id, state = excluded.state,
        description = excluded.description, url = excluded.url, content_hash = excluded.content_hash, posted_at = excluded.posted_at
      RETURNING ${columns}`),
  );
  await change.writePrivate(sql`
    DELETE FROM version_checks c
    WHERE c.prompt_id = ${promptId}::uuid AND c.version = ${version}::int AND c.name = ${name}
      AND (c.content_hash <> decode(${digest}, 'hex') OR c.api_key_id NOT IN (
        SELECT newest.api_key_id FROM version_checks newest
        WHERE newest.prompt_id = ${promptId}::uuid AND newest.version = ${version}::int AND newest.name = ${name}
        ORDER BY newest.posted_at DESC LIMIT ${MOST_KEYS}::int))`);
  return row;
}

/** The newest of each name, by name. */
export function newestChecks(reader: Reader, promptId: PromptId, version: number): Promise<CheckRow[]> {
  return reader.query<CheckRow>(sql`
    SELECT DISTINCT ON (c.name) ${columns} FROM version_checks c
    WHERE c.prompt_id = ${promptId}::uuid AND c.version = ${version}::int
    ORDER BY c.name, c.posted_at DESC`);
}

/**
 * What keys of the prompt's present team said of the content of a version, the newest first, as a JSON value of type `PostedChecks`; what they
 * said of any content where the digest of the present one is not known.
 */
export function postedValue(promptId: PromptId, version: number): Sql {
  return sql`(
    SELECT json_build_object('digest', encode((array_agg(v.content_hash))[1], 'hex'), 'checks', coalesce(json_agg(json_build_object(
        'name', c.name, 'state', c.state, 'detail', c.description, 'apiKeyId', c.api_key_id,
        'digest', encode(c.content_hash, 'hex')) ORDER BY c.posted_at DESC) FILTER (WHERE p.id IS NOT NULL), '[]'))
    FROM prompt_versions v
    LEFT JOIN version_checks c ON c.prompt_id = v.prompt_id AND c.version = v.version
      AND c.content_hash = coalesce(v.content_hash, c.content_hash)
    LEFT JOIN prompts p ON p.id = c.prompt_id AND p.team_id = c.team_id
    WHERE v.prompt_id = ${promptId}::uuid AND v.version = ${version}::int)`;
}
