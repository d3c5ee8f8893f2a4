/** The rows of tags: a tag is on one version of its prompt. */
import type { PromptId, TeamId } from '@px0/contracts';
import { type Reader, type Sql, sql } from '@px0/owner';
import type { Change } from '../changes/mod.ts';
import type { Permit } from '../policies/mod.ts';

export type TagRef = { readonly tag: string; readonly version: number };

/** The version that has the tag; undefined when none has. */
export async function taggedVersion(
  reader: Reader,
  promptId: PromptId,
  tag: string,
): Promise<number | undefined> {
  const [row] = await reader.query<{ version: number }>(
    sql`SELECT version FROM prompt_tags WHERE prompt_id = ${promptId}::uuid AND tag = ${tag}`,
  );
  return row?.version;
}

/** Puts the tag on the version, wherever it was. */
export async function putTag(
  change: Change,
  promptId: PromptId,
  { tag, version }: TagRef,
  _permit: Permit,
): Promise<void> {
  await change.write(
    'prompt',
    promptId,
    sql`
      INSERT INTO prompt_tags (prompt_id, tag, version) VALUES (${promptId}::uuid, ${tag}, ${version}::int)
      ON CONFLICT (prompt_id, tag) DO UPDATE SET version = excluded.version, updated_at = now()
      RETURNING version`,
  );
}

/** The version that had the tag; undefined when none had. */
export async function deleteTag(
  change: Change,
  promptId: PromptId,
  tag: string,
  _permit: Permit,
): Promise<number | undefined> {
  const [row] = await change.write<{ version: number }>(
    'prompt',
    promptId,
    sql`DELETE FROM prompt_tags WHERE prompt_id = ${promptId}::uuid AND tag = ${tag} RETURNING version`,
  );
  return row?.version;
}

export interface TeamTag {
  readonly tag: string;
  /** How many prompts have it. */
  readonly prompts: number;
}

const MOST_TEAM_TAGS = 1_000;

/** Of the prompts named `p` and the tags named `t`, those that the caller sees: by tag, in the order of its bytes. */
export function teamTags(
  reader: Reader,
  teamId: TeamId,
  seen: { readonly prompts: Sql; readonly tags: Sql },
): Promise<TeamTag[]> {
  return reader.query<TeamTag>(sql`
    SELECT t.tag, count(*)::int AS prompts
    FROM prompts p
    JOIN prompt_tags t ON t.prompt_id = p.id
    WHERE p.team_id = ${teamId}::uuid AND ${seen.prompts} AND ${seen.tags}
    GROUP BY t.tag ORDER BY t.tag LIMIT ${MOST_TEAM_TAGS}::int`);
}

/** Of the tags named `t`, those that the caller sees: by version, then tag in the order of its bytes. */
export function listTags(reader: Reader, promptId: PromptId, seen: Sql): Promise<TagRef[]> {
  return reader.query<TagRef>(
    sql`SELECT t.tag, t.version FROM prompt_tags t WHERE t.prompt_id = ${promptId}::uuid AND ${seen} ORDER BY t.version, t.tag`,
  );
}
