/** Counters of one prompt version. The hot path increments them, so they are plain fields of an object that the version already holds. */
import { usageLatencyBoundsMs } from '@px0/contracts';

/** Renders, failures and latencies of one version since the counters were last taken. */
export class VersionUsage {
  readonly promptId: string;
  readonly number: number;
  renders = 0;
  failures = 0;
  latencies: number[] = newHistogram();
  /** Whether the aggregator already knows that there is something to take here. */
  dirty = false;

  constructor(promptId: string, number: number) {
    this.promptId = promptId;
    this.number = number;
  }

  /** Counts one render that took `milliseconds`. */
  count(milliseconds: number, failed: boolean): void {
    if (failed) this.failures += 1;
    else this.renders += 1;
    let bucket = 0;
    while (bucket < usageLatencyBoundsMs.length && milliseconds > (usageLatencyBoundsMs[bucket] ?? 0))
      bucket += 1;
    this.latencies[bucket] = (this.latencies[bucket] ?? 0) + 1;
  }

  /** Hands the counts over and starts again at zero. */
  take(): { renders: number; failures: number; latencies: number[] } {
    const taken = { renders: this.renders, failures: this.failures, latencies: this.latencies };
    this.renders = 0;
    this.failures = 0;
    this.latencies = newHistogram();
    this.dirty = false;
    return taken;
  }
}

function newHistogram(): number[] {
  return new Array<number>(usageLatencyBoundsMs.length + 1).fill(0);
}
