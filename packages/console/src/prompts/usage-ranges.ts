/** The periods for which the usage of a prompt is shown. */

export const usageRanges = {
  '24h': { label: '24 hours', days: 1, step: 'hour' },
  '7d': { label: '7 days', days: 7, step: 'day' },
  '30d': { label: '30 days', days: 30, step: 'day' },
} as const;

export type UsageRange = keyof typeof usageRanges;
export type UsageStep = 'hour' | 'day';

export function isUsageRange(value: unknown): value is UsageRange {
  return typeof value === 'string' && Object.hasOwn(usageRanges, value);
}

export const stepMs = { hour: 3_600_000, day: 86_400_000 } as const;

export interface UsageWindow {
  readonly from: Date;
  readonly to: Date;
  readonly step: UsageStep;
}

/** The period that ends with the current step. Its bounds fall on whole steps in UTC, as in the API. */
export function windowOf(
  range: UsageRange,
  now: number,
  step: UsageStep = usageRanges[range].step,
): UsageWindow {
  const to = (Math.floor(now / stepMs[step]) + 1) * stepMs[step];
  return { from: new Date(to - usageRanges[range].days * stepMs.day), to: new Date(to), step };
}
