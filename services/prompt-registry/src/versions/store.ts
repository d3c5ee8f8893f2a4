/** The rows of versions. A writer holds the prompt's row lock, so no statement here races with another writer. */
import type { PromptId, VersionStatus } from '@px0/contracts';
import { empty, join, onlyRow, type Reader, rowsToFetch, type Sql, sql } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import { authorOf, bodyOf, type Change, personBehind } from '../changes/mod.ts';
import type { Permit } from '../policies/mod.ts';
import { contentWords, wordsUpdate } from '../prompts/mod.ts';
import type { NotedContent } from './checked-content.ts';
import { contentHashOf, digestOf } from './content-hash.ts';
import type { VersionRef } from './version-ref.ts';
import { type VersionRow, versionColumns, versionColumnsOfLists } from './version-row.ts';

export interface NewVersion {
  readonly id: string;
  readonly promptId: PromptId;
  readonly number: number;
  readonly content: NotedContent;
  readonly bodyRevision: number;
}

/** The version that a new one is a duplicate of. */
export type Source = Pick<VersionRow, 'contributors' | 'goneKeys'>;

export interface VersionFilter {
  readonly status: string | undefined;
  /** Any of them; undefined: no filter. */
  readonly tags: readonly string[] | undefined;
  /** Undefined: all. */
  readonly limit: number | undefined;
  /** Only numbers below this one. */
  readonly before: string | undefined;
  /** Whether what every render needs is read. */
  readonly hasSchemas: boolean;
  /** Of versions named `v`, those that the caller sees. */
  readonly seen: Sql;
}

export interface StatusChange {
  readonly status: VersionStatus;
  /** A promotion stamps the time; nothing else touches it. */
  readonly published: 'now' | 'kept';
}

export interface ChangedStatus {
  readonly version: VersionRow;
  /** The number of the version that was live before; undefined when none made way. */
  readonly replaced: number | undefined;
}

export async function findVersion(
  reader: Reader,
  promptId: PromptId,
  ref: VersionRef,
): Promise<VersionRow | undefined> {
  const number =
    ref.kind === 'number'
      ? sql`${ref.number}::int`
      : sql`(SELECT t.version FROM prompt_tags t WHERE t.prompt_id = ${promptId}::uuid AND t.tag = ${ref.tag})`;
  const [version] = await reader.query<VersionRow>(sql`
    SELECT ${versionColumns} FROM prompt_versions v WHERE v.prompt_id = ${promptId}::uuid AND v.version = ${number}`);
  return version;
}

/** As `findVersion`. @throws ApiError versionNotFound */
export async function requireVersion(
  reader: Reader,
  promptId: PromptId,
  ref: VersionRef,
): Promise<VersionRow> {
  const version = await findVersion(reader, promptId, ref);
  if (version === undefined) throw new ApiError('versionNotFound');
  return version;
}

export async function liveVersion(reader: Reader, promptId: PromptId): Promise<VersionRow | undefined> {
  const [version] = await reader.query<VersionRow>(sql`
    SELECT ${versionColumns} FROM prompt_versions v WHERE v.prompt_id = ${promptId}::uuid AND v.status = 'live'`);
  return version;
}

/** The two versions of a diff, each undefined when there is none of that number. */
export async function versionPair(
  reader: Reader,
  promptId: PromptId,
  from: number,
  to: number,
): Promise<(VersionRow | undefined)[]> {
  const rows = await reader.query<VersionRow>(sql`
    SELECT ${versionColumns} FROM prompt_versions v
    WHERE v.prompt_id = ${promptId}::uuid AND v.version IN (${from}::int, ${to}::int)`);
  return [from, to].map((number) => rows.find((row) => row.number === number));
}

/** The newest first; one row more than the limit when there are more. */
export function listVersions(
  reader: Reader,
  promptId: PromptId,
  filter: VersionFilter,
): Promise<VersionRow[]> {
  const { status, tags, before, hasSchemas } = filter;
  const conditions = [sql`v.prompt_id = ${promptId}::uuid`, filter.seen];
  if (status !== undefined) conditions.push(sql`v.status = ${status}`);
  if (before !== undefined) conditions.push(sql`v.version < ${before}::bigint`);
  if (tags !== undefined) {
    conditions.push(sql`EXISTS (
      SELECT FROM prompt_tags t
      WHERE t.prompt_id = v.prompt_id AND t.version = v.version AND t.tag = ANY(${[...tags]}::text[]))`);
  }
  return reader.query<VersionRow>(sql`
    SELECT ${hasSchemas ? versionColumns : versionColumnsOfLists} FROM prompt_versions v WHERE ${join(conditions, ' AND ')} ORDER BY v.version DESC
    LIMIT ${rowsToFetch(filter.limit)}::int`);
}

/** The next version number. Numbers only rise, so none is ever given out twice. */
export async function takeNumber(change: Change, promptId: PromptId): Promise<number> {
  const rows = await change.write<{ number: number }>(
    'prompt',
    promptId,
    sql`
      UPDATE prompts SET next_version = next_version + 1 WHERE id = ${promptId}::uuid
      RETURNING next_version - 1 AS number`,
  );
  return onlyRow(rows).number;
}

