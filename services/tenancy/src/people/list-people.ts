/** Who belongs to an organization. */
import { type OrganizationId, parseUuid, type UserId } from '@px0/contracts';
import { type NumberedPage, type PageRequest, type Reader, readPage } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import { type Caller, isTeamRole, orgStanding, requireOnOrganization } from '../authority/mod.ts';
import {
  countMatching,
  countPeople,
  type PeopleFilter,
  type PersonRow,
  pageOfMatching,
  pageOfPeople,
  peopleNamed,
  type Viewer,
} from './store.ts';

/** The filters of a query, as they were sent. An empty text is no filter. */
export interface PeopleQuery {
  readonly search?: string | undefined;
  readonly team_id?: string | undefined;
  readonly role?: string | undefined;
  readonly ids?: string | undefined;
}

const MOST_IDS = 100;

export class ListPeople {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /**
   * A page of the users who are in at least one team of the organization, the oldest account first.
   *
   * @throws ApiError in this order: `organizationNotFound`, `forbidden`, `invalidId`, `invalidRole`
   */
  async run(
    caller: Caller,
    orgId: OrganizationId,
    page: PageRequest,
    query: PeopleQuery = {},
  ): Promise<NumberedPage<PersonRow>> {
    const reader = this.#reader;
    const { orgRole } = requireOnOrganization(
      caller,
      'listOrgPeople',
      await orgStanding(reader, orgId, caller.userId),
    );
    const viewer: Viewer = { orgId, userId: caller.userId, isOrgAdmin: orgRole === 'admin' };
    const ids = idsIn(query.ids);
    const filter = filterOf(query);
    if (ids !== undefined) {
      const named = await peopleNamed(reader, viewer, ids);
      return await readPage(
        page,
        () => Promise.resolve(named.length),
        ({ offset, limit }) => Promise.resolve(named.slice(offset, offset + limit)),
      );
    }
    if (Object.keys(filter).length === 0) {
      return await readPage(
        page,
        () => countPeople(reader, orgId),
        (window) => pageOfPeople(reader, viewer, window),
      );
    }
    return await readPage(
      page,
      () => countMatching(reader, viewer, filter),
      (window) => pageOfMatching(reader, viewer, filter, window),
    );
  }
}

/** @throws ApiError invalidId */
function idsIn(text = ''): readonly UserId[] | undefined {
  if (text === '') return undefined;
  // One more than may be sent, so that a long text is not cut into many.
  const parts = text.split(',', MOST_IDS + 1);
  if (parts.length > MOST_IDS) throw new ApiError('invalidId');
  return parts.map((part) => {
    const id = parseUuid(part);
    if (id === undefined) throw new ApiError('invalidId');
    return id;
  });
}

/** @throws ApiError invalidId, invalidRole */
function filterOf({ search = '', team_id: team = '', role = '' }: PeopleQuery): PeopleFilter {
  const teamId = team === '' ? undefined : parseUuid(team);
  if (team !== '' && teamId === undefined) throw new ApiError('invalidId');
  if (role !== '' && !isTeamRole(role)) throw new ApiError('invalidRole');
  return {
    ...(search !== '' && { search }),
    ...(teamId !== undefined && { teamId }),
    ...(role !== '' && { role }),
  };
}
