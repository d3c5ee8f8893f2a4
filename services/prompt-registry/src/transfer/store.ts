/** Reads a team as a document needs it: each question is one statement, whatever the number of prompts. */
import type { PromptId, TeamId } from '@px0/contracts';
import { onlyRow, type Reader, type Sql, sql } from '@px0/owner';
import { BY_DEFAULT, NOT_A_TEXT } from './content-digest.ts';
import { type DocumentKind, FIRST_KIND, SECOND_KIND } from './document.ts';
import type { PresentPrompt } from './plan.ts';

export interface PresentRow extends PresentPrompt {
  readonly id: PromptId;
  readonly name: string;
}

/** `seen`: of the tags named `t`, those that the caller sees. */
const tagsWhere = (seen: Sql) => sql`
  coalesce((
    SELECT json_object_agg(t.tag, t.version ORDER BY t.tag) FROM prompt_tags t WHERE t.prompt_id = p.id AND ${seen}), '{}')`;

/** `contentDigest`, of a version `v`. Both texts are as they were stored, without blanks. */
const digest = sql`
  CASE WHEN v.messages IS NULL AND v.config IS NULL AND v.authored_schema IS NULL THEN encode(sha256(convert_to(v.template, 'UTF8')), 'hex')
  ELSE ${NOT_A_TEXT} || encode(sha256(convert_to('{'
    || CASE WHEN v.messages IS NULL THEN '"template":' || to_json(v.template)::text
      ELSE '"messages":' || replace(v.messages::text, ${BY_DEFAULT}, '}') END
    || coalesce(',"config":' || v.config::text, '')
    || coalesce(',"input_schema":' || v.authored_schema::text, '') || '}', 'UTF8')), 'hex') END`;

/** The team's prompts under the given slugs, or with one of the given names. */
export function presentPrompts(
  reader: Reader,
  teamId: TeamId,
  slugs: readonly string[],
  names: readonly string[],
): Promise<PresentRow[]> {
  return reader.query<PresentRow>(sql`
    SELECT p.id, p.slug, p.name, p.description, p.folder, p.contract, p.status, ${tagsWhere(sql`TRUE`)} AS tags,
      coalesce((
        SELECT json_agg(json_build_object('number', v.version, 'status', v.status,
          'digest', ${digest}))
        FROM prompt_versions v WHERE v.prompt_id = p.id), '[]') AS versions,
      coalesce((
        SELECT json_agg(json_build_object('id', l.id, 'name', l.name, 'canonical', l.variables::text,
          'assertions', l.assertions::text, 'snapshot', s.sha256) ORDER BY l.created_at, l.id)
        FROM prompt_payloads l LEFT JOIN payload_snapshots s ON s.payload_id = l.id WHERE l.prompt_id = p.id), '[]') AS payloads
    FROM prompts p
    WHERE p.team_id = ${teamId}::uuid AND (p.slug = ANY(${[...slugs]}::text[]) OR p.name = ANY(${[...names]}::text[]))`);
}

/** JSON texts as Postgres would store and show them, in the same order. */
export async function canonicalTexts(reader: Reader, texts: readonly string[]): Promise<string[]> {
  const rows = await reader.query<{ text: string }>(sql`
    SELECT (j.text::jsonb)::text AS text FROM unnest(${[...texts]}::text[]) WITH ORDINALITY AS j (text, place) ORDER BY place`);
  return rows.map(({ text }) => text);
}

/** The rows of prompts `p`, versions `v` and tags `t` that the caller sees. */
export interface Seen {
  readonly prompts: Sql;
  readonly versions: Sql;
  readonly tags: Sql;
}

/** Bytes of versions and payloads, with all that is expected of them, that an export would hold. */
export async function exportBytes(
  reader: Reader,
  teamId: TeamId,
  slugs: readonly string[] | undefined,
  seen: Seen,
): Promise<number> {
  const rows = await reader.query<{ bytes: number }>(sql`
    SELECT coalesce(sum(
      (SELECT coalesce(sum(octet_length(coalesce(v.messages::text, v.template)) + octet_length(coalesce(v.config::text, ''))
          + octet_length(coalesce(v.authored_schema::text, '')) + octet_length(v.note)), 0)
        FROM prompt_versions v WHERE v.prompt_id = p.id AND ${seen.versions})
      + (SELECT coalesce(sum(octet_length(l.variables::text) + octet_length(l.assertions::text) + coalesce(octet_length(s.output), 0)), 0)
        FROM prompt_payloads l LEFT JOIN payload_snapshots s ON s.payload_id = l.id WHERE l.prompt_id = p.id)
    ), 0)::float8 AS bytes
    FROM prompts p WHERE ${exported(teamId, slugs, seen)}`);
  return onlyRow(rows).bytes;
}

