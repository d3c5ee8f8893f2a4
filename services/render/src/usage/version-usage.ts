/** Counters of one prompt version. The hot path increments them, so they are plain fields of an object that the version already holds. */
import { usageLatencyBoundsMs, usageLimits } from '@px0/contracts';

/** What one service rendered of a version. */
export interface ServiceUsage {
  renders: number;
  failures: number;
}

/** What one API key rendered of a version; null: the sessions of people. */
export interface CallerUsage extends ServiceUsage {
  readonly keyId: string | null;
}

/** Counts of one version, handed over. */
interface TakenUsage {
  readonly renders: number;
  readonly failures: number;
  readonly latencies: number[];
  /** Of the services that gave their names; the counts above include them. */
  readonly services?: readonly ({ readonly service: string } & Readonly<ServiceUsage>)[];
  /** Of the callers, and of what failed, why; the counts above include them. */
  readonly callers?: readonly Readonly<CallerUsage>[];
  readonly reasons?: readonly { readonly reason: string; readonly failures: number }[];
}

/** One render. */
export interface CountedRender {
  /** Undefined: a person's session. */
  readonly keyId: string | undefined;
  readonly milliseconds: number;
  /** Why it failed; undefined: it did not. */
  readonly failure: string | undefined;
  /** The name that the application gave, if it did. */
  readonly service: string | undefined;
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
  #callers: Map<string | null, CallerUsage> | undefined;
  /** The caller of the last render: in a row, many have the same. */
  #caller: CallerUsage | undefined;
  #reasons: Map<string, number> | undefined;
  /** Whether the aggregator already knows that there is something to take here. */
  dirty = false;

  constructor(promptId: string, number: number) {
    this.promptId = promptId;
    this.number = number;
  }

  /** Counts one render, for its caller, and for the service if it gave its name. */
  count({ keyId: key, milliseconds, failure, service }: CountedRender): void {
    const keyId = key ?? null;
    const failed = failure !== undefined;
    if (failed) {
      this.failures += 1;
      this.#countReason(failure);
    } else this.renders += 1;
    let bucket = 0;
    while (bucket < usageLatencyBoundsMs.length && milliseconds > (usageLatencyBoundsMs[bucket] ?? 0))
      bucket += 1;
    this.latencies[bucket] = (this.latencies[bucket] ?? 0) + 1;
    if (service !== undefined) this.#countService(service, failed);
    const caller = this.#caller?.keyId === keyId ? this.#caller : this.#callerOf(keyId);
    if (caller === undefined) return;
    if (failed) caller.failures += 1;
    else caller.renders += 1;
  }

  #callerOf(keyId: string | null): CallerUsage | undefined {
    this.#callers ??= new Map();
    let caller = this.#callers.get(keyId);
    if (caller === undefined) {
      if (this.#callers.size >= usageLimits.callersOfVersion) return undefined;
      caller = { keyId, renders: 0, failures: 0 };
      this.#callers.set(keyId, caller);
    }
    this.#caller = caller;
    return caller;
  }

  #countReason(reason: string): void {
    this.#reasons ??= new Map();
    const known = this.#reasons.get(reason);
    if (known === undefined && this.#reasons.size >= usageLimits.reasonsOfVersion) return;
    this.#reasons.set(reason, (known ?? 0) + 1);
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
    const callers = this.#callers;
    const reasons = this.#reasons;
    const taken = {
      renders: this.renders,
      failures: this.failures,
      latencies: this.latencies,
      ...(services !== undefined && {
        services: Array.from(services, ([service, usage]) => ({ service, ...usage })),
      }),
      ...(callers !== undefined && { callers: Array.from(callers.values()) }),
      ...(reasons !== undefined && {
        reasons: Array.from(reasons, ([reason, failures]) => ({ reason, failures })),
      }),
    };
    this.#services = undefined;
    this.#callers = undefined;
    this.#caller = undefined;
    this.#reasons = undefined;
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
