/**
 * What a call names: a prompt, and its live version or another one, by number or by tag. What px0 would read as something else is refused here, so
 * that nobody gets another text than the one asked for.
 */
import { UsageError } from './errors.ts';
import { isVersionNumber } from './json.ts';
import type { Wanted } from './kept-programs.ts';
import { teamOf } from './options.ts';
import { encodedText, pathSegment } from './path-segment.ts';

export interface Reference {
  readonly version?: number | undefined;
  readonly tag?: string | undefined;
  readonly teamId?: string | undefined;
}

/** Null, which programs without types may pass, counts as not given. @throws UsageError for a reference that cannot work */
export function wantedOf(slug: unknown, reference: Reference, clientTeamId: string | null): Wanted {
  if (typeof slug !== 'string') throw new UsageError('a slug must be a string');
  if (slug === '') throw new UsageError('a slug is required');
  pathSegment('a slug', slug);
  const version = reference.version ?? undefined;
  const tag = reference.tag ?? undefined;
  const teamId = reference.teamId ?? undefined;
  if (version !== undefined && tag !== undefined)
    throw new UsageError('pass either a version or a tag, not both');
  return {
    teamId: teamId === undefined ? clientTeamId : teamOf(teamId),
    slug,
    ref: version === undefined ? (tag === undefined ? null : tagOf(tag)) : versionOf(version),
  };
}

/** The path of the render that answers this. */
export function renderPath({ teamId, slug, ref }: Wanted): string {
  const version = ref === null ? '' : `/versions/${pathSegment('a version or tag', ref)}`;
  const query = teamId === null ? '' : `?team_id=${encodedText('teamId', teamId)}`;
  return `/v1/prompts/${pathSegment('a slug', slug)}${version}/render${query}`;
}

function versionOf(version: unknown): string {
  if (!isVersionNumber(version)) {
    throw new UsageError(
      `a version must be a whole number from 1 to ${Number.MAX_SAFE_INTEGER}; pass a tag as tag`,
    );
  }
  return String(version);
}

const MOST = 2n ** 63n - 1n;
const LEAST = -(2n ** 63n);
const MOST_DIGITS = 19;

function tagOf(tag: unknown): string {
  if (typeof tag !== 'string') throw new UsageError('a tag must be a string');
  pathSegment('a tag', tag);
  if (isReadAsNumber(tag)) {
    throw new UsageError(
      `the tag ${JSON.stringify(tag)} would be read as a version number; pass the number of its version instead`,
    );
  }
  return tag;
}

/** px0 reads a whole number of 64 bits as a version's number, also one with a sign or leading zeros. */
function isReadAsNumber(tag: string): boolean {
  const [, sign = '', digits] = /^([+-]?)0*([0-9]+)$/.exec(tag) ?? [];
  if (digits === undefined || digits.length > MOST_DIGITS) return false;
  const number = sign === '-' ? -BigInt(digits) : BigInt(digits);
  return number >= LEAST && number <= MOST;
}