export interface ExportedPrompts {
  readonly kind: DocumentKind;
  /** As JSON. */
  readonly prompts: readonly string[];
}

/** The prompts of a document, by slug, so that two exports of the same state are the same text. One statement sees one state. */
export async function exportedPrompts(
  reader: Reader,
  teamId: TeamId,
  slugs: readonly string[] | undefined,
  seen: Seen,
): Promise<ExportedPrompts> {
  const rows = await reader.query<{ kind: DocumentKind; prompt: string }>(sql`
    WITH document AS (
      SELECT CASE WHEN EXISTS (SELECT FROM prompts p WHERE ${exported(teamId, slugs, seen)} AND (p.folder <> '' OR p.contract <> 'off' OR EXISTS (
        SELECT FROM prompt_versions v WHERE v.prompt_id = p.id AND ${seen.versions}
          AND (v.messages IS NOT NULL OR v.config IS NOT NULL OR v.authored_schema IS NOT NULL OR v.note <> '')) OR EXISTS (
        SELECT FROM prompt_payloads l WHERE l.prompt_id = p.id
          AND (l.assertions <> '[]' OR EXISTS (SELECT FROM payload_snapshots s WHERE s.payload_id = l.id)))))
      THEN ${SECOND_KIND} ELSE ${FIRST_KIND} END AS kind)
    SELECT d.kind, '{' || concat_ws(',',
      '"slug":' || to_json(p.slug)::text, '"name":' || to_json(p.name)::text,
      '"description":' || to_json(p.description)::text,
      CASE WHEN d.kind = ${SECOND_KIND} THEN '"folder":' || to_json(p.folder)::text END,
      CASE WHEN d.kind = ${SECOND_KIND} AND p.contract <> 'off' THEN '"contract":' || to_json(p.contract)::text END,
      '"status":' || to_json(p.status)::text,
      '"versions":' || coalesce((
        SELECT json_agg(${exportedVersion} ORDER BY v.version)::text
        FROM prompt_versions v WHERE v.prompt_id = p.id AND ${seen.versions}), '[]'),
      '"tags":' || ${tagsWhere(seen.tags)}::text,
      '"payloads":' || coalesce((
        SELECT json_agg(${exportedPayload} ORDER BY l.created_at, l.id)::text
        FROM prompt_payloads l LEFT JOIN payload_snapshots s ON s.payload_id = l.id WHERE l.prompt_id = p.id), '[]')) || '}' AS prompt
    FROM prompts p, document d WHERE ${exported(teamId, slugs, seen)} ORDER BY p.slug COLLATE "C"`);
  return { kind: rows[0]?.kind ?? FIRST_KIND, prompts: rows.map(({ prompt }) => prompt) };
}

/** Put together from texts: what a version does not have is absent, and a configuration keeps its digits and its nulls. */
const exportedVersion = sql`
  ('{' || concat_ws(',',
    '"number":' || v.version, '"status":' || to_json(v.status)::text,
    CASE WHEN v.messages IS NULL THEN '"template":' || to_json(v.template)::text END,
    '"messages":' || v.messages::text, '"config":' || v.config::text, '"input_schema":' || v.authored_schema::text,
    CASE WHEN v.note <> '' THEN '"note":' || to_json(v.note)::text END) || '}')::json`;

/** What nobody expects of a payload is absent. */
const exportedPayload = sql`
  ('{' || concat_ws(',',
    '"name":' || coalesce(to_json(l.name)::text, 'null'), '"variables":' || l.variables::text,
    CASE WHEN l.assertions <> '[]' THEN '"assertions":' || l.assertions::text END,
    '"snapshot":' || to_json(s.output)::text) || '}')::json`;

function exported(teamId: TeamId, slugs: readonly string[] | undefined, seen: Seen): Sql {
  const team = sql`p.team_id = ${teamId}::uuid AND ${seen.prompts}`;
  return slugs === undefined ? team : sql`${team} AND p.slug = ANY(${[...slugs]}::text[])`;
}
