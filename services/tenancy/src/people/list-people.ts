/** Who belongs to an organization. */
import type { OrganizationId } from '@px0/contracts';
import { type NumberedPage, type PageRequest, type Reader, readPage } from '@px0/owner';
import { type Caller, orgStanding, requireOnOrganization } from '../authority/mod.ts';
import { countPeople, type PersonRow, pageOfPeople } from './store.ts';

export class ListPeople {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /**
   * A page of the users who are in at least one team of the organization, the oldest account first.
   *
   * @throws ApiError in this order: `organizationNotFound`, `forbidden`
   */
  async run(caller: Caller, orgId: OrganizationId, page: PageRequest): Promise<NumberedPage<PersonRow>> {
    requireOnOrganization(caller, 'listOrgPeople', await orgStanding(this.#reader, orgId, caller.userId));
    return readPage(
      page,
      () => countPeople(this.#reader, orgId),
      (window) => pageOfPeople(this.#reader, orgId, window),
    );
  }
}
