/**
 * Histograms for paths on which OpenTelemetry's own cost too much: its `record` takes 2 to 3 µs, a tenth of a render. Here a
 * measurement is an addition to plain numbers, and the SDK, if there is one, reads them when it exports (`histogram-producer.ts`).
 * See docs/decisions/111-cheap-telemetry.md.
 */
import type { MetricDefinition } from './metric-catalog.ts';

export type SeriesAttributes = Readonly<Record<string, string | number>>;

/** The semantic conventions' advice for HTTP durations, with finer steps below 5 ms, where renders are. In seconds. */
export const HTTP_BOUNDS = [
  0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5,
  10,
] as const;

/** More combinations of attributes than the API has routes times outcomes; a bound in case that something is not as it should be. */
const MAX_SERIES = 2_000;

/** One combination of attributes. */
export class DurationSeries {
  readonly attributes: SeriesAttributes;
  /** By bucket; the last has what is above every bound. */
  readonly counts: number[];
  sum = 0;
  readonly #bounds: readonly number[];

  constructor(attributes: SeriesAttributes, bounds: readonly number[]) {
    this.attributes = attributes;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
    this.#bounds = bounds;
  }

  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  record(seconds: number): void {
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && seconds > (bounds[bucket] ?? 0)) bucket += 1;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += seconds;
  }

  /** Adds what was counted elsewhere in the same buckets. The sum is estimated: each bucket counts with its upper bound. */
  add(counts: readonly number[]): void {
    for (const [bucket, count] of counts.entries()) {
      if (count === 0) continue;
      this.counts[bucket] = (this.counts[bucket] ?? 0) + count;
      this.sum += count * (this.#bounds[bucket] ?? this.#bounds.at(-1) ?? 0);
    }
  }
}

export class DurationHistogram {
  readonly metric: MetricDefinition;
  readonly bounds: readonly number[];
  readonly startedAt = Date.now();
  readonly #series = new Map<string, DurationSeries>();

  constructor(metric: MetricDefinition, bounds: readonly number[]) {
    this.metric = metric;
    this.bounds = bounds;
  }

  get series(): Iterable<DurationSeries> {
    return this.#series.values();
  }

  /** The series of `key`, made with `attributes` when it is new. Beyond the bound all new ones are one. */
  seriesOf(key: string, attributes: () => SeriesAttributes): DurationSeries {
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    if (this.#series.size >= MAX_SERIES && key !== OVERFLOW)
      return this.seriesOf(OVERFLOW, () => ({ 'otel.metric.overflow': 'true' }));
    const created = new DurationSeries(attributes(), this.bounds);
    this.#series.set(key, created);
    return created;
  }
}

const OVERFLOW = '';
const registered: DurationHistogram[] = [];

/** A histogram that the process exports if it exports at all. One per metric and process. */
export function durationHistogram(metric: MetricDefinition, bounds: readonly number[]): DurationHistogram {
  const known = registered.find((histogram) => histogram.metric === metric);
  if (known !== undefined) return known;
  const created = new DurationHistogram(metric, bounds);
  registered.push(created);
  return created;
}

/** What there is to export. */
export function durationHistograms(): readonly DurationHistogram[] {
  return registered;
}
