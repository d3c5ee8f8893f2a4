import { describe, expect, it } from 'vitest';
import { DurationHistogram, durationHistogram } from './duration-histogram.ts';
import { histogramProducer } from './histogram-producer.ts';
import { metricCatalog } from './metric-catalog.ts';

const metric = metricCatalog.httpServerDuration;

describe('a histogram', () => {
  it('counts a duration in the first bucket whose bound it does not exceed', () => {
    const series = new DurationHistogram(metric, [0.1, 1]).seriesOf('a', () => ({}));
    for (const seconds of [0.05, 0.1, 0.100_001, 1, 60]) series.record(seconds);
    expect(series.counts).toEqual([2, 2, 1]);
    expect([series.count, series.sum]).toEqual([5, expect.closeTo(61.250_001)]);
  });

  it('takes over what was counted elsewhere, and estimates its sum by the bounds', () => {
    const series = new DurationHistogram(metric, [0.1, 1]).seriesOf('a', () => ({}));
    series.add([1, 2, 1]);
    series.add([1, 0, 0]);
    expect([series.counts, series.sum]).toEqual([[2, 2, 1], expect.closeTo(3.2)]);
  });

  it('never has more than two thousand series, and loses no measurement beyond them', () => {
    const histogram = new DurationHistogram(metric, [1]);
    for (let i = 0; i < 3_000; i += 1) histogram.seriesOf(`${i}`, () => ({ i })).record(0.5);
    const all = [...histogram.series];
    expect(all).toHaveLength(2_001);
    expect(all.reduce((sum, series) => sum + series.count, 0)).toBe(3_000);
    expect(all.at(-1)?.attributes).toEqual({ 'otel.metric.overflow': 'true' });
  });

  it('is exported as OpenTelemetry’s own would be', async () => {
    durationHistogram(metricCatalog.renderDuration, [0.1, 1])
      .seriesOf('a', () => ({ a: 'b' }))
      .record(0.5);
    const { resourceMetrics } = await histogramProducer.collect();
    expect(resourceMetrics.scopeMetrics[0]?.metrics[0]).toMatchObject({
      descriptor: { name: 'px0.render.duration', unit: 's' },
      dataPoints: [
        {
          attributes: { a: 'b' },
          value: { buckets: { boundaries: [0.1, 1], counts: [0, 1, 0] }, count: 1, sum: 0.5 },
        },
      ],
    });
  });
});
