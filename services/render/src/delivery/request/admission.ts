/**
 * Whether a request for a delivery is taken, and what it is given: who calls, and which of their teams and prompts they want. The order of the checks is
 * the contract's order of refusals.
 */
import type { IncomingMessage } from 'node:http';
import {
  type AccessProjection,
  authenticateRoute,
  authorizeClass,
  type KeyUseListener,
  limitsOf,
  type Principal,
} from '@px0/access';
import { parseUuid, type RouteDefinition } from '@px0/contracts';
import { type Demand, decodeToken, type RevisionToken } from '@px0/event-bus';
import { ApiError, queryValueOf } from '@px0/service-kit';
import type { PromptDirectory } from '../../prompts/mod.ts';
import { Refusal } from '../../rendering/mod.ts';
import { Freshness, type Revisions } from '../../revisions/mod.ts';
import type { Selection } from '../view/audience.ts';

export type DeliveryPrincipal = Exclude<Principal, { readonly kind: 'anonymous' }>;

export interface AdmissionDependencies {
  readonly access: AccessProjection;
  readonly directory: PromptDirectory;
  readonly revisions: Revisions;
  readonly uses: KeyUseListener;
  readonly maxPrompts: number;
}

/** What a caller asked to be delivered. */
export interface Wanted {
  /** Undefined: every team that the caller reads. */
  readonly teamIds: readonly string[] | undefined;
  /** Undefined: every prompt. */
  readonly slugs: ReadonlySet<string> | undefined;
}

/** What the admission selects. The limits of a key never change. */
export function selectionOf({
  principal,
  wanted: { slugs },
  teamIds,
}: Pick<Admission, 'principal' | 'wanted' | 'teamIds'>): Selection {
  return { teamIds, slugs, limits: limitsOf(principal) };
}

export interface Admission {
  readonly principal: DeliveryPrincipal;
  readonly authorization: string;
  readonly wanted: Wanted;
  /** The teams at the moment of the request, ascending. */
  readonly teamIds: readonly string[];
  readonly since: RevisionToken | undefined;
  readonly demand: Demand;
  /** Whether the answer has to say that it may lack the latest writes. */
  readonly isStale: boolean;
  /** The demand that the present state does not meet. It is the last refusal. */
  readonly unmet: ApiError | undefined;
}

/** How fresh the state is that decides about a request. */
export interface Judgement {
  /** Whatever is answered, a refusal too, has to say whether it is stale. */
  readonly freshness: Freshness;
  /** A demand that cannot be met, or read. It is refused in its turn; until then the request is judged as one without it. */
  readonly fault: ApiError | undefined;
}

const MAX_NAMED_TEAMS = 100;
const MAX_SLUGS = 200;
/** Of one audience. */
export const MAX_TEAMS = 5_000;

/** @throws ApiError serviceUnavailable when the process is still starting after a bounded wait; further refusals come from `admit` */
export async function judgementOf(revisions: Revisions, req: IncomingMessage): Promise<Judgement> {
  try {
    return { freshness: await Freshness.of(revisions, req.headers), fault: undefined };
  } catch (error) {
    if (!(error instanceof ApiError) || error.code === 'serviceUnavailable') throw error;
    return { freshness: await Freshness.of(revisions, {}), fault: error };
  }
}

export async function admit(
  { access, directory, revisions, uses, maxPrompts }: AdmissionDependencies,
  { freshness, fault }: Judgement,
  route: RouteDefinition,
  req: IncomingMessage,
): Promise<Admission> {
  const authorization = req.headers.authorization ?? '';
  const authenticate = (): DeliveryPrincipal | Refusal => {
    const principal = authenticateRoute(access, uses, route, authorization);
    if ('error' in principal) return new Refusal(principal.error);
    return principal.kind === 'anonymous' ? new Refusal('unauthorized') : principal;
  };
  const principal = await decided(freshness, authenticate);
  if (access.awaitsPlacement(principal))
    await freshness.untilRights(() => !access.awaitsPlacement(principal));

  const named = namedTeams(req.url ?? '');
  const wanted = { teamIds: named, slugs: undefined };
  const teamIds = await decided(freshness, () => readable(access, principal, wanted));
  const slugs = namedSlugs(req.url ?? '');
  if (fault?.code === 'invalidRevision' || fault?.code === 'invalidConsistency') throw fault;
  const since = route.patience === 'stream' ? lastEventOf(req) : sinceOf(req.url ?? '');
  if (isTooLarge(directory, teamIds, slugs, maxPrompts)) throw new ApiError('audienceTooLarge');
  return {
    principal,
    authorization,
    wanted: { teamIds: named, slugs },
    teamIds,
    since,
    demand: fault === undefined ? revisions.demandOf(req.headers) : revisions.demandOf({}),
    isStale: freshness.stale,
    unmet: fault,
  };
}

