/** A version as the database returns it, and as the wire shows it. */
import type { ApiKeyId, PromptId, UserId, VersionStatus, Wire } from '@px0/contracts';
import { type Sql, sql } from '@px0/owner';
import { SerializedJson } from '@px0/service-kit';
import type { ChatEntry, TemplateVariable } from '@px0/template';
import { authorColumn, bodyOf, programOf } from '../changes/mod.ts';
import type { NotedContent } from './checked-content.ts';
import { contentHashOf } from './content-hash.ts';
import type { Include } from './include.ts';

export interface VersionRow extends NotedContent {
  readonly id: string;
  readonly promptId: PromptId;
  readonly number: number;
  readonly status: VersionStatus;
  readonly createdAt: string;
  readonly publishedAt: string | null;
  /** Ascending by bytes. */
  readonly tags: readonly string[];
  /** Rises with every change of the program and its configuration. */
  readonly bodyRevision: number;
  /** Null for versions that are older than the field. */
  readonly createdBy: Wire<'PromptVersion'>['created_by'];
  /** The content hash; null: not computed yet. */
  readonly storedHash: string | null;
  /** See contributors.ts. */
  readonly contributors: readonly UserId[] | null;
  readonly goneKeys: readonly ApiKeyId[];
}

/** The version's content hash. */
export function contentHash(version: VersionRow): string {
  return version.storedHash ?? contentHashOf(bodyOf(version));
}

/** What every render needs is as long as a template: lists read it only where it is shown. */
const columnsWith = (inferredSchema: Sql) => sql`
  v.id, v.prompt_id AS "promptId", v.version AS number, v.template, v.variables, v.status,
  wire_time(v.created_at) AS "createdAt", wire_time(v.published_at) AS "publishedAt",
  v.body_revision::float8 AS "bodyRevision",
  v.note, ${authorColumn('v')} AS "createdBy", v.messages, v.outline, v.sources, v.config::text AS config,
  v.authored_schema::text AS "authoredSchema", ${inferredSchema} AS "inferredSchema",
  'sha256:' || encode(v.content_hash, 'hex') AS "storedHash", v.contributors, v.contributor_keys AS "goneKeys",
  array(
    SELECT t.tag::text FROM prompt_tags t WHERE t.prompt_id = v.prompt_id AND t.version = v.version ORDER BY t.tag
  ) AS tags`;

/** The columns of `VersionRow`, of a table or alias named `v`. */
export const versionColumns = columnsWith(sql`v.inferred_schema::text`);

/** The same without what every render needs, as if nobody had inferred it; unless it has to be hashed, together with an author's schema. */
export const versionColumnsOfLists = columnsWith(
  sql`CASE WHEN v.authored_schema IS NOT NULL AND v.content_hash IS NULL THEN v.inferred_schema::text END`,
);

/** What is shown of a version besides what every answer shows. */
export interface Shown {
  /** The input schema as JSON text. */
  readonly schema?: string | undefined;
  /** `program`: what renders it, too. */
  readonly include?: Include;
}

/** A version as JSON. Configuration and schemas are put in as their texts: numbers keep their digits, and a list of versions parses none. */
export function versionJson(version: VersionRow, { schema, include }: Shown = {}): string {
  const parts = [
    JSON.stringify(withoutTexts(version)).slice(0, -1),
    version.config === null ? '' : `,"config":${version.config}`,
    schema === undefined ? '' : `,"input_schema":${schema}`,
    version.authoredSchema === null ? '' : `,"authored_schema":${version.authoredSchema}`,
    include === 'program' ? `,"program":${programJson(version, schema)}` : '',
  ];
  return `${parts.join('')}}`;
}

function programJson(version: VersionRow, schema: string | undefined): string {
  const json = JSON.stringify(programOf(version));
  return schema === undefined ? json : `${json.slice(0, -1)},"schema":${schema}}`;
}

/** The answer that holds one version. */
export function versionAnswer(version: VersionRow, shown?: Shown): SerializedJson {
  return new SerializedJson([Buffer.from(`{"version":${versionJson(version, shown)}}`)]);
}

type WithoutTexts = Omit<Wire<'PromptVersion'>, 'config' | 'input_schema' | 'authored_schema' | 'program'>;

function withoutTexts(version: VersionRow): WithoutTexts {
  const { messages } = version;
  return {
    id: version.id,
    prompt_id: version.promptId,
    version: version.number,
    template: version.template,
    status: version.status,
    created_at: version.createdAt,
    published_at: version.publishedAt,
    tags: [...version.tags],
    variables: version.variables.map(variableOnWire),
    kind: messages === null ? 'text' : 'chat',
    note: version.note,
    created_by: version.createdBy,
    content_hash: contentHash(version),
    ...(messages !== null && { messages: messages.map(messageOnWire) }),
  };
}

function messageOnWire(message: ChatEntry): Wire<'ChatMessage'> {
  return 'parts' in message ? { ...message, parts: [...message.parts] } : message;
}

/** What the audit says of a version that is no plain text. */
export function kindDetail({ messages }: VersionRow): { readonly detail?: { readonly kind: 'chat' } } {
  return messages === null ? {} : { detail: { kind: 'chat' } };
}

export function variableOnWire({ path, required, shape }: TemplateVariable): Wire<'TemplateVariable'> {
  return { path, required, shape };
}
