/** What happened in an organization, for its admins. */
import type { OrganizationId } from '@px0/contracts';
import { encodeNumber, pageOf, parseNumber, type Reader } from '@px0/owner';
import { type Caller, orgStanding, requireOnOrganization } from '../authority/mod.ts';
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

export class ListAudit {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /**
   * A page of an organization's audit, the newest entry first. Entries written while a caller pages appear on none of the later
   * pages and shift none of them.
   *
   * @throws ApiError in this order: `organizationNotFound`, `forbidden`, `invalidCursor`
   */
  async run(caller: Caller, orgId: OrganizationId, { cursor, limit }: AuditPageRequest): Promise<AuditPage> {
    requireOnOrganization(caller, 'listOrgAudit', await orgStanding(this.#reader, orgId, caller.userId));
    const rows = await entriesBefore(this.#reader, orgId, parseNumber(cursor), limit + 1);
    const { rows: entries, next } = pageOf(rows, limit, ({ id }) => encodeNumber(id));
    return { entries, nextCursor: next };
  }
}
