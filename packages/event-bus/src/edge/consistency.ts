/**
 * Revision tokens at the edge of a service, so that handlers never think of them: what the request asks for is waited for before, what
 * it wrote is in the stream before the response leaves, and a refusal that may rest on old facts is decided again.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError, type RequestWrapper } from '@px0/service-kit';
import type { Projection } from '../projection/projection.ts';
import type { TokenWaitOutcome } from '../projection/token-wait.ts';
import { decodeToken, type Epoch, encodeToken, type RevisionToken } from '../revisions/token.ts';
import { inRequestScope, RequestScope } from './request-scope.ts';

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
  /** The greatest sequence that this context has published in the epoch, by whichever replica. */
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
  readonly projection: Projection;
  /** Absent in services that own nothing. */
  readonly writes?: PublishedWrites;
  readonly sagas?: readonly AppliedUpTo[];
  /** How long a request waits for its token: 1,000 in the control plane, 50 in render. */
  readonly waitMs?: number;
  /**
   * Whether the caller of this Authorization header is about to get rights by an event that is on its way: another service's reaction to
   * something that this one has seen already, which no token covers.
   */
  readonly awaitsRights?: AwaitsRights;
}

export type AwaitsRights = (authorization: string | undefined) => boolean;

export const revisionHeaders = {
  revision: 'Px0-Revision',
  minRevision: 'Px0-Min-Revision',
  consistency: 'Px0-Consistency',
  pending: 'Px0-Pending',
  stale: 'Px0-Stale',
} as const;

/** What a request asks for. */
export interface Demand {
  readonly token: RevisionToken | undefined;
  /** Rather no answer than one that lacks what the token covers. */
  readonly required: boolean;
}

const CONTROL_PLANE_WAIT_MS = 1_000;
/** How long a response waits for what it wrote to be in the stream. */
const PENDING_WAIT_MS = 250;
const PENDING_POLL_MS = 10;
/** Refusals that may only mean that the projection has not seen something yet. */
const CONFIRMED_STATUSES: ReadonlySet<number> = new Set([401, 403, 404]);

/**
 * Whether the request wants a refusal rather than an older state. A value that is not understood is refused: taken for "no", it would
 * give its sender the very answer that the header is there to prevent.
 *
 * @throws ApiError invalidConsistency
 */
export function requiresRevision(headers: IncomingHttpHeaders): boolean {
  const text = headers['px0-consistency'];
  if (text === undefined) return false;
  if (text !== 'require') throw new ApiError('invalidConsistency');
  return true;
}

/** Reads the request's headers. @throws ApiError invalidConsistency; invalidRevision for a token that px0 cannot have handed out */
export function demandOf(headers: IncomingHttpHeaders): Demand {
  const text = headers['px0-min-revision'];
  const required = requiresRevision(headers);
  if (text === undefined || text === '') return { token: undefined, required };
  const token = typeof text === 'string' ? decodeToken(text) : undefined;
  if (token === undefined) throw new ApiError('invalidRevision');
  return { token, required };
}

/** The wrapper that goes round every request of a service. */
export function consistency(options: ConsistencyOptions): RequestWrapper {
  const { projection, writes, sagas = [], waitMs = CONTROL_PLANE_WAIT_MS, awaitsRights } = options;
  return async (req, res, run) => {
    const scope = new RequestScope();
    // A refusal from here on says by it that px0 refuses, and not something before it; the answer's own replaces it.
    const known = revisionOf(projection, sagas, undefined);
    if (known !== undefined) res.setHeader(revisionHeaders.revision, known);
    const demand = demandOf(req.headers);
    // Only a service that starts is not ready; it is soon, or it is told to the client.
    if (!(await projection.readyWithin(waitMs))) throw new ApiError('serviceUnavailable');
    const deadline = performance.now() + waitMs;
    const satisfied =
      demand.token !== undefined && (await reaches(demand.token, [projection, ...sagas], deadline));
    const hasRights =
      awaitsRights === undefined ||
      (await projection.waitUntil(
        () => !awaitsRights(req.headers.authorization),
        Math.max(0, deadline - performance.now()),
      ));
    let stale = (demand.token !== undefined && !satisfied) || !hasRights || !projection.connected;
    // Decided before anything is done: after a write has been committed, a 503 would be a lie.
    if (stale && demand.required) throw new ApiError('revisionNotYetAvailable', { retryAfterSeconds: 1 });

    const decidedAt = projection.reported;
    const before = projection.epoch && { epoch: projection.epoch.epoch, sequence: decidedAt };
    let reply = await inRequestScope(scope, run);
    if (CONFIRMED_STATUSES.has(reply.status) && !satisfied && !scope.wroteAnything) {
      const confirmation = await projection.confirmPosition(decidedAt);
      if (confirmation === 'moved') reply = await inRequestScope(scope, run);
      stale ||= confirmation === 'unknown';
    }

    const standing = writes === undefined ? undefined : await settled(writes, scope, projection, before);
    if (standing !== undefined && !isSettled(standing, projection))
      res.setHeader(revisionHeaders.pending, 'true');
    if (stale) res.setHeader(revisionHeaders.stale, 'true');
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
  projection: Projection,
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
function isSettled({ owed, epoch }: Standing, projection: Projection): boolean {
  return !owed && epoch === projection.epoch?.epoch;
}

/** When the question cannot be asked, the honest answer is "perhaps": the response is there and must not be lost. */
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

async function within(promise: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([promise, expired]);
  clearTimeout(timer);
}

/** The highest that this service has applied or published, never in an epoch that it does not know. */
function revisionOf(
  projection: Projection,
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
