/** Errors of the event core. Commands see only EventTooLargeError; the others are caught where a retry is possible. */
import { ApiError, StartError } from '@px0/service-kit';

/** NATS cannot be reached, or did not answer in time. Nothing is known about the request's effect. */
export class BusUnavailableError extends Error {
  override readonly name = 'BusUnavailableError';
}

/** The subject's last message is not the expected one: another replica published in between. */
export class WrongLastSequenceError extends Error {
  override readonly name = 'WrongLastSequenceError';
}

/** The server is too old, or cannot carry what px0 sends; an operator must change it. Its message is one sentence. */
export class BusConfigurationError extends StartError {}

/** Px0's largest event. The rest of a message's 8 MB is for headers. */
export const MAX_EVENT_BYTES = 6 * 1024 * 1024;

/** The write would make an event that the stream cannot carry; thrown before it commits. */
export class EventTooLargeError extends ApiError {
  constructor(subject: string, bytes: number) {
    // Templates are bounded far below this: only a prompt's table of versions or tags can grow so large.
    super('tooManyVersionsOrTags', { message: `the event on ${subject} would have ${bytes} bytes` });
  }
}
