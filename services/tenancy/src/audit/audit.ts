/** What happened in an organization, for its admins. */
import type { OrganizationId } from '@px0/contracts';
import { type Caller, orgStanding, requireOnOrganization } from '../authority/mod.ts';
import type { Database } from '../database.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { type AuditRow, entriesBefore } from './store.ts';

export interface AuditPage {
  readonly entries: AuditRow[];
  /** Where the next page begins; undefined when this was the last. */
  readonly nextCursor: string | undefined;
}

export interface AuditPageRequest {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export class Audit {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * A page of an organization's audit, the newest entry first. Entries written while somebody pages appear on none of the later
   * pages and shift none of them.
   *
   * @throws ApiError in this order: `organizationNotFound`, `forbidden`, `invalidCursor`
   */
  async list(caller: Caller, orgId: OrganizationId, { cursor, limit }: AuditPageRequest): Promise<AuditPage> {
    requireOnOrganization(caller, 'listOrgAudit', await orgStanding(this.#database, orgId, caller.userId));
    const before = cursor === undefined || cursor === '' ? undefined : decodeCursor(cursor);
    // One more than asked for tells whether there is a next page.
    const rows = await entriesBefore(this.#database, orgId, before, limit + 1);
    const entries = rows.slice(0, limit);
    const last = entries.at(-1);
    return {
      entries,
      nextCursor: rows.length > limit && last !== undefined ? encodeCursor(last.id) : undefined,
    };
  }
}
