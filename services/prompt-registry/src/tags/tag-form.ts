/** The rules for a tag's text. */
import { settableTag } from '@px0/contracts';
import { ApiError } from '@px0/service-kit/errors';

const TAG = /^[A-Za-z0-9._-]{1,50}$/;
const SETTABLE = new RegExp(settableTag);

/**
 * A tag that may be set.
 *
 * @throws ApiError tagRequired, invalidTagFormat
 */
export function requireTag(tag: string | undefined): string {
  const formed = requireTagForm(tag);
  // URL parsers resolve `.` and `..` in a path, so that a request about the tag would reach another resource.
  if (!SETTABLE.test(formed)) throw new ApiError('invalidTagFormat');
  return formed;
}

/**
 * A tag as prompts may have it: `.` and `..`, which earlier releases accepted, included.
 *
 * @throws ApiError tagRequired, invalidTagFormat
 */
export function requireTagForm(tag: string | undefined): string {
  if (tag === undefined || tag === '') throw new ApiError('tagRequired');
  if (!TAG.test(tag)) throw new ApiError('invalidTagFormat');
  return tag;
}
