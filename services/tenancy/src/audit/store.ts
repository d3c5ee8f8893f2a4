/** Reads an organization's audit log. Changes write it (changes/change.ts), and nothing alters it. */
import type { OrganizationId } from '@px0/contracts';
import { type Reader, sql } from '@px0/owner';
import type { AuditAction } from '../changes/mod.ts';

export interface AuditRow {
  /** A bigint's digits. */
  readonly id: string;
  readonly orgId: OrganizationId;
  readonly action: AuditAction;
  readonly actorKind: 'user' | 'api-key' | 'system';
  readonly actorId: string | null;
  readonly apiKeyId: string | null;
  readonly teamId: string | null;
  readonly userId: string | null;
  readonly details: { readonly [name: string]: string };
  readonly createdAt: Date;
}

/** The newest entries below `before`, or the newest of all. */
export function entriesBefore(
  reader: Reader,
  orgId: OrganizationId,
  before: string | undefined,
  limit: number,
): Promise<AuditRow[]> {
  return reader.query<AuditRow>(sql`
    SELECT id::text AS id, org_id AS "orgId", action, actor_kind AS "actorKind", actor_id AS "actorId",
           api_key_id AS "apiKeyId", team_id AS "teamId", user_id AS "userId", details, created_at AS "createdAt"
      FROM audit_entries
     WHERE org_id = ${orgId}::uuid AND (${before ?? null}::bigint IS NULL OR audit_entries.id < ${before ?? null}::bigint)
     ORDER BY audit_entries.id DESC
     LIMIT ${limit}`);
}
