/**
 * Loaded into a measured program with `--import`: on SIGUSR2 it writes how the event loop did since the last signal, in milliseconds. On a busy
 * machine the loop's delay says as much about other processes as about this one; the processor time between two turns of the loop does not.
 */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const file = process.env['PX0_BENCH_PROBE'];
// The histogram measures the time between two of its own timers: the resolution is part of what it finds and is taken off.
const RESOLUTION_MS = 10;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();

let holds: number[] = [];
let before = processorTime();
if (process.env['PX0_BENCH_HOLDS'] !== undefined) {
  const look = (): void => {
    const now = processorTime();
    holds.push(now - before);
    before = now;
  };
  setInterval(look, 1).unref();
}

process.on('SIGUSR2', () => {
  const sorted = holds.toSorted((a, b) => a - b);
  const state = {
    delayP99: Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION_MS),
    longestDelay: Math.max(0, delay.max / 1e6 - RESOLUTION_MS),
    holdP999: sorted[Math.floor(sorted.length * 0.999)] ?? 0,
    longestHold: sorted.at(-1) ?? 0,
    liveBytes: process.env['PX0_BENCH_LIVE'] === undefined ? 0 : liveBytes(),
  };
  delay.reset();
  holds = [];
  before = processorTime();
  if (file !== undefined) writeFileSync(file, JSON.stringify(state));
});

/** The heap without what nothing refers to any more. */
function liveBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  for (let round = 0; round < 3; round += 1) collect();
  return process.memoryUsage().heapUsed;
}

function processorTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
