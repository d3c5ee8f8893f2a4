/** The rows of prompts: single reads and writes. Lists are in list-store.ts. */
import type { PromptId, TeamId } from '@px0/contracts';
import { onlyRow, type Reader, sql } from '@px0/owner';
import { authorOf, type Change } from '../changes/mod.ts';
import type { GuardedVersion, Permit } from '../policies/mod.ts';
import type { Contract } from './contract.ts';
import { type PromptRow, promptColumns } from './prompt-row.ts';
import { searchWords } from './search-words.ts';

export interface NewPrompt {
  readonly id: PromptId;
  readonly teamId: TeamId;
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly folder: string;
  readonly contract: Contract;
}

export async function promptById(reader: Reader, id: PromptId): Promise<PromptRow | undefined> {
  const [prompt] = await reader.query<PromptRow>(
    sql`SELECT ${promptColumns} FROM prompts p WHERE p.id = ${id}::uuid`,
  );
  return prompt;
}

/**
 * The prompt that a slug names among the given teams. Several teams may use the slug, so the choice follows a rule: active before
 * archived, then the oldest, then the lowest id.
 */
export async function promptBySlug(
  reader: Reader,
  slug: string,
  teamIds: readonly TeamId[],
): Promise<PromptRow | undefined> {
  const [prompt] = await reader.query<PromptRow>(sql`
    SELECT ${promptColumns} FROM prompts p
    WHERE p.slug = ${slug} AND p.team_id = ANY(${[...teamIds]}::uuid[])
    ORDER BY (p.status = 'active') DESC, p.created_at, p.id
    LIMIT 1`);
  return prompt;
}

/** The slugs of some prompts of the teams, as many as asked for if there are. */
export async function someSlugs(
  reader: Reader,
  teamIds: readonly TeamId[],
  count: number,
): Promise<string[]> {
  const rows = await reader.query<{ readonly slug: string }>(sql`
    SELECT p.slug FROM prompts p WHERE p.team_id = ANY(${[...teamIds]}::uuid[]) LIMIT ${count}`);
  return rows.map(({ slug }) => slug);
}

/**
 * Locks the row against every other writer of the prompt until the transaction ends; readers are not held up. Tells the database that the
 * transaction gathers the words of the prompt's content itself, should it change a version; otherwise they would be forgotten.
 */
export async function lockPrompt(change: Change, id: PromptId): Promise<PromptRow | undefined> {
  const [locked] = await change.query<PromptRow & { readonly gathers: string }>(sql`
    SELECT ${promptColumns}, set_config('px0.gathers_content', 'on', true) AS gathers
    FROM prompts p WHERE p.id = ${id}::uuid FOR NO KEY UPDATE`);
  if (locked === undefined) return undefined;
  const { gathers: _, ...prompt } = locked;
  return prompt;
}

/** Undefined when the team already uses the name or the slug. */
export async function insertPrompt(change: Change, prompt: NewPrompt): Promise<PromptRow | undefined> {
  const words = searchWords(prompt.name, prompt.slug, prompt.description);
  const folderWords = searchWords(prompt.folder);
  const actor = authorOf(change.actor);
  const [inserted] = await change.write<PromptRow>(
    'prompt',
    prompt.id,
    sql`
      INSERT INTO prompts AS p (
        id, team_id, slug, name, description, search, folder, folder_search, content_search, contract, actor_kind, actor_id)
      VALUES (${prompt.id}::uuid, ${prompt.teamId}::uuid, ${prompt.slug}, ${prompt.name}, ${prompt.description},
        array_to_tsvector(${words}::text[]), ${prompt.folder}, array_to_tsvector(${folderWords}::text[]), '',
        ${prompt.contract}, ${actor.kind}, ${actor.id}::uuid)
      ON CONFLICT DO NOTHING
      RETURNING ${promptColumns}`,
  );
  return inserted;
}

/** Sets what people change of a prompt: its description, its folder and its contract. */
export async function setAbout(
  change: Change,
  { id, name, slug }: PromptRow,
  { description, folder, contract }: Pick<PromptRow, 'description' | 'folder' | 'contract'>,
  _permit: Permit,
): Promise<PromptRow> {
  const words = searchWords(name, slug, description);
  const folderWords = searchWords(folder);
  return onlyRow(
    await change.write<PromptRow>(
      'prompt',
      id,
      sql`
        UPDATE prompts p
        SET description = ${description}, search = array_to_tsvector(${words}::text[]),
          folder = ${folder}, folder_search = array_to_tsvector(${folderWords}::text[]),
          contract = ${contract}, updated_at = now()
        WHERE p.id = ${id}::uuid
        RETURNING ${promptColumns}`,
    ),
  );
}

export async function setStatus(
  change: Change,
  id: PromptId,
  status: PromptRow['status'],
  _permit: Permit,
): Promise<PromptRow> {
  return onlyRow(
    await change.write<PromptRow>(
      'prompt',
      id,
      sql`UPDATE prompts p SET status = ${status} WHERE p.id = ${id}::uuid RETURNING ${promptColumns}`,
    ),
  );
}

/**
 * Undefined when the target team already uses the name or the slug. A prompt created there at the same instant makes the statement
 * fail with a unique violation instead; the caller treats both alike.
 */
export async function setTeam(
  change: Change,
  id: PromptId,
  teamId: TeamId,
  _permit: Permit,
): Promise<PromptRow | undefined> {
  const [moved] = await change.write<PromptRow>(
    'prompt',
    id,
    sql`
      UPDATE prompts p SET team_id = ${teamId}::uuid, updated_at = now()
      WHERE p.id = ${id}::uuid AND NOT EXISTS (
        SELECT FROM prompts other
        WHERE other.team_id = ${teamId}::uuid AND other.id <> p.id AND (other.slug = p.slug OR other.name = p.name))
      RETURNING ${promptColumns}`,
  );
  return moved;
}

/** Whether another prompt of the team has the name or the slug. */
export async function isTaken(
  reader: Reader,
  { id, name, slug }: Pick<PromptRow, 'id' | 'name' | 'slug'>,
  teamId: TeamId,
): Promise<boolean> {
  const [other] = await reader.query(sql`
    SELECT FROM prompts p
    WHERE p.team_id = ${teamId}::uuid AND p.id <> ${id}::uuid AND (p.slug = ${slug} OR p.name = ${name})
    LIMIT 1`);
  return other !== undefined;
}

/** What callers of the prompt get: its live version, and by which tags they get others. */
export interface Reached {
  readonly live: GuardedVersion | null;
  readonly tags: readonly string[];
}

export async function reachedOf(reader: Reader, id: PromptId): Promise<Reached> {
  return onlyRow(
    await reader.query<Reached>(sql`
      SELECT
        (SELECT json_build_object('id', v.id, 'number', v.version, 'status', v.status, 'bodyRevision', v.body_revision)
         FROM prompt_versions v WHERE v.prompt_id = ${id}::uuid AND v.status = 'live') AS live,
        array(SELECT t.tag::text FROM prompt_tags t WHERE t.prompt_id = ${id}::uuid ORDER BY t.tag) AS tags`),
  );
}
