/** Reads the audit log in pages, the newest first. Nothing here or elsewhere alters it. */
import type { PromptId, TeamId } from '@px0/contracts';
import { empty, type Page, pageOf, type Reader, rowsToFetch, type Sql, sql } from '@px0/owner';

export interface AuditRow {
  /** Rises with time within a prompt; a text because it may outgrow what JavaScript counts exactly. */
  readonly id: string;
  readonly promptId: PromptId;
  readonly teamId: TeamId;
  readonly at: string;
  readonly actorKind: 'user' | 'api-key';
  readonly actorId: string;
  readonly action: string;
  readonly version: number | null;
  readonly detail: { readonly [fact: string]: string | number | null };
}

export type AuditScope = { readonly promptId: PromptId } | { readonly teamId: TeamId };

export interface AuditPageRequest {
  readonly limit: number;
  /** Entries older than this one. */
  readonly before: string | undefined;
}

export type AuditPage = Page<AuditRow, string>;

export async function auditPage(
  reader: Reader,
  scope: AuditScope,
  request: AuditPageRequest,
): Promise<AuditPage> {
  const rows = await reader.query<AuditRow>(auditPageStatement(scope, request));
  return pageOf(rows, request.limit, ({ id }) => id);
}

/** Exported for the test that explains it. */
export function auditPageStatement(scope: AuditScope, { limit, before }: AuditPageRequest): Sql {
  const owner =
    'promptId' in scope ? sql`prompt_id = ${scope.promptId}::uuid` : sql`team_id = ${scope.teamId}::uuid`;
  const older = before === undefined ? empty : sql`AND id < ${before}::bigint`;
  return sql`
    SELECT id::text, prompt_id AS "promptId", team_id AS "teamId", wire_time(at) AS at, actor_kind AS "actorKind",
      actor_id AS "actorId", action, version, detail
    FROM audit_entries WHERE ${owner} ${older}
    ORDER BY audit_entries.id DESC LIMIT ${rowsToFetch(limit)}::int`;
}
