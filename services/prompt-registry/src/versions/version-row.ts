/** A version as the database returns it, and as the wire shows it. */
import type { PromptId, VersionStatus, Wire } from '@px0/contracts';
import type { TemplateVariable } from '@px0/template';
import { Prisma } from '../generated/prisma/client.ts';

export interface VersionRow {
  readonly id: string;
  readonly promptId: PromptId;
  readonly number: number;
  readonly template: string;
  readonly variables: readonly TemplateVariable[];
  readonly status: VersionStatus;
  readonly createdAt: string;
  readonly publishedAt: string | null;
  /** Ascending by bytes. */
  readonly tags: readonly string[];
  /** Rises with every change of the template. */
  readonly bodyRevision: number;
}

/** The columns of `VersionRow`, of a table or alias named `v`. */
export const versionColumns = Prisma.sql`
  v.id, v.prompt_id as "promptId", v.version as number, v.template, v.variables, v.status,
  wire_time(v.created_at) as "createdAt", wire_time(v.published_at) as "publishedAt",
  v.body_revision::float8 as "bodyRevision",
  array(
    select t.tag::text from prompt_tags t where t.prompt_id = v.prompt_id and t.version = v.version order by t.tag
  ) as tags`;

export function versionToWire(version: VersionRow): Wire<'PromptVersion'> {
  return {
    id: version.id,
    prompt_id: version.promptId,
    version: version.number,
    template: version.template,
    status: version.status,
    created_at: version.createdAt,
    published_at: version.publishedAt,
    tags: [...version.tags],
    variables: version.variables.map(variableToWire),
  };
}

export function variableToWire({ path, required, shape }: TemplateVariable): Wire<'TemplateVariable'> {
  return { path, required, shape };
}
