/** Percentiles of a latency histogram. They are estimates: a bucket knows only its bounds. */
import { usageLatencyBoundsMs } from '@px0/contracts';

/**
 * The latency below which `share` (0 to 1) of the renders stayed, in milliseconds, interpolated within its bucket as Prometheus'
 * `histogram_quantile` does; the last bound when it lies beyond. Null for an empty histogram.
 */
export function latencyPercentile(latencies: readonly number[], share: number): number | null {
  const total = latencies.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const rank = share * total;
  let below = 0;
  for (const [bucket, upper] of usageLatencyBoundsMs.entries()) {
    const count = latencies[bucket] ?? 0;
    if (count > 0 && below + count >= rank) {
      const lower = usageLatencyBoundsMs[bucket - 1] ?? 0;
      return rounded(lower + ((upper - lower) * (rank - below)) / count);
    }
    below += count;
  }
  return usageLatencyBoundsMs.at(-1) ?? null;
}

/** To five digits, which the smallest bound has: rounding then leaves no bucket. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1e5) / 1e5;
}
