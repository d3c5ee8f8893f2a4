import { durationHistogram, metricCatalog, observe } from '@px0/service-kit';
import type { HeavyPool } from './pool/heavy-pool.ts';
import type { Tasks } from './thread/mod.ts';

/** In seconds; a task that ends within the first did not need a thread. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15] as const;

/** Registers the instruments of a pool, one for a process. */
export function observeHeavyPool<T extends Tasks>(pool: HeavyPool<T>): void {
  observe(metricCatalog.heavyQueued, () => pool.counts.queued);
  observe(metricCatalog.heavyRunning, () => pool.counts.running);
  observe(metricCatalog.heavyRefused, () => pool.counts.refused);
  const durations = durationHistogram(metricCatalog.heavyDuration, BOUNDS).seriesOf('all', () => ({}));
  pool.onDuration = (seconds) => durations.record(seconds);
}
