/**
 * Optimistic concurrency for editors. A version's entity tag changes with everything that the version shows, so an editor that
 * sends it in `If-Match` never overwrites a change that it has not seen.
 * See docs/decisions/073-concurrent-edits.md.
 */
import { createHash } from 'node:crypto';
import { ApiError } from '@px0/service-kit';
import type { VersionRow } from './version-row.ts';

/** A strong entity tag, quotes included. */
export function versionETag(version: VersionRow): string {
  const { id, bodyRevision, status, publishedAt, note, tags } = version;
  const facts = [id, bodyRevision, status, publishedAt, ...tags, ...(note === '' ? [] : [{ note }])];
  return `"${createHash('sha256').update(JSON.stringify(facts)).digest('base64url').slice(0, 22)}"`;
}

/**
 * Judges an `If-Match` header; an absent one asks for nothing. Weak forms of the tag match, too: proxies that compress a
 * response weaken its tag, and the tag behind the `W/` is still the one that this service sent.
 *
 * @throws ApiError preconditionFailed
 */
export function requireMatch(ifMatch: string | undefined, version: VersionRow): void {
  if (ifMatch !== undefined) requireETag(ifMatch, versionETag(version));
}

/** The same for what has an entity tag. @throws ApiError preconditionFailed */
export function requireETag(ifMatch: string | undefined, etag: string): void {
  if (ifMatch === undefined) return;
  const wanted = ifMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (!wanted.includes('*') && !wanted.includes(etag)) throw new ApiError('preconditionFailed');
}
