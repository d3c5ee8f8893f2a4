/** Reads the audit log in pages, the newest first. Nothing here or elsewhere alters it. */
import type { PromptId, TeamId } from '@px0/contracts';
import type { Db } from '../database/db.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { type Page, pageOf } from '../paging/mod.ts';

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

export class AuditStore {
  async page(db: Db, scope: AuditScope, { limit, before }: AuditPageRequest): Promise<AuditPage> {
    const rows = await db.$queryRaw<AuditRow[]>(auditStatement(scope, { limit: limit + 1, before }));
    return pageOf(rows, limit, ({ id }) => id);
  }
}

/** Exported for the test that explains it. */
export function auditStatement(scope: AuditScope, { limit, before }: AuditPageRequest): Prisma.Sql {
  const owner =
    'promptId' in scope
      ? Prisma.sql`prompt_id = ${scope.promptId}::uuid`
      : Prisma.sql`team_id = ${scope.teamId}::uuid`;
  const older = before === undefined ? Prisma.empty : Prisma.sql`and id < ${before}::bigint`;
  return Prisma.sql`
    select id::text, prompt_id as "promptId", team_id as "teamId", wire_time(at) as at, actor_kind as "actorKind",
      actor_id as "actorId", action, version, detail
    from audit_entries where ${owner} ${older}
    order by audit_entries.id desc limit ${limit}::int`;
}
