/** Hands the process's own histograms to the SDK at each export. */

import { ValueType } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type CollectionResult,
  DataPointType,
  type HistogramMetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import { type DurationHistogram, durationHistograms } from './duration-histogram.ts';

export const histogramProducer = {
  collect(): Promise<CollectionResult> {
    const metrics = durationHistograms()
      .map(toMetricData)
      .filter(({ dataPoints }) => dataPoints.length > 0);
    const scope = { name: '@px0/service-kit' };
    // The reader puts the SDK's own resource in place of this one.
    const resource = { attributes: {}, merge: () => resource, getRawAttributes: () => [] };
    return Promise.resolve({ resourceMetrics: { resource, scopeMetrics: [{ scope, metrics }] }, errors: [] });
  },
} satisfies MetricProducer;

function toMetricData({ metric, bounds, startedAt, series }: DurationHistogram): HistogramMetricData {
  const startTime = hrTimeOf(startedAt);
  const endTime = hrTimeOf(Date.now());
  return {
    descriptor: {
      name: metric.name,
      description: metric.description,
      unit: metric.unit,
      valueType: ValueType.DOUBLE,
    },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints: Array.from(series, (one) => ({
      startTime,
      endTime,
      attributes: one.attributes,
      value: {
        buckets: { boundaries: [...bounds], counts: [...one.counts] },
        count: one.count,
        sum: one.sum,
      },
    })),
  };
}

function hrTimeOf(milliseconds: number): [number, number] {
  return [Math.floor(milliseconds / 1_000), (milliseconds % 1_000) * 1_000_000];
}
