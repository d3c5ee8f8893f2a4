/** Turns usage into chart data: every step of the range, including steps without renders, and one series per version. */
import type { Wire } from '@px0/contracts';

type Usage = Wire<'PromptUsageHour'>;

export const usageRanges = {
  '24h': { label: '24 hours', step: 'hour', steps: 24 },
  '7d': { label: '7 days', step: 'day', steps: 7 },
  '30d': { label: '30 days', step: 'day', steps: 30 },
} as const;
export type UsageRange = keyof typeof usageRanges;

const stepMs = { hour: 3_600_000, day: 86_400_000 } as const;

export interface UsageWindow {
  readonly from: Date;
  readonly to: Date;
  readonly step: 'hour' | 'day';
}

/** The range that ends with the current step. Its bounds fall on whole steps in UTC, as in the API. */
export function windowOf(range: UsageRange, now: number): UsageWindow {
  const { step, steps } = usageRanges[range];
  const to = (Math.floor(now / stepMs[step]) + 1) * stepMs[step];
  return { from: new Date(to - steps * stepMs[step]), to: new Date(to), step };
}

export interface UsageCell {
  readonly version: number;
  readonly renders: number;
  readonly failures: number;
  readonly p95: number | null;
}

export interface UsageBar {
  readonly at: Date;
  readonly cells: readonly UsageCell[];
  readonly renders: number;
  readonly failures: number;
}

export interface VersionTotal {
  readonly version: number;
  readonly renders: number;
  readonly failures: number;
  /** The highest of all steps: percentiles cannot be added up. */
  readonly worstP95: number | null;
}

export interface UsageSeries {
  readonly bars: readonly UsageBar[];
  /** Newest version first. */
  readonly totals: readonly VersionTotal[];
  readonly renders: number;
  readonly failures: number;
}

export function usageSeries(usage: readonly Usage[], { from, to, step }: UsageWindow): UsageSeries {
  const byTime = Map.groupBy(usage, ({ hour }) => Date.parse(hour));
  const bars: UsageBar[] = [];
  for (let at = from.getTime(); at < to.getTime(); at += stepMs[step]) {
    const cells = (byTime.get(at) ?? [])
      .map(({ version, renders, failures, p95_ms }) => ({ version, renders, failures, p95: p95_ms }))
      .toSorted((one, other) => one.version - other.version);
    bars.push({ at: new Date(at), cells, renders: sum(cells, 'renders'), failures: sum(cells, 'failures') });
  }
  const cells = bars.flatMap((bar) => bar.cells);
  const totals = [...Map.groupBy(cells, ({ version }) => version)]
    .map(([version, own]): VersionTotal => {
      const known = own.flatMap(({ p95 }) => (p95 === null ? [] : [p95]));
      const worstP95 = known.length === 0 ? null : Math.max(...known);
      return { version, renders: sum(own, 'renders'), failures: sum(own, 'failures'), worstP95 };
    })
    .toSorted((one, other) => other.version - one.version);
  return { bars, totals, renders: sum(bars, 'renders'), failures: sum(bars, 'failures') };
}

function sum<Key extends 'renders' | 'failures'>(
  rows: readonly { readonly [K in Key]: number }[],
  key: Key,
): number {
  return rows.reduce((total, row) => total + row[key], 0);
}

/** Formats milliseconds: `0.06 ms`, `1.4 ms`, `120 ms`. */
export function millisecondsText(ms: number | null): string {
  if (ms === null) return '–';
  if (ms < 1) return `${ms.toPrecision(1)} ms`;
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
