/** Versions as callers see them: of those that the limits of a key leave out, nobody says that they exist. */
import { limitsOf, type Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import { requireVersion } from './store.ts';
import { parseVersionRef, type VersionRef } from './version-ref.ts';
import type { VersionRow } from './version-row.ts';

/**
 * What a path names, for a caller who is to change it: any number, since moving a ref that they may move would show them the version anyway, but no tag
 * that they do not see.
 *
 * @throws ApiError versionNotFound
 */
export function refFor(principal: Principal, text: string): VersionRef {
  return requireSeenRef(principal, parseVersionRef(text));
}

function requireSeenRef(principal: Principal, ref: VersionRef): VersionRef {
  if (ref.kind === 'tag' && limitsOf(principal)?.seesTag(ref.tag) === false)
    throw new ApiError('versionNotFound');
  return ref;
}

/** Whether the caller may read it. */
export function seesVersion(principal: Principal, { status, tags }: VersionRow): boolean {
  return limitsOf(principal)?.seesVersion({ isLive: status === 'live', tags }) ?? true;
}

/** The version, for a caller who is to read it. @throws ApiError versionNotFound */
export async function requireSeenVersion(
  reader: Reader,
  principal: Principal,
  promptId: PromptId,
  ref: VersionRef,
): Promise<VersionRow> {
  const version = await requireVersion(reader, promptId, requireSeenRef(principal, ref));
  if (!seesVersion(principal, version)) throw new ApiError('versionNotFound');
  return version;
}
