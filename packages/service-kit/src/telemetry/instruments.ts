/** Instruments made from the catalogue. They are read when the process exports, and cost nothing otherwise. */
import { type Attributes, metrics } from '@opentelemetry/api';
import type { MetricDefinition } from './metric-catalog.ts';

export interface Observation {
  readonly value: number;
  readonly attributes?: Attributes;
}

type Read = number | readonly Observation[];

/**
 * Has `read` called at each export. What it throws, or rejects with, leaves this export without the metric: a database that is away must
 * not take the others with it.
 */
export function observe(metric: MetricDefinition, read: () => Read | Promise<Read>): void {
  instrument(metric).addCallback(async (result) => {
    let values: Read;
    try {
      values = await read();
    } catch {
      return;
    }
    if (typeof values === 'number') result.observe(values);
    else for (const { value, attributes } of values) result.observe(value, attributes);
  });
}

function instrument({ name, kind, unit, description }: MetricDefinition) {
  const meter = metrics.getMeter('@px0/service-kit');
  const options = { unit, description };
  if (kind === 'counter') return meter.createObservableCounter(name, options);
  if (kind === 'updown') return meter.createObservableUpDownCounter(name, options);
  return meter.createObservableGauge(name, options);
}
