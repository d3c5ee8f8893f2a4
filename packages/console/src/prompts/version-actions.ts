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

/** The state that a transition leads to; undefined when the state does not allow it. */
export function afterTransition(transition: Transition, status: VersionStatus): VersionStatus | undefined {
  const outcome = versionTransitions[transition][status];
  return 'to' in outcome ? outcome.to : undefined;
}

export function liveOf(versions: readonly Version[]): Version | undefined {
  return versions.find(({ status }) => status === 'live');
}

/** The one change to a version's state that leads towards live, in words. */
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
      consequence: `Version ${version.version} can no longer be edited. Nothing that is rendered live changes; a stable version can be made live.`,
    };
  }
  if (to !== 'live') return undefined;
  return {
    to,
    verb: 'Make live',
    consequence:
      live === undefined
        ? `Renders of this prompt, which fail now for want of a live version, use version ${version.version} from the next request on.`
        : `Renders of this prompt use version ${version.version} instead of version ${live.version} from the next request on. Version ${live.version} becomes stable, so you can go back.`,
  };
}

/** How an earlier version becomes live again. */
export type Rollback =
  /** It is stable: one promotion, and it is the very version that was live. */
  | { readonly kind: 'promote'; readonly version: Version }
  /** It is archived for good: a copy of it, promoted twice. */
  | { readonly kind: 'copy'; readonly version: Version };

/**
 * The version that was live before the present one, as far as states tell: the newest one before it that has been
 * published. A stable one is preferred, since it needs no copy. Undefined when there is none.
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

/** How a chosen version is brought back; undefined when it cannot be: it is live, or has never left draft. */
export function rollbackTo(version: Version): Rollback | undefined {
  if (version.published_at === null) return undefined;
  if (version.status === 'stable') return { kind: 'promote', version };
  return version.status === 'archived' ? { kind: 'copy', version } : undefined;
}
