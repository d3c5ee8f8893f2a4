/** Instruments made from the catalogue. They are read when the process exports, and cost nothing otherwise. */
import { type Attributes, metrics } from '@opentelemetry/api';
import { TIMED_OUT, within } from '../within.ts';
import type { MetricDefinition } from './metric-catalog.ts';

export interface Observation {
  readonly value: number;
  readonly attributes?: Attributes;
}

type Read = number | readonly Observation[];

/** A server that hangs must not hold up the export: the heartbeat is in it, and without one the process counts as gone. */
const READ_LIMIT_MS = 3_000;

/** How long a server may take to answer and count as up. */
const ANSWER_LIMIT_MS = 2_000;

/**
 * Has `read` called at each export. What it throws, rejects with, or does not answer within three seconds leaves this export without the
 * metric: a database that is away must not take the others with it.
 */
export function observe(metric: MetricDefinition, read: () => Read | Promise<Read>): void {
  instrument(metric).addCallback(async (result) => {
    let values: Read | typeof TIMED_OUT;
    try {
      const reading = read();
      values = reading instanceof Promise ? await within(reading, READ_LIMIT_MS) : reading;
    } catch {
      return;
    }
    if (values === TIMED_OUT) return;
    if (typeof values === 'number') result.observe(values);
    else for (const { value, attributes } of values) result.observe(value, attributes);
  });
}

/** Asks a server at each export: 1 when it answers in time, 0 when it fails or stays silent. */
export function observeAnswers(metric: MetricDefinition, ask: () => Promise<unknown>): void {
  observe(metric, async () => {
    const answer = await within(ask(), ANSWER_LIMIT_MS).catch(() => TIMED_OUT);
    return answer === TIMED_OUT ? 0 : 1;
  });
}

function instrument({ name, kind, unit, description }: MetricDefinition) {
  const meter = metrics.getMeter('@px0/service-kit');
  const options = { unit, description };
  if (kind === 'counter') return meter.createObservableCounter(name, options);
  if (kind === 'updown') return meter.createObservableUpDownCounter(name, options);
  return meter.createObservableGauge(name, options);
}
