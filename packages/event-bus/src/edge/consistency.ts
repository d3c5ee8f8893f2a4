/**
 * Applies revision tokens at the edge of a service, so that handlers need not know about them: waits for what the request
 * demands, holds the response until its writes are in the stream, and decides a refusal again if it may rest on old facts.
 */
import { ApiError, type RequestWrapper, within } from '@px0/service-kit';
import type { FollowedState } from '../projection/followed-state.ts';
import type { TokenWaitOutcome } from '../projection/token-wait.ts';
import { answerFrom, demandOf, revisionHeaders } from '../revisions/demand.ts';
import { type Epoch, encodeToken, type RevisionToken } from '../revisions/token.ts';
import { clientOf, inRequestScope, RequestScope } from './request-scope.ts';

/** A saga of this service, as far as tokens are concerned. */
export interface AppliedUpTo {
  /** The greatest sequence whose effects are committed and published. */
  readonly reported: number;
  waitFor(token: RevisionToken, timeoutMs: number): Promise<TokenWaitOutcome>;
}

/** How far what a request wrote, or may have read, is in the stream. */
export interface Standing {
  /** The epoch that was asked about; undefined when nothing is known. */
  readonly epoch: Epoch | undefined;
  /** The greatest sequence that any replica of this context has published in the epoch. */
  readonly published: number;
  /** Rows are still owed that the request wrote, or that were owed when it began. */
  readonly owed: boolean;
}

/** The outbox, as far as the end of a request is concerned. */
export interface PublishedWrites {
  /** Undefined while no epoch is known. `before`: where the request's reader stood when it was decided. */
  standing(scope: RequestScope, before?: RevisionToken): Promise<Standing | undefined>;
}

export interface ConsistencyOptions {
  readonly projection: FollowedState;
  /** Absent in services that own nothing. */
  readonly writes?: PublishedWrites;
  readonly sagas?: readonly AppliedUpTo[];
  /** How long a request waits for its token and its rights together, in milliseconds; default: 1,000. */
  readonly waitMs?: number;
  /**
   * Whether the caller with this Authorization header is about to get rights from an event that is on its way: another service's reaction
   * to something that this service has seen already. No token covers it.
   */
  readonly awaitsRights?: AwaitsRights;
}

export type AwaitsRights = (authorization: string | undefined) => boolean;

const DEFAULT_WAIT_MS = 1_000;
/** How long a response waits for what it wrote to be in the stream. */
const PENDING_WAIT_MS = 250;
const PENDING_POLL_MS = 10;
/** Refusals that may only mean that the projection has not seen something yet. */
const CONFIRMED_STATUSES: ReadonlySet<number> = new Set([401, 403, 404]);

/** The wrapper around every request of a service. */
export function consistency(options: ConsistencyOptions): RequestWrapper {
  const { projection, writes, sagas = [], waitMs = DEFAULT_WAIT_MS, awaitsRights } = options;
  return async (req, res, run) => {
    const scope = new RequestScope(clientOf(req.headers));
    // Refusals from here on carry it, so clients can tell them from a proxy's; the answer's own revision replaces it.
    const known = revisionOf(projection, sagas, undefined);
    if (known !== undefined) res.setHeader(revisionHeaders.revision, known);
    const demand = demandOf(req.headers);
    // Only a starting service is not ready. If it does not become ready in time, the client gets a 503.
    if (!(await projection.readyWithin(waitMs))) throw new ApiError('serviceUnavailable');
    const deadline = performance.now() + waitMs;
    const covered =
      demand.token !== undefined && (await reaches(demand.token, [projection, ...sagas], deadline));
    const hasRights =
      awaitsRights === undefined ||
      (await projection.waitUntil(() => !awaitsRights(req.headers.authorization), {
        timeoutMs: Math.max(0, deadline - performance.now()),
        fullMs: waitMs,
      }));
    const state = { covered, hasRights, connected: projection.connected };
    // Decided before anything is done: after a write has been committed, a 503 would be a lie.
    let answer = answerFrom(state, demand);

    const decidedAt = projection.reported;
    const before = projection.epoch && { epoch: projection.epoch.epoch, sequence: decidedAt };
    let reply = await inRequestScope(scope, run);
    if (CONFIRMED_STATUSES.has(reply.status) && !covered && !scope.wroteAnything) {
      const confirmation = await projection.confirmPosition(decidedAt);
      if (confirmation === 'moved') reply = await inRequestScope(scope, run);
      if (confirmation === 'unknown') answer = answerFrom({ ...state, connected: false }, demand);
    }

    const standing = writes === undefined ? undefined : await settled(writes, scope, projection, before);
    if (standing !== undefined && !isSettled(standing, projection))
      res.setHeader(revisionHeaders.pending, 'true');
    if (answer === 'stale') res.setHeader(revisionHeaders.stale, 'true');
    const token = revisionOf(projection, sagas, standing);
    if (token !== undefined) res.setHeader(revisionHeaders.revision, token);
    return reply;
  };
}

/** Waits until all have applied what the token covers, within one time for them together. */
async function reaches(
  token: RevisionToken,
  readers: readonly AppliedUpTo[],
  deadline: number,
): Promise<boolean> {
  for (const reader of readers) {
    const outcome = await reader.waitFor(token, Math.max(0, deadline - performance.now()));
    if (outcome !== 'reached') return false;
  }
  return true;
}

/** Waits, within bounds, until what the request wrote or may have read is in the stream. Undefined while no epoch is known. */
async function settled(
  writes: PublishedWrites,
  scope: RequestScope,
  projection: FollowedState,
  before: RevisionToken | undefined,
): Promise<Standing | undefined> {
  const deadline = performance.now() + PENDING_WAIT_MS;
  await within(scope.published(), PENDING_WAIT_MS);
  let standing = await ask(writes, scope, before);
  // While NATS is away nothing will be published, so waiting would only make writes slow.
  while (!isSettled(standing, projection) && projection.connected && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, PENDING_POLL_MS));
    standing = await ask(writes, scope, before);
  }
  return standing;
}

/** What was settled in an epoch that has ended while the question was asked is not settled in the one that the token will name. */
function isSettled({ owed, epoch }: Standing, projection: FollowedState): boolean {
  return !owed && epoch === projection.epoch?.epoch;
}

/** If the question cannot be asked, the writes count as owed: the response is there and must not be lost. */
async function ask(
  writes: PublishedWrites,
  scope: RequestScope,
  before: RevisionToken | undefined,
): Promise<Standing> {
  const unknown = { epoch: undefined, published: 0, owed: true };
  return (
    (await writes.standing(scope, before).catch(() => unknown)) ?? { ...unknown, owed: scope.wroteAnything }
  );
}

/** The highest that this service has applied or published, never in an epoch that it does not know. */
function revisionOf(
  projection: FollowedState,
  sagas: readonly AppliedUpTo[],
  standing: Standing | undefined,
): string | undefined {
  const { epoch } = projection;
  if (epoch === undefined) return undefined;
  const applied = Math.min(projection.reported, ...sagas.map(({ reported }) => reported));
  // What the outbox counted belongs to the epoch that it was asked about: the reader may have entered another one since.
  const published = standing?.epoch === epoch.epoch ? standing.published : 0;
  return encodeToken({ epoch: epoch.epoch, sequence: Math.max(applied, published) });
}
