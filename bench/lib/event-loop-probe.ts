/** Loaded into a measured program with `--import`: on SIGUSR2 it writes the p99 of the event loop's delay since the last signal. */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const file = process.env['PX0_BENCH_PROBE'];
// The histogram measures the time between two of its own timers: the resolution is part of what it finds and is taken off.
const RESOLUTION_MS = 10;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();

process.on('SIGUSR2', () => {
  const milliseconds = Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION_MS);
  delay.reset();
  if (file !== undefined) writeFileSync(file, String(milliseconds));
});
