/**
 * Path segments of requests, made in one place for the hand-written and the generated client. A segment names a resource and never moves the
 * request: `fetch` resolves `.` and `..` before it sends, percent-encoded or not, and an empty segment leaves a path of another operation.
 */
import { UsageError } from './errors.ts';

/**
 * The value, percent-encoded so that px0 receives exactly it. `name` says in an error what it is.
 *
 * @throws UsageError for a value that no segment can hold: no text (or whole number), an empty one, `.`, `..`, and half a surrogate pair
 */
export function pathSegment(name: string, value: unknown): string {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string') throw new UsageError(`${name} must be a string`);
  if (text === '') throw new UsageError(`${name} must not be empty`);
  if (text === '.' || text === '..') {
    throw new UsageError(`${name} must not be '${text}': in a path it would name another resource`);
  }
  return encodedText(name, text);
}

/** A text as part of a URL. @throws UsageError for half a surrogate pair, which UTF-8 cannot encode */
export function encodedText(name: string, text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    throw new UsageError(`${name} contains half of a surrogate pair`);
  }
}

/** Whether a path, written as it is sent, has a segment that URL parsers resolve. */
export function hasDotSegment(path: string): boolean {
  return path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
}
