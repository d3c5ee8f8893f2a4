/** What the page of a prompt shows, kept in its address so that it can be shared. */
import { type ActivityKind, activityKinds } from './activity-kinds.ts';
import { type TimelineFilter, timelineFilters } from './timeline-rows.ts';
import { isUsageRange, type UsageRange } from './usage-ranges.ts';

export const promptTabs = ['versions', 'requests', 'usage', 'use', 'activity'] as const;
export type PromptTab = (typeof promptTabs)[number];

export interface PromptPageSearch {
  /** Default: the versions. */
  readonly tab?: PromptTab;
  /** Of the versions: only these. */
  readonly show?: TimelineFilter;
  /** Of the usage: the period. Default: 24 hours. */
  readonly range?: UsageRange;
  /** Of the usage: hours where the period has days. */
  readonly by?: 'hour';
  /** Of the activity: only what is of this kind, and of this person or key. */
  readonly kind?: ActivityKind;
  readonly who?: string;
}

export function promptPageSearch(search: Readonly<Record<string, unknown>>): PromptPageSearch {
  const { by, range, who } = search;
  const tab = promptTabs.find((one) => one === search['tab']);
  const show = timelineFilters.find((one) => one === search['show']);
  const kind = activityKinds.find((one) => one === search['kind']);
  return {
    ...(tab !== undefined && tab !== 'versions' && { tab }),
    ...(show !== undefined && { show }),
    ...(isUsageRange(range) && range !== '24h' && { range }),
    ...(by === 'hour' && { by }),
    ...(kind !== undefined && { kind }),
    ...(typeof who === 'string' && who !== '' && { who }),
  };
}
