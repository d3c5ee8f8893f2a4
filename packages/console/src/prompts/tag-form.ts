/** Which texts are valid tags, and which valid tags mean something else in places. */
import { isPathSegment } from '../text/mod.ts';

/** Why a text cannot be a tag; undefined if it can. */
export function tagFault(tag: string): string | undefined {
  if (!/^[A-Za-z0-9._-]{1,50}$/.test(tag)) return 'Use up to 50 letters, digits, dots, dashes or underscores';
  return isPathSegment(tag) ? undefined : `“${tag}” cannot be a tag, because a URL cannot contain it`;
}

/** A warning for a tag that px0 reads differently in places; undefined for most tags. */
export function tagWarning(tag: string): string | undefined {
  if (isReadAsNumber(tag)) {
    return `px0 reads “${tag}” as a version number, so you can’t render by this tag. The SDKs reject it.`;
  }
  if (tag === 'live') return 'The tag “live” stays on this version. It does not follow the live version.';
  return undefined;
}

/** px0 reads a 64-bit integer, signed or not, as a version number. */
function isReadAsNumber(tag: string): boolean {
  if (!/^[+-]?[0-9]+$/.test(tag)) return false;
  const number = BigInt(tag.replace(/^\+/, ''));
  return BigInt.asIntN(64, number) === number;
}
