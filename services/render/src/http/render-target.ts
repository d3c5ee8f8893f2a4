// Recognises the two render paths by hand, without a router: this runs for every request that a render process gets.

/** A render request as its URL states it; texts are percent-decoded. */
export interface RenderTarget {
  readonly slug: string;
  /** The version reference's text; undefined asks for the live version. */
  readonly version: string | undefined;
  /** The raw query string without `?`; empty when there is none. */
  readonly query: string;
}

const PREFIX = '/v1/prompts/';

/**
 * Parses `/v1/prompts/{slug}/render` and `/v1/prompts/{slug}/versions/{version}/render`. Static segments are matched without
 * case and one trailing slash is tolerated, as everywhere in the API.
 * Returns undefined for every other path, and for one whose percent-encoding is not UTF-8: no prompt can have that name.
 */
export function parseRenderTarget(url: string): RenderTarget | undefined {
  const queryAt = url.indexOf('?');
  let end = queryAt === -1 ? url.length : queryAt;
  if (url.charCodeAt(end - 1) === 47) end -= 1;
  if (!hasAt(url, PREFIX, 0) || !hasAt(url, '/render', end - 7)) return undefined;
  const slugEnd = url.indexOf('/', PREFIX.length);
  if (slugEnd === -1 || slugEnd > end - 7 || slugEnd === PREFIX.length) return undefined;
  const query = queryAt === -1 ? '' : url.slice(queryAt + 1);
  if (slugEnd === end - 7) return target(url.slice(PREFIX.length, slugEnd), undefined, query);
  if (!hasAt(url, '/versions/', slugEnd)) return undefined;
  const versionStart = slugEnd + 10;
  const versionEnd = url.indexOf('/', versionStart);
  if (versionEnd !== end - 7 || versionEnd === versionStart) return undefined;
  return target(url.slice(PREFIX.length, slugEnd), url.slice(versionStart, versionEnd), query);
}

function target(slug: string, version: string | undefined, query: string): RenderTarget | undefined {
  if (!slug.includes('%') && !version?.includes('%')) return { slug, version, query };
  try {
    return {
      slug: decodeURIComponent(slug),
      version: version === undefined ? undefined : decodeURIComponent(version),
      query,
    };
  } catch {
    return undefined;
  }
}

/** Whether `text` stands in `url` at `from`, letter case aside; the exact comparison comes first because it nearly always holds. */
function hasAt(url: string, text: string, from: number): boolean {
  if (from < 0) return false;
  return url.startsWith(text, from) || url.slice(from, from + text.length).toLowerCase() === text;
}
