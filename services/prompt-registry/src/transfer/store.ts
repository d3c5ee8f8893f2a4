/** Reads a team as a document needs it: each question is one statement, whatever the number of prompts. */
import type { PromptId, TeamId } from '@px0/contracts';
import { onlyRow, type Reader, type Sql, sql } from '@px0/owner';
import type { PresentPrompt } from './plan.ts';

export interface PresentRow extends PresentPrompt {
  readonly id: PromptId;
  readonly name: string;
}

const tags = sql`
  coalesce((SELECT json_object_agg(t.tag, t.version ORDER BY t.tag) FROM prompt_tags t WHERE t.prompt_id = p.id), '{}')`;

/** The team's prompts under the given slugs, or with one of the given names. */
export function presentPrompts(
  reader: Reader,
  teamId: TeamId,
  slugs: readonly string[],
  names: readonly string[],
): Promise<PresentRow[]> {
  return reader.query<PresentRow>(sql`
    SELECT p.id, p.slug, p.name, p.description, p.status, ${tags} AS tags,
      coalesce((
        SELECT json_agg(json_build_object('number', v.version, 'status', v.status,
          'digest', encode(sha256(convert_to(v.template, 'UTF8')), 'hex')))
        FROM prompt_versions v WHERE v.prompt_id = p.id), '[]') AS versions,
      coalesce((
        SELECT json_agg(json_build_object('id', l.id, 'name', l.name, 'canonical', l.variables::text) ORDER BY l.created_at, l.id)
        FROM prompt_payloads l WHERE l.prompt_id = p.id), '[]') AS payloads
    FROM prompts p
    WHERE p.team_id = ${teamId}::uuid AND (p.slug = ANY(${[...slugs]}::text[]) OR p.name = ANY(${[...names]}::text[]))`);
}

/** JSON texts as Postgres would store and show them, in the same order. */
export async function canonicalTexts(reader: Reader, texts: readonly string[]): Promise<string[]> {
  const rows = await reader.query<{ text: string }>(sql`
    SELECT (j.text::jsonb)::text AS text FROM unnest(${[...texts]}::text[]) WITH ORDINALITY AS j (text, place) ORDER BY place`);
  return rows.map(({ text }) => text);
}

/** Bytes of templates and payloads that an export would hold. */
export async function exportBytes(
  reader: Reader,
  teamId: TeamId,
  slugs: readonly string[] | undefined,
): Promise<number> {
  const rows = await reader.query<{ bytes: number }>(sql`
    SELECT coalesce(sum(
      (SELECT coalesce(sum(octet_length(v.template)), 0) FROM prompt_versions v WHERE v.prompt_id = p.id)
      + (SELECT coalesce(sum(octet_length(l.variables::text)), 0) FROM prompt_payloads l WHERE l.prompt_id = p.id)
    ), 0)::float8 AS bytes
    FROM prompts p WHERE ${exported(teamId, slugs)}`);
  return onlyRow(rows).bytes;
}

/** The prompts of a document as JSON, by slug, so that two exports of the same state are the same text. */
export async function exportedPrompts(
  reader: Reader,
  teamId: TeamId,
  slugs: readonly string[] | undefined,
): Promise<string[]> {
  const rows = await reader.query<{ prompt: string }>(sql`
    SELECT json_build_object(
      'slug', p.slug, 'name', p.name, 'description', p.description, 'status', p.status,
      'versions', coalesce((
        SELECT json_agg(json_build_object('number', v.version, 'status', v.status, 'template', v.template) ORDER BY v.version)
        FROM prompt_versions v WHERE v.prompt_id = p.id), '[]'),
      'tags', ${tags},
      'payloads', coalesce((
        SELECT json_agg(json_build_object('name', l.name, 'variables', l.variables) ORDER BY l.created_at, l.id)
        FROM prompt_payloads l WHERE l.prompt_id = p.id), '[]'))::text AS prompt
    FROM prompts p WHERE ${exported(teamId, slugs)} ORDER BY p.slug COLLATE "C"`);
  return rows.map(({ prompt }) => prompt);
}

function exported(teamId: TeamId, slugs: readonly string[] | undefined): Sql {
  const team = sql`p.team_id = ${teamId}::uuid`;
  return slugs === undefined ? team : sql`${team} AND p.slug = ANY(${[...slugs]}::text[])`;
}
