import { usageLatencyBoundsMs } from '@px0/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { latencyPercentile } from './latency-percentile.ts';

const last = usageLatencyBoundsMs.at(-1) ?? 0;

/** The histogram of some latencies, counted as render processes count. */
function histogramOf(latencies: readonly number[]): number[] {
  const counts = new Array<number>(usageLatencyBoundsMs.length + 1).fill(0);
  for (const latency of latencies) {
    const bucket = usageLatencyBoundsMs.findIndex((bound) => latency <= bound);
    const index = bucket === -1 ? usageLatencyBoundsMs.length : bucket;
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

it('a percentile lies within the bucket of the true one, or at the last bound', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.001, max: 500, noNaN: true }), { minLength: 1 }),
      fc.constantFrom(0.5, 0.95, 0.99),
      (latencies, share) => {
        const sorted = latencies.toSorted((a, b) => a - b);
        const exact = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
        const estimate = latencyPercentile(histogramOf(latencies), share);
        const bucket = usageLatencyBoundsMs.findIndex((bound) => exact <= bound);
        if (bucket === -1) return estimate === last;
        const [lower, upper] = [usageLatencyBoundsMs[bucket - 1] ?? 0, usageLatencyBoundsMs[bucket] ?? 0];
        return estimate !== null && estimate >= lower && estimate <= upper;
      },
    ),
  );
});

it('rounding does not lift a percentile out of its bucket', () => {
  expect(latencyPercentile(histogramOf([0.0313, 0.0625]), 0.5)).toBe(0.04688);
});

it('a histogram without counts has no percentile', () => {
  expect(latencyPercentile([], 0.5)).toBeNull();
  expect(latencyPercentile([0, 0, 0], 0.95)).toBeNull();
});
