/**
 * Loading a service's code makes its heap grow to more than twice of what it needs afterwards, and V8 gives nothing back to a process that rests:
 * it collects only what allocations push it to. So the heap is collected once, when the process is first at rest.
 * See docs/decisions/227-an-idle-platform.md.
 */
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Between two looks at whether the process is at rest. */
const LOOK_MS = 5_000;
/** After so many a process has work to do, and its heap is not what its start has left. */
const LOOKS = 24;
/** The share of an interval that the event loop of a process at rest may be busy. */
const BUSY = 0.05;
/** A larger heap takes too long to collect at once, and most of it is in use. */
const LARGEST_HEAP = 128 * 2 ** 20;

type Collect = (options: {
  readonly type: 'major';
  readonly execution: 'sync';
  readonly flavor: 'last-resort';
}) => void;

/** Gives back what the start needed. A process that is busy from its start on is left alone. */
export function giveStartMemoryBack(lookMs = LOOK_MS): void {
  let before = performance.eventLoopUtilization();
  let looks = 0;
  const timer = setInterval(() => {
    looks += 1;
    const { utilization } = performance.eventLoopUtilization(before);
    before = performance.eventLoopUtilization();
    const isResting = utilization < BUSY;
    if (!isResting && looks < LOOKS) return;
    clearInterval(timer);
    if (isResting && process.memoryUsage().heapTotal <= LARGEST_HEAP) collect();
  }, lookMs);
  timer.unref();
}

/** For a moment the flag makes new contexts offer it. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  const gc: Collect = runInNewContext('gc');
  // Compiled code that Node keeps for the next start is bound to the flags.
  setFlagsFromString('--no-expose-gc');
  gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
