/** The column of the words that a search with `in=content` looks into. */
import type { PromptId } from '@px0/contracts';
import { finds, type Sql, sql } from '@px0/owner';
import type { Change } from '../changes/mod.ts';
import { contentWords, SEARCHED_CHARACTERS, type Searched } from './content-words.ts';

/** Gathers the words of a prompt, whose row the change has locked: those of the live version, else of the newest that is not archived. */
export async function gatherContent(change: Change, promptId: PromptId): Promise<void> {
  const [version] = await change.query<Searched>(sql`
    SELECT v.messages, v.config::text AS config,
      CASE WHEN v.messages IS NULL THEN left(v.template, ${SEARCHED_CHARACTERS}::int) ELSE '' END AS template
    FROM prompt_versions v
    WHERE v.prompt_id = ${promptId}::uuid AND v.version = coalesce(
      (SELECT live.version FROM prompt_versions live WHERE live.prompt_id = ${promptId}::uuid AND live.status = 'live'),
      (SELECT newest.version FROM prompt_versions newest
        WHERE newest.prompt_id = ${promptId}::uuid AND newest.status <> 'archived'
        ORDER BY newest.version DESC LIMIT 1))`);
  const words = version === undefined ? [] : await contentWords(version);
  await change.writePrivate(wordsUpdate(promptId, words, sql`TRUE`));
}

/** Sets the words of a prompt where the condition holds: a statement, or a part of one that writes the version whose words they are. */
export function wordsUpdate(promptId: PromptId, words: readonly string[], condition: Sql): Sql {
  return sql`
    UPDATE prompts p SET content_search = gathered.words
    FROM (SELECT array_to_tsvector(${[...words]}::text[]) AS words) AS gathered
    WHERE p.id = ${promptId}::uuid AND p.content_search IS DISTINCT FROM gathered.words AND ${condition}`;
}

/** Whether there are prompts whose words nobody has gathered. */
export const ARE_UNGATHERED = finds('SELECT 1 FROM prompts WHERE content_search IS NULL ORDER BY id');

/** Prompts whose words nobody has gathered, and that nobody else works on. Held until the transaction ends. */
export async function claimUngathered(change: Change, limit: number): Promise<PromptId[]> {
  const rows = await change.query<{ id: PromptId }>(sql`
    SELECT p.id FROM prompts p WHERE p.content_search IS NULL
    ORDER BY p.id LIMIT ${limit}::int FOR NO KEY UPDATE SKIP LOCKED`);
  return rows.map(({ id }) => id);
}
