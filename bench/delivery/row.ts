/** A line of the table that `bench:delivery` prints: one measurement, what it is compared with, and whether the target is met. */
import { quantile, spread } from '../lib/statistics.ts';

export interface Row {
  readonly measured: string;
  readonly px0: string;
  readonly baseline: string;
  /** Median and quartiles of the pairs' ratios. */
  readonly ratio: string;
  readonly target: string;
  readonly met: 'yes' | 'NO' | '';
}

export interface Comparison {
  readonly measured: string;
  readonly unit: string;
  readonly px0: readonly number[];
  /** What the baseline is, and its figure in each of the same rounds. */
  readonly against: string;
  readonly baseline: readonly number[];
  /** What the ratio px0 to baseline may be. */
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** The same thing measured with and without px0, round by round. */
export function comparison({ measured, unit, px0, against, baseline, atMost, atLeast }: Comparison): Row {
  const ratios = px0.map((value, round) => value / (baseline[round] ?? Number.NaN));
  return {
    measured,
    px0: `${figures(px0)} ${unit}`,
    baseline: `${against}: ${figures(baseline)} ${unit}`,
    ratio: spread(ratios, 3),
    ...verdict(quantile(ratios, 0.5), { atMost, atLeast, unit: '' }),
  };
}

export interface Figure {
  readonly measured: string;
  readonly unit: string;
  readonly values: readonly number[];
  /** The quantile that counts; the median unless given. */
  readonly at?: number;
  readonly atMost?: number;
  /** What it would have to be seen beside. */
  readonly beside?: string;
}

/** A figure that is judged by itself. */
export function figure({ measured, unit, values, at = 0.5, atMost, beside = '' }: Figure): Row {
  const value = quantile(values, at);
  const text = at === 0.5 ? figures(values) : `${short(value)}, median ${short(quantile(values, 0.5))}`;
  return {
    measured,
    px0: `${text} ${unit}`,
    baseline: beside,
    ratio: '',
    ...verdict(value, { atMost, unit: ` ${unit}` }),
  };
}

function verdict(
  value: number,
  { atMost, atLeast, unit }: { atMost?: number | undefined; atLeast?: number | undefined; unit: string },
): Pick<Row, 'target' | 'met'> {
  if (atMost === undefined && atLeast === undefined) return { target: '', met: '' };
  const isMet =
    value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? Number.NEGATIVE_INFINITY);
  return {
    target: `${atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`}${unit}`,
    met: isMet ? 'yes' : 'NO',
  };
}

/** Median and quartiles with three significant digits. */
function figures(values: readonly number[]): string {
  if (values.length === 1) return short(values[0] ?? Number.NaN);
  const [low, middle, high] = [0.25, 0.5, 0.75].map((q) => short(quantile(values, q)));
  return `${middle} (${low} to ${high})`;
}

function short(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 6 });
}
