/** Counters of one prompt version. The hot path increments them, so they are plain fields of an object that the version already holds. */
import { usageLatencyBoundsMs, usageLimits } from '@px0/contracts';

/** What one service rendered of a version. */
export interface ServiceUsage {
  renders: number;
  failures: number;
}

/** Counts of one version, handed over. */
interface TakenUsage {
  readonly renders: number;
  readonly failures: number;
  readonly latencies: number[];
  /** Of the services that gave their names; the counts above include them. */
  readonly services?: readonly ({ readonly service: string } & Readonly<ServiceUsage>)[];
}

/** Renders, failures and latencies of one version since the counters were last taken. */
export class VersionUsage {
  readonly promptId: string;
  readonly number: number;
  renders = 0;
  failures = 0;
  latencies: number[] = newHistogram();
  /** Made when the first render names its service: most versions have none. */
  #services: Map<string, ServiceUsage> | undefined;
  /** Whether the aggregator already knows that there is something to take here. */
  dirty = false;

  constructor(promptId: string, number: number) {
    this.promptId = promptId;
    this.number = number;
  }

  /** Counts one render that took `milliseconds`, for the service if it gave its name. */
  count(milliseconds: number, failed: boolean, service?: string): void {
    if (failed) this.failures += 1;
    else this.renders += 1;
    let bucket = 0;
    while (bucket < usageLatencyBoundsMs.length && milliseconds > (usageLatencyBoundsMs[bucket] ?? 0))
      bucket += 1;
    this.latencies[bucket] = (this.latencies[bucket] ?? 0) + 1;
    if (service !== undefined) this.#countService(service, failed);
  }

  #countService(service: string, failed: boolean): void {
    this.#services ??= new Map();
    let usage = this.#services.get(service);
    if (usage === undefined) {
      if (this.#services.size >= usageLimits.servicesOfVersion) return;
      usage = { renders: 0, failures: 0 };
      this.#services.set(service, usage);
    }
    if (failed) usage.failures += 1;
    else usage.renders += 1;
  }

  /** Hands the counts over and starts again at zero. */
  take(): TakenUsage {
    const services = this.#services;
    const taken = {
      renders: this.renders,
      failures: this.failures,
      latencies: this.latencies,
      ...(services !== undefined && {
        services: Array.from(services, ([service, usage]) => ({ service, ...usage })),
      }),
    };
    this.#services = undefined;
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
