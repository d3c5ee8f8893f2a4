/** Recognises JetStream's refusals by their code, because the client exports one class for all of them. */
import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';

export function isStreamNotFound(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
}

export function isWrongLastSequence(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamWrongLastSequence;
}

/** "No suitable peers for placement": not as many servers of the cluster are there as a stream is to have copies. */
const NO_SUITABLE_PEERS = 10_005;
const UNAVAILABLE = 503;

/** The cluster is still forming, or has no leader at the moment: the same request may succeed later. */
export function isClusterNotReady(error: unknown): boolean {
  return (
    error instanceof JetStreamApiError && (error.status === UNAVAILABLE || error.code === NO_SUITABLE_PEERS)
  );
}
