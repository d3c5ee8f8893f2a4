/** Faults of a document, with their places in it. */
import { AssertionsFault } from '@px0/assertions';
import { ApiError } from '@px0/service-kit/errors';
import { PlaceFault } from '../versions/thread.ts';

/**
 * Judges a part of the document by the rules of single operations, and says where it breaks one: at the rule's own place in the part, else at `field`.
 *
 * @throws ApiError invalidDocument
 */
export function at<T>(part: string, check: () => T, field?: string): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof PlaceFault && error.code === 'invalidInputSchema')
      throw invalid(`${part}.input_schema`, `${error.place}: ${error.reason}`);
    if (error instanceof AssertionsFault) throw invalid(`${part}.${error.place}`, error.reason);
    if (error instanceof PlaceFault) throw invalid(`${part}.${error.place}`, error.reason);
    if (!(error instanceof ApiError) || error.code === 'invalidDocument') throw error;
    throw invalid(field === undefined ? part : `${part}.${field}`, error.publicMessage);
  }
}

/** The fault at a place of the document; the empty place is the whole. */
export function invalid(place: string, message: string): ApiError {
  return new ApiError('invalidDocument', { detail: place === '' ? message : `${place}: ${message}` });
}
