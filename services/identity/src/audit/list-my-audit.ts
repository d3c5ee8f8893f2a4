/** What happened to a person's account and belongs to no organization: organizations have chains for theirs. */
import type { SessionPrincipal } from '@px0/access';
import { encodeNumber, pageOf, parseNumber, type Reader, rowsToFetch, sql } from '@px0/owner';

export interface AccountEntry {
  /** A bigint's digits. */
  readonly id: string;
  readonly action: string;
  /** Null: px0 itself. */
  readonly actorId: string | null;
  readonly via: string | null;
  readonly details: { readonly [name: string]: string };
  readonly createdAt: Date;
}

interface AccountAuditPage {
  readonly entries: readonly AccountEntry[];
  readonly nextCursor: string | undefined;
}

const PAGE = 50;

export class ListMyAudit {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** A page, the newest entry first. @throws ApiError invalidCursor */
  async run({ userId }: SessionPrincipal, cursor: string | undefined): Promise<AccountAuditPage> {
    const before = parseNumber(cursor) ?? null;
    const rows = await this.#reader.query<AccountEntry>(sql`
      SELECT id::text AS id, action, actor_id::text AS "actorId", via, details, created_at AS "createdAt"
        FROM audit_entries
       WHERE user_id = ${userId}::uuid AND org_id IS NULL AND (${before}::bigint IS NULL OR audit_entries.id < ${before}::bigint)
       ORDER BY audit_entries.id DESC
       LIMIT ${rowsToFetch(PAGE)}::int`);
    const { rows: entries, next } = pageOf(rows, PAGE, ({ id }) => encodeNumber(id));
    return { entries, nextCursor: next };
  }
}
