/**
 * What a request's headers demand of the state that answers it, and what follows for the answer. Every path decides it here, so
 * the headers mean the same for the control plane, for single renders and for batches.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '@px0/service-kit';
import { decodeToken, type RevisionToken } from './token.ts';

export const revisionHeaders = {
  revision: 'Px0-Revision',
  minRevision: 'Px0-Min-Revision',
  consistency: 'Px0-Consistency',
  pending: 'Px0-Pending',
  stale: 'Px0-Stale',
} as const;

/**
 * How a gateway marks a token that it added itself. The client of such a request named no token, so its `require` asks for more than
 * what this token covers. Services that do not know the header ignore it.
 */
export const GATEWAY_TOKEN = { name: 'px0-revision-source', value: 'gateway' } as const;

export interface Demand {
  /** What the answer should cover; undefined when neither client nor gateway named a revision. */
  readonly token: RevisionToken | undefined;
  /** What the answering state must not lack, or the answer is 503: nothing, what the token covers, or any write of others. */
  readonly requires: 'nothing' | 'token' | 'everything';
}

/** The state of a process at the moment that it answers a request. */
export interface AnsweringState {
  /** The process has applied what the demanded token covers. Has no effect without a token. */
  readonly covered: boolean;
  /** The caller has the rights that are known to be on their way. */
  readonly hasRights: boolean;
  /** The process follows the stream. If not, it may lack any write of others. */
  readonly connected: boolean;
}

const NO_DEMAND: Demand = { token: undefined, requires: 'nothing' };
const EVERYTHING: Demand = { token: undefined, requires: 'everything' };

/**
 * Reads the request's headers; an empty one counts as absent. `decode` replaces `decodeToken` where the caller caches tokens.
 *
 * @throws ApiError invalidConsistency, then invalidRevision for a token that px0 cannot have issued
 */
export function demandOf(headers: IncomingHttpHeaders, decode: typeof decodeToken = decodeToken): Demand {
  const required = isRequired(headers['px0-consistency']);
  const text = headers['px0-min-revision'];
  if (text === undefined || text === '') return required ? EVERYTHING : NO_DEMAND;
  const token = typeof text === 'string' ? decode(text) : undefined;
  if (token === undefined) throw new ApiError('invalidRevision');
  if (!required) return { token, requires: 'nothing' };
  const ofGateway = headers['px0-revision-source'] === GATEWAY_TOKEN.value;
  return { token, requires: ofGateway ? 'everything' : 'token' };
}

/**
 * What an answer from this state is: `current`, or `stale` when it may lack writes of others and has to say so.
 *
 * @throws ApiError revisionNotYetAvailable when the demand rules the answer out
 */
export function answerFrom(
  { covered, hasRights, connected }: AnsweringState,
  { token, requires }: Demand,
): 'current' | 'stale' {
  const complete = hasRights && (token === undefined || covered);
  if (complete && connected) return 'current';
  if (requires === 'everything' || (requires === 'token' && !complete))
    throw new ApiError('revisionNotYetAvailable', { retryAfterSeconds: 1 });
  return 'stale';
}

/** Refuses unknown values: taken for "no", they would allow the older answer that the header is meant to prevent. */
function isRequired(text: string | string[] | undefined): boolean {
  if (text === undefined || text === '') return false;
  if (text !== 'require') throw new ApiError('invalidConsistency');
  return true;
}
