/** What the timeline shows of the versions: all of a status, or all but runs of old drafts and archived versions, which are folded. */
import type { Version, VersionStatus } from './version-actions.ts';

export const timelineFilters = ['live', 'stable', 'draft', 'archived', 'tagged'] as const;
export type TimelineFilter = (typeof timelineFilters)[number];

export type TimelineRow =
  | { readonly kind: 'version'; readonly version: Version }
  /** Stands before its versions, which follow if it is open. */
  | { readonly kind: 'fold'; readonly versions: readonly Version[]; readonly isOpen: boolean };

/** Fewer are shown: a fold takes up a row itself. */
const LEAST_FOLDED = 2;

/** `versions`: the newest first. `opened`: the newest version of each fold that the user has opened. */
export function timelineRows(
  versions: readonly Version[],
  filter: TimelineFilter | undefined,
  opened: ReadonlySet<number>,
): readonly TimelineRow[] {
  if (filter !== undefined) {
    return versions
      .filter((version) => isOf(version, filter))
      .map((version) => ({ kind: 'version', version }));
  }
  const rows: TimelineRow[] = [];
  let run: Version[] = [];
  const settle = (): void => {
    const hasFold = run.length >= LEAST_FOLDED;
    const isOpen = opened.has(run[0]?.version ?? 0);
    if (hasFold) rows.push({ kind: 'fold', versions: run, isOpen });
    if (!hasFold || isOpen) rows.push(...run.map((version) => ({ kind: 'version' as const, version })));
    run = [];
  };
  for (const version of versions) {
    if (isMinor(version, versions)) run.push(version);
    else {
      settle();
      rows.push({ kind: 'version', version });
    }
  }
  settle();
  return rows;
}

/** Nobody looks for it: a draft that is not the newest one, or an archived version, without a tag. */
function isMinor(version: Version, versions: readonly Version[]): boolean {
  if (version.tags.length > 0) return false;
  if (version.status === 'draft') return version !== newestDraft(versions);
  return version.status === 'archived';
}

export function newestDraft(versions: readonly Version[]): Version | undefined {
  return versions.find(({ status }) => status === 'draft');
}

function isOf(version: Version, filter: TimelineFilter): boolean {
  return filter === 'tagged' ? version.tags.length > 0 : version.status === filter;
}

/** How many versions each filter shows. */
export function countsOf(versions: readonly Version[]): Readonly<Record<TimelineFilter, number>> {
  const count = (filter: TimelineFilter) => versions.filter((version) => isOf(version, filter)).length;
  return {
    live: count('live'),
    stable: count('stable'),
    draft: count('draft'),
    archived: count('archived'),
    tagged: count('tagged'),
  };
}

const nouns: { readonly [S in VersionStatus]: readonly [one: string, several: string] } = {
  live: ['live version', 'live versions'],
  stable: ['stable version', 'stable versions'],
  draft: ['draft', 'drafts'],
  archived: ['archived version', 'archived versions'],
};

/** What a fold holds: "3 older drafts" or "2 older drafts and 1 archived version". */
export function foldText(versions: readonly Version[]): string {
  const counts = (['draft', 'archived'] as const).flatMap((status) => {
    const count = versions.filter((version) => version.status === status).length;
    const older = status === 'draft' ? 'older ' : '';
    return count === 0 ? [] : [`${count} ${older}${nouns[status][count === 1 ? 0 : 1]}`];
  });
  return counts.join(' and ');
}

/** How many variables applications send: the fields of a list's items belong to the list. */
export function variableCount({ variables }: Pick<Version, 'variables'>): number {
  return new Set(variables.map(({ path }) => /^[^.[]*/.exec(path)?.[0])).size;
}
