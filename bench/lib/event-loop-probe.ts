/** Loaded into a measured program with `--import`: on SIGUSR2 it writes the event loop's delay since the last signal, p99 and longest. */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const file = process.env['PX0_BENCH_PROBE'];
// The histogram measures the time between two of its own timers: the resolution is part of what it finds and is taken off.
const RESOLUTION_MS = Number(process.env['PX0_BENCH_RESOLUTION_MS'] ?? 10);
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();

process.on('SIGUSR2', () => {
  const [p99, longest] = [delay.percentile(99), delay.max].map((nanoseconds) =>
    Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS),
  );
  delay.reset();
  if (file !== undefined) writeFileSync(file, JSON.stringify({ p99, longest }));
});
