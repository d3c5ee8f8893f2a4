/** When the people of an organization last logged in, for its admins. */
import { type AccessProjection, type Principal, requireAllowedOn } from '@px0/access';
import { type OrganizationId, parseUuid, type UserId } from '@px0/contracts';
import { type Reader, sql } from '@px0/owner';
import { ApiError } from '@px0/service-kit';

export interface LastLoginRow {
  readonly userId: UserId;
  /** Null: never, or before the time was kept. */
  readonly lastLoginAt: Date | null;
}

const MOST_IDS = 100;

export class ListLastLogins {
  readonly #reader: Reader;
  readonly #access: AccessProjection;

  constructor({ reader, access }: { readonly reader: Reader; readonly access: AccessProjection }) {
    this.#reader = reader;
    this.#access = access;
  }

  /**
   * Of those among `ids` who are in the organization; the others are left out.
   *
   * @throws ApiError in this order: organizationNotFound, forbidden, invalidId
   */
  async run(principal: Principal, orgId: OrganizationId, ids: string): Promise<LastLoginRow[]> {
    const access = this.#access;
    if (access.organization(orgId) === undefined) throw new ApiError('organizationNotFound');
    requireAllowedOn(access, principal, 'listLastLogins', { orgId });
    const people = userIds(ids).filter((id) => access.isOrgMember(id, orgId));
    return await this.#reader.query<LastLoginRow>(sql`
      SELECT id::text AS "userId", last_login_at AS "lastLoginAt" FROM users
       WHERE id = ANY(${people}::uuid[]) ORDER BY id`);
  }
}

/** @throws ApiError invalidId */
function userIds(text: string): readonly UserId[] {
  // One more than may be sent, so that a long text is not cut into many.
  const parts = text.split(',', MOST_IDS + 1);
  if (parts.length > MOST_IDS) throw new ApiError('invalidId');
  return parts.map((part) => {
    const id = parseUuid(part);
    if (id === undefined) throw new ApiError('invalidId');
    return id;
  });
}
