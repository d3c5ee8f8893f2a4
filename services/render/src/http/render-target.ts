/** Recognises the two render paths by hand, without a router, because this runs for every request of a render process. */
import { decodeSegment } from '@px0/contracts';
import { pathOf } from '@px0/service-kit';

/** A render request as its URL states it; texts are percent-decoded. */
export interface RenderTarget {
  readonly slug: string;
  /** The version reference's text; undefined asks for the live version. */
  readonly version: string | undefined;
  /** The raw query string without `?`; empty when there is none. */
  readonly query: string;
}

const PREFIX = '/v1/prompts/';
const VERSIONS = '/versions/';
const SUFFIX = '/render';
const SLASH = 0x2f;

/**
 * Parses `/v1/prompts/{slug}/render` and `/v1/prompts/{slug}/versions/{version}/render`. Static segments are matched without
 * case and one trailing slash is tolerated, as everywhere in the API; a target in absolute form counts by its path. Returns
 * undefined for every other path.
 */
export function parseRenderTarget(url: string): RenderTarget | undefined {
  const queryAt = url.indexOf('?');
  const query = queryAt === -1 ? '' : url.slice(queryAt + 1);
  const path = url.startsWith('/') ? url : pathOf(url);
  let end = queryAt === -1 || path !== url ? path.length : queryAt;
  if (path.charCodeAt(end - 1) === SLASH) end -= 1;
  const suffixAt = end - SUFFIX.length;
  if (!hasAt(path, PREFIX, 0) || !hasAt(path, SUFFIX, suffixAt)) return undefined;
  const slugEnd = path.indexOf('/', PREFIX.length);
  if (slugEnd === -1 || slugEnd > suffixAt || slugEnd === PREFIX.length) return undefined;
  const slug = decoded(path.slice(PREFIX.length, slugEnd));
  if (slugEnd === suffixAt) return { slug, version: undefined, query };
  const versionAt = slugEnd + VERSIONS.length;
  const versionEnd = path.indexOf('/', versionAt);
  if (!hasAt(path, VERSIONS, slugEnd) || versionEnd !== suffixAt || versionEnd === versionAt)
    return undefined;
  return { slug, version: decoded(path.slice(versionAt, versionEnd)), query };
}

/** A text whose percent-encoding is not UTF-8 stays as it is: no prompt and no version has a `%` in its name, so it is not found. */
function decoded(text: string): string {
  return decodeSegment(text) ?? text;
}

/** Whether `text` stands in `path` at `from`, letter case aside; the exact comparison comes first because it nearly always holds. */
function hasAt(path: string, text: string, from: number): boolean {
  if (from < 0) return false;
  return path.startsWith(text, from) || path.slice(from, from + text.length).toLowerCase() === text;
}
