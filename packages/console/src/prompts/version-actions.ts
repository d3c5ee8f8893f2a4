/**
 * What can be done with a version, by the contract's state machine, and what each step means in words.
 *
 * The API has no roll-back operation, so going back is a promotion: of the newest earlier version that was published and is stable, so that exactly that
 * version is live again. Where only an archived one exists, which is final, the console copies it and promotes the copy twice. "Earlier" means
 * a lower number, because the API does not say when a version was live. As before any promotion, the page shows the difference from what is
 * live and the results of the payloads, and sends the entity tag of what it showed, and `require=payloads` if the check passed.
 */
import type { Wire } from '@px0/contracts';
import { type Transition, versionTransitions } from '@px0/contracts/version-states';

export type { Transition };

export type Version = Wire<'PromptVersion'>;
export type VersionStatus = Version['status'];

/** The status after a transition; undefined if the current status does not allow it. */
export function afterTransition(transition: Transition, status: VersionStatus): VersionStatus | undefined {
  const outcome = versionTransitions[transition][status];
  return 'to' in outcome ? outcome.to : undefined;
}

export function liveOf(versions: readonly Version[]): Version | undefined {
  return versions.find(({ status }) => status === 'live');
}

/** The next step of a version towards live. */
export interface Promotion {
  readonly to: 'stable' | 'live';
  readonly verb: string;
  readonly consequence: string;
}

export function promotionOf(version: Version, live: Version | undefined): Promotion | undefined {
  const to = afterTransition('promote', version.status);
  if (to === 'stable') {
    return {
      to,
      verb: 'Mark stable',
      consequence: `Version ${version.version} becomes read-only. The live version does not change. You can make a stable version live later.`,
    };
  }
  if (to !== 'live') return undefined;
  return {
    to,
    verb: 'Make live',
    consequence:
      live === undefined
        ? `This prompt has no live version, so renders by slug fail now. From the next request, they use version ${version.version}.`
        : `From the next request, renders use version ${version.version} instead of version ${live.version}. Version ${live.version} becomes stable, so you can roll back.`,
  };
}

/**
 * Whether a version is likely to be promoted next: the newest draft, and the stable versions, if they are newer than what is live. The others can
 * be promoted, too, but a button on each would invite a wrong click.
 */
export function isCandidate(version: Version, versions: readonly Version[]): boolean {
  if (version.version < (liveOf(versions)?.version ?? 0)) return false;
  if (version.status === 'draft') return version === versions.find(({ status }) => status === 'draft');
  return version.status === 'stable';
}

/** How to make an earlier version live again. */
export type Rollback =
  /** The version is stable: promote it. */
  | { readonly kind: 'promote'; readonly version: Version }
  /** The version is archived, which is permanent: promote a copy twice. */
  | { readonly kind: 'copy'; readonly version: Version };

/**
 * The version to roll back to: the newest published version before the live one. Prefers a stable version, which needs no
 * copy. Undefined if there is none.
 */
export function rollbackOf(versions: readonly Version[]): Rollback | undefined {
  const live = liveOf(versions);
  if (live === undefined) return undefined;
  const earlier = versions
    .filter(({ version, published_at }) => published_at !== null && version < live.version)
    .toSorted((one, other) => other.version - one.version);
  const stable = earlier.find(({ status }) => status === 'stable');
  if (stable !== undefined) return { kind: 'promote', version: stable };
  const archived = earlier.find(({ status }) => status === 'archived');
  return archived === undefined ? undefined : { kind: 'copy', version: archived };
}

/** How to roll back to a chosen version; undefined if it is live or was never published. */
export function rollbackTo(version: Version): Rollback | undefined {
  if (version.published_at === null) return undefined;
  if (version.status === 'stable') return { kind: 'promote', version };
  return version.status === 'archived' ? { kind: 'copy', version } : undefined;
}