export async function insertVersion(
  change: Change,
  version: NewVersion,
  source: Source = { contributors: [], goneKeys: [] },
): Promise<VersionRow> {
  const actor = authorOf(change.actor);
  const person = personBehind(change.actor);
  const contributors =
    person === undefined || source.contributors === null
      ? null
      : [...new Set([...source.contributors, person])];
  const gathered = await wordsOfDraft(version);
  return onlyRow(
    await change.write<VersionRow>(
      'prompt',
      version.promptId,
      sql`
        WITH gathered AS (${gathered})
        INSERT INTO prompt_versions AS v (id, prompt_id, version, body_revision, actor_kind, actor_id,
          contributors, contributor_keys, ${contentColumns})
        VALUES (${version.id}::uuid, ${version.promptId}::uuid, ${version.number}::int, ${version.bodyRevision}::bigint,
          ${actor.kind}, ${actor.id}::uuid, ${contributors}::uuid[], ${[...source.goneKeys]}::uuid[], ${contentValues(version)})
        RETURNING ${versionColumns}`,
    ),
  );
}

export async function setContent(
  change: Change,
  version: Omit<NewVersion, 'id'>,
  _permit: Permit,
): Promise<VersionRow> {
  const gathered = await wordsOfDraft(version);
  const person = personBehind(change.actor) ?? null;
  return onlyRow(
    await change.write<VersionRow>(
      'prompt',
      version.promptId,
      sql`
        WITH gathered AS (${gathered})
        UPDATE prompt_versions v SET body_revision = ${version.bodyRevision}::bigint, edits = v.edits + 1,
          contributors = CASE WHEN ${person}::uuid IS NULL OR v.contributors IS NULL THEN NULL WHEN ${person}::uuid = ANY(v.contributors) THEN v.contributors
            ELSE v.contributors || ${person}::uuid END,
          (${contentColumns}) = ROW(${contentValues(version)})
        WHERE v.prompt_id = ${version.promptId}::uuid AND v.version = ${version.number}::int
        RETURNING ${versionColumns}`,
    ),
  );
}

/** Sets the words of the prompt if the draft is what a search looks into: no version is live, and none that is not archived is newer. */
async function wordsOfDraft({ promptId, number, content }: Omit<NewVersion, 'id'>): Promise<Sql> {
  return wordsUpdate(
    promptId,
    await contentWords(content),
    sql`NOT EXISTS (
      SELECT FROM prompt_versions other WHERE other.prompt_id = ${promptId}::uuid
        AND (other.status = 'live' OR (other.version > ${number}::int AND other.status <> 'archived')))`,
  );
}

const contentColumns = sql`template, variables, messages, outline, sources, config, note, authored_schema, inferred_schema, schema_revision, content_hash`;

/** The values of `contentColumns`. */
function contentValues({ content, bodyRevision }: Pick<NewVersion, 'content' | 'bodyRevision'>): Sql {
  const { template, variables, messages, outline, sources, config, note } = content;
  const digest = digestOf(contentHashOf(bodyOf(content))).toString('hex');
  const json = (value: unknown) => (value === null ? null : JSON.stringify(value));
  return sql`${template}, ${JSON.stringify(variables)}::jsonb, ${json(messages)}::json, ${json(outline)}::json,
    ${json(sources)}::json, ${config}::json, ${note}, ${content.authoredSchema}::json, ${content.inferredSchema}::json,
    ${bodyRevision}::bigint, decode(${digest}, 'hex')`;
}

/** Changes the version's status. The live version makes way, as stable, for one that becomes live, in the same statement. */
export async function setStatus(
  change: Change,
  version: VersionRow,
  { status, published }: StatusChange,
  _permit: Permit,
): Promise<ChangedStatus> {
  const publishedAt = published === 'now' ? sql`now()` : sql`v.published_at`;
  // A search looks into the live version.
  const gathered =
    status === 'live'
      ? sql`, gathered AS (${wordsUpdate(version.promptId, await contentWords(version), sql`TRUE`)})`
      : empty;
  // The count makes the database demote first: the index admits one live version at a time.
  const { replaced, ...changed } = onlyRow(
    await change.write<VersionRow & { readonly replaced: number | null }>(
      'prompt',
      version.promptId,
      sql`
        WITH demoted AS (
          UPDATE prompt_versions SET status = 'stable'
          WHERE prompt_id = ${version.promptId}::uuid AND status = 'live' AND ${status}::text = 'live'
          RETURNING version)${gathered}
        UPDATE prompt_versions v SET status = ${status}, published_at = ${publishedAt}
        WHERE v.prompt_id = ${version.promptId}::uuid AND v.version = ${version.number}::int
          AND (SELECT count(*) FROM demoted) <= 1
        RETURNING ${versionColumns}, (SELECT version FROM demoted) AS replaced`,
    ),
  );
  return { version: changed, replaced: replaced ?? undefined };
}

/** The version's tags go with it. */
export async function deleteVersion(change: Change, version: VersionRow, _permit: Permit): Promise<void> {
  await change.write(
    'prompt',
    version.promptId,
    sql`
      DELETE FROM prompt_versions WHERE prompt_id = ${version.promptId}::uuid AND version = ${version.number}::int
      RETURNING version`,
  );
}
