/** Lists change requests: those of a team, and those that wait for the caller or are the caller's own. */
import { type AccessProjection, isAllowedOn, type Principal, requireAllowedOn } from '@px0/access';
import { changeRequestLimits, parseUuid, type TeamId, type Wire } from '@px0/contracts';
import { type Page, pageOf, parseLimit, parseNumber, type Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { RequestViews, Viewed } from './request-view.ts';
import { listOfAuthor, listOpenOf, listRequests, listUnacknowledged, type RequestState } from './store.ts';

export interface ListRequestsDependencies {
  readonly reader: Reader;
  readonly access: AccessProjection;
  readonly views: RequestViews;
}

export interface ListParameters {
  readonly state?: RequestState | undefined;
  readonly prompt_id?: string | undefined;
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
}

const DEFAULT_LIMIT = 50;
/** Each may hold a long description and many reviews. */
const LARGEST_LIMIT = 100;

export class ListRequests {
  readonly #deps: ListRequestsDependencies;

  constructor(deps: ListRequestsDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError forbidden, invalidPromptId, invalidLimit, invalidCursor */
  async run(
    principal: Principal,
    teamId: TeamId,
    parameters: ListParameters,
  ): Promise<Page<Wire<'ChangeRequest'>, number>> {
    const { reader, access, views } = this.#deps;
    requireAllowedOn(access, principal, 'listChangeRequests', { teamId });
    const { state, prompt_id: given = '' } = parameters;
    const promptId = given === '' ? undefined : parseUuid(given);
    if (given !== '' && promptId === undefined) throw new ApiError('invalidPromptId');
    const limit = Math.min(parseLimit(parameters.limit) ?? DEFAULT_LIMIT, LARGEST_LIMIT);
    const before = parseNumber(parameters.cursor);
    const found = await listRequests(reader, { teamId, state, promptId, before, rows: limit + 1 });
    const { rows, next } = pageOf(found, limit, ({ number }) => number);
    return { rows: (await views.ofAll(rows)).map(({ wire }) => wire), next };
  }

  /** The newest first; those that went against a policy, and wait for an administrator such as the caller, before the others. */
  async waitingFor(userId: string, principal: Principal): Promise<Wire<'ChangeRequest'>[]> {
    const { reader, access, views } = this.#deps;
    const teams = access.readableTeams(principal);
    const administered = this.#administered(principal);
    const broken = await listUnacknowledged(reader, administered, changeRequestLimits.mine);
    const notMine = broken.filter(({ authorPerson }) => authorPerson !== userId);
    const open = await listOpenOf(reader, teams, changeRequestLimits.mine);
    const waiting = (await views.ofAll(open)).filter((viewed) => waitsFor(userId, viewed));
    return [...(await views.ofAll(notMine)), ...waiting]
      .slice(0, changeRequestLimits.mine)
      .map(({ wire }) => wire);
  }

  /** The newest first, of the teams that the caller still reads. */
  async madeBy(userId: string, principal: Principal): Promise<Wire<'ChangeRequest'>[]> {
    const { reader, access, views } = this.#deps;
    const teams = access.readableTeams(principal);
    const rows = await listOfAuthor(reader, userId, teams, changeRequestLimits.mine);
    return (await views.ofAll(rows)).map(({ wire }) => wire);
  }

  #administered(principal: Principal): string[] {
    const { access } = this.#deps;
    const readable = access.readableTeams(principal);
    const orgs = new Set(readable.map((teamId) => access.team(teamId)?.orgId));
    const teams = [...orgs].flatMap((orgId) => (orgId === undefined ? [] : [...access.teamsOf(orgId)]));
    return teams.filter((teamId) => isAllowedOn(access, principal, 'acknowledgeBreakGlass', { teamId }));
  }
}

function waitsFor(userId: string, { wire, judged }: Viewed): boolean {
  return judged?.couldApprove(userId, wire.requirements) === true;
}
