/** Turns usage into chart data: every step of the period, including steps without renders, and one series per version. */
import type { Wire } from '@px0/contracts';
import { stepMs, type UsageWindow } from './usage-ranges.ts';

type Usage = Wire<'PromptUsageHour'>;

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

/** The versions that have a colour of their own besides the live one. The rest is drawn as one. */
export const MOST_NAMED = 4;

/**
 * The versions that a chart names, the newest first: the live one, if it was rendered, and those that were rendered most. So the live one
 * looks different from all others, and no two share a colour.
 */
export function namedVersions(series: UsageSeries, live: number | undefined): readonly number[] {
  const busiest = series.totals
    .filter(({ version }) => version !== live)
    .toSorted((one, other) => attempts(other) - attempts(one))
    .slice(0, MOST_NAMED)
    .map(({ version }) => version);
  const named = series.totals.some(({ version }) => version === live) ? [...busiest, live ?? 0] : busiest;
  return named.toSorted((one, other) => other - one);
}

function attempts({ renders, failures }: VersionTotal): number {
  return renders + failures;
}

/** A part of a bar: a version's renders, or those of all versions that are not named, which lie at the bottom. */
export interface BarPart {
  readonly version: number | 'others';
  readonly renders: number;
}

export function partsOf({ cells }: UsageBar, named: readonly number[]): readonly BarPart[] {
  const own = cells.filter(({ version }) => named.includes(version));
  const others = sum(
    cells.filter(({ version }) => !named.includes(version)),
    'renders',
  );
  return [
    ...(others === 0 ? [] : [{ version: 'others' as const, renders: others }]),
    ...own.map(({ version, renders }) => ({ version, renders })),
  ];
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

/** Formats a share: `4%`, `0.25%`, `<0.01%`. */
export function shareText(part: number, whole: number): string {
  if (part === 0 || whole === 0) return '0%';
  const percent = (part / whole) * 100;
  if (percent < 0.01) return '<0.01%';
  return `${percent.toFixed(percent < 1 ? 2 : 0)}%`;
}
