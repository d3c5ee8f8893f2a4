/** Who belongs to an organization. */
import type { OrganizationId } from '@px0/contracts';
import { type Caller, orgStanding, requireOnOrganization } from '../authority/mod.ts';
import type { Database } from '../database.ts';
import { type Page, type PageRequest, readPage } from '../paging/page.ts';
import { countPeople, type PersonRow, pageOfPeople } from './store.ts';

export class People {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * A page of the users who are in at least one team of the organization, the oldest account first.
   *
   * @throws ApiError in this order: `organizationNotFound`, `forbidden`
   */
  async list(caller: Caller, orgId: OrganizationId, page: PageRequest): Promise<Page<PersonRow>> {
    requireOnOrganization(caller, 'listOrgPeople', await orgStanding(this.#database, orgId, caller.userId));
    return readPage(
      page,
      () => countPeople(this.#database, orgId),
      (window) => pageOfPeople(this.#database, orgId, window),
    );
  }
}
