/** The kinds of activity that a reader may look for, and where the text that an entry speaks of can be seen. */
import type { Wire } from '@px0/contracts';

type Entry = Pick<Wire<'PromptAuditEntry'>, 'action' | 'version' | 'details'>;

export const activityKinds = ['live', 'versions', 'tags', 'payloads', 'reviews', 'prompt'] as const;
export type ActivityKind = (typeof activityKinds)[number];

const kindsByPrefix: ReadonlyMap<string, ActivityKind> = new Map([
  ['version', 'versions'],
  ['check', 'versions'],
  ['tag', 'tags'],
  ['payload', 'payloads'],
  ['change_request', 'reviews'],
  ['policy', 'reviews'],
  ['prompt', 'prompt'],
]);

/** What changes the live version is a version's, too. Undefined for what is newer than this page. */
export function kindsOf({ action, details }: Entry): readonly ActivityKind[] {
  const kind = kindsByPrefix.get(action.slice(0, Math.max(0, action.indexOf('.'))));
  if (kind === undefined) return [];
  const isLive = kind === 'versions' && (details['to'] === 'live' || details['from'] === 'live');
  return isLive ? ['live', kind] : [kind];
}

/** What an entry can be looked at by: a comparison of two versions, or one version. */
export type ActivityLink =
  | { readonly kind: 'compare'; readonly from: number; readonly to: number }
  | { readonly kind: 'version'; readonly version: number };

/** Undefined if the entry is of no version, or of one that is gone. `versions`: the numbers of those that there are. */
export function linkOf(entry: Entry, versions: ReadonlySet<number>): ActivityLink | undefined {
  const { action, version } = entry;
  if (version === null || !versions.has(version)) return undefined;
  const before = baseOf(entry, versions);
  if (before !== undefined && versions.has(before) && before !== version)
    return { kind: 'compare', from: before, to: version };
  return action === 'tag.removed' ? undefined : { kind: 'version', version };
}

function baseOf({ action, version, details }: Entry, versions: ReadonlySet<number>): number | undefined {
  const from = Number(details['from']);
  switch (action) {
    case 'version.promoted':
      return details['to'] === 'live' ? Number(details['replaced']) : undefined;
    case 'version.duplicated':
    case 'tag.set':
      return from;
    case 'version.created':
    case 'version.updated':
      return Math.max(0, ...[...versions].filter((one) => one < (version ?? 0)));
    default:
      return undefined;
  }
}