/**
 * The admission after a wait in which rights may have been lost: nothing is sent of what the caller does not read any more. No event is missing here, so
 * nobody need be asked.
 */
export function admitStill({ access }: AdmissionDependencies, admission: Admission): Admission {
  const principal = authorizeClass('content', access.authenticate(admission.authorization));
  if ('error' in principal) throw new ApiError(principal.error);
  const teamIds = admission.teamIds.filter((teamId) => access.reads(principal, teamId));
  if (teamIds.length === admission.teamIds.length) return admission;
  if (admission.wanted.teamIds !== undefined) throw new ApiError('forbidden');
  return { ...admission, teamIds };
}

/** The caller's teams as far as they are wanted, ascending. `forbidden` for a named one that the caller does not read. */
function readable(access: AccessProjection, principal: Principal, { teamIds }: Wanted): string[] | Refusal {
  const foreign = teamIds?.some((teamId) => !access.reads(principal, teamId));
  return foreign === true ? new Refusal('forbidden') : audienceTeams(access, principal, teamIds);
}

/** The teams that the caller reads now, of those that they named, ascending. */
export function audienceTeams(
  access: AccessProjection,
  principal: Principal,
  named: readonly string[] | undefined,
): string[] {
  const teamIds =
    named === undefined
      ? access.readableTeams(principal)
      : named.filter((teamId) => access.reads(principal, teamId));
  return teamIds.toSorted();
}

/** A refusal is decided again after making sure that this process is not merely behind. */
async function decided<T extends object>(freshness: Freshness, decide: () => T | Refusal): Promise<T> {
  const first = decide();
  return first instanceof Refusal ? freshness.decideAgain(decide) : first;
}

function namedTeams(url: string): string[] | undefined {
  const texts = listOf(url, 'team_id');
  if (texts === undefined) return undefined;
  const teamIds = texts.map(parseUuid).filter((teamId) => teamId !== undefined);
  if (teamIds.length < texts.length || texts.length > MAX_NAMED_TEAMS) throw new ApiError('invalidId');
  return [...new Set(teamIds)];
}

function namedSlugs(url: string): ReadonlySet<string> | undefined {
  const texts = listOf(url, 'slugs');
  if (texts === undefined) return undefined;
  if (texts.length > MAX_SLUGS) throw new ApiError('tooManySlugs');
  return new Set(texts);
}

/** The items of a list in one text; undefined without any. */
function listOf(url: string, name: string): string[] | undefined {
  const text = queryValueOf(url, name);
  return text === undefined || text === '' ? undefined : text.split(',');
}

function sinceOf(url: string): RevisionToken | undefined {
  const text = queryValueOf(url, 'since');
  if (text === undefined || text === '') return undefined;
  const token = decodeToken(text);
  if (token === undefined) throw new ApiError('invalidRevision');
  return token;
}

/** Other clients send what they like: a text that is no revision counts as absent. */
function lastEventOf(req: IncomingMessage): RevisionToken | undefined {
  const text = req.headers['last-event-id'];
  return typeof text === 'string' ? decodeToken(text) : undefined;
}

function isTooLarge(
  directory: PromptDirectory,
  teamIds: readonly string[],
  slugs: ReadonlySet<string> | undefined,
  maxPrompts: number,
): boolean {
  if (teamIds.length > MAX_TEAMS) return true;
  let count = 0;
  for (const teamId of teamIds) {
    count += Math.min(directory.countIn(teamId), slugs?.size ?? Number.POSITIVE_INFINITY);
    if (count > maxPrompts) return true;
  }
  return false;
}
