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
  readonly detail: { readonly [fact: string]: string | number | boolean | null };
  /** The note of who did it; null for none, or one that was erased. */
  readonly text: string | null;
}

/** `seen`: of the prompts named `p`, those that the caller sees; undefined: all. */
export type AuditScope =
  | { readonly promptId: PromptId }
  | { readonly teamId: TeamId; readonly seen?: Sql | undefined };

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
    'promptId' in scope
      ? sql`e.prompt_id = ${scope.promptId}::uuid`
      : // What is about the team itself, such as its policies, is in the audit of its organization.
        sql`e.team_id = ${scope.teamId}::uuid AND e.prompt_id IS NOT NULL`;
  const seen =
    'seen' in scope && scope.seen !== undefined
      ? sql`AND EXISTS (SELECT FROM prompts p WHERE p.id = e.prompt_id AND ${scope.seen})`
      : empty;
  const older = before === undefined ? empty : sql`AND e.id < ${before}::bigint`;
  return sql`
    SELECT e.id::text, e.prompt_id AS "promptId", e.team_id AS "teamId", wire_time(e.at) AS at,
      e.actor_kind AS "actorKind", e.actor_id AS "actorId", e.action, e.version, e.detail, t.text
    FROM audit_entries e LEFT JOIN audit_texts t ON t.entry_id = e.id
    WHERE ${owner} AND e.prompt_id IS NOT NULL ${older} ${seen}
    ORDER BY e.id DESC LIMIT ${rowsToFetch(limit)}::int`;
}
