/** A version as the database returns it, and as the wire shows it. */
import type { ProgramState, PromptId, VersionStatus, Wire } from '@px0/contracts';
import { sql } from '@px0/owner';
import type { TemplateVariable } from '@px0/template';
import { authorColumn } from '../changes/mod.ts';

export interface VersionRow {
  readonly id: string;
  readonly promptId: PromptId;
  readonly number: number;
  /** Of a chat the program that is linked from its messages. */
  readonly template: string;
  readonly variables: readonly TemplateVariable[];
  readonly status: VersionStatus;
  readonly createdAt: string;
  readonly publishedAt: string | null;
  /** Ascending by bytes. */
  readonly tags: readonly string[];
  /** Rises with every change of the template. */
  readonly bodyRevision: number;
  readonly note: string;
  /** Null for versions that are older than the field. */
  readonly createdBy: Wire<'PromptVersion'>['created_by'];
  /** As written; null for a text. */
  readonly messages: readonly Wire<'ChatMessage'>[] | null;
  readonly outline: ProgramState['outline'] | null;
  readonly sources: ProgramState['sources'] | null;
  /** Compact JSON text; null for none. */
  readonly config: string | null;
}

/** The columns of `VersionRow`, of a table or alias named `v`. */
export const versionColumns = sql`
  v.id, v.prompt_id AS "promptId", v.version AS number, v.template, v.variables, v.status,
  wire_time(v.created_at) AS "createdAt", wire_time(v.published_at) AS "publishedAt",
  v.body_revision::float8 AS "bodyRevision",
  v.note, ${authorColumn('v')} AS "createdBy", v.messages, v.outline, v.sources, v.config::text AS config,
  array(
    SELECT t.tag::text FROM prompt_tags t WHERE t.prompt_id = v.prompt_id AND t.version = v.version ORDER BY t.tag
  ) AS tags`;

export function versionOnWire(version: VersionRow): Wire<'PromptVersion'> {
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
    kind: version.messages === null ? 'text' : 'chat',
    note: version.note,
    created_by: version.createdBy,
  };
}

export function variableOnWire({ path, required, shape }: TemplateVariable): Wire<'TemplateVariable'> {
  return { path, required, shape };
}
