/** Which texts may be tags, and which tags are read as something else. */
import { isPathSegment } from '../text/mod.ts';

/** Why a text cannot be a tag; undefined when it can. */
export function tagFault(tag: string): string | undefined {
  if (!/^[A-Za-z0-9._-]{1,50}$/.test(tag)) return 'Letters, digits, dots, dashes and underscores; at most 50';
  return isPathSegment(tag) ? undefined : `“${tag}” cannot be a tag, because no address can hold it`;
}

/** What to know before a tag is set that means something else in some places; undefined for most tags. */
export function tagWarning(tag: string): string | undefined {
  if (isReadAsNumber(tag)) {
    return `“${tag}” is read as the number of a version wherever a version is named by number or tag, so no render finds this tag, and the SDKs refuse it.`;
  }
  if (tag === 'live') return 'A tag “live” stays on this version. It does not follow the live version.';
  return undefined;
}

/** As px0 reads a version's name: whole numbers of 64 bits, with or without a sign, are numbers. */
function isReadAsNumber(tag: string): boolean {
  if (!/^[+-]?[0-9]+$/.test(tag)) return false;
  const number = BigInt(tag.replace(/^\+/, ''));
  return BigInt.asIntN(64, number) === number;
}
