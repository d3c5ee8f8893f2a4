/** Lists the members of a team. */
import type { TeamId } from '@px0/contracts';
import { type NumberedPage, type PageRequest, type Reader, readPage } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import { type Caller, requireOnTeam, teamStanding } from '../authority/mod.ts';
import { countMembers, type MemberRow, pageOfMembers } from './store.ts';

export class ListMembers {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /**
   * A page of the team's members, the oldest membership first.
   *
   * @throws ApiError `forbidden`, for an unknown team, too
   */
  async run(caller: Caller, teamId: TeamId, page: PageRequest): Promise<NumberedPage<MemberRow>> {
    const standing = await teamStanding(this.#reader, teamId, caller.userId);
    if (standing === undefined) throw new ApiError('forbidden');
    requireOnTeam(caller, 'listTeamMembers', standing);
    return readPage(
      page,
      () => countMembers(this.#reader, teamId),
      (window) => pageOfMembers(this.#reader, teamId, window),
    );
  }
}
