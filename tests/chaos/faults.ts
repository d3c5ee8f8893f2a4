/**
 * What is done to the platform during a run: a plan that a seed determines, and its execution on real processes, servers and
 * connections. After `heal` everything runs and is reachable again. Which servers there are, and what happens to them, is the matter of
 * `single-servers.ts` and `cluster/`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '@px0/testing/random';
import { eventually, type TestPlatform } from '@px0/testing/servers';

const services = ['gateway', 'identity', 'tenancy', 'prompt-registry', 'render'] as const;
export type Service = (typeof services)[number];
export type Replicas = Readonly<Record<Service, number>>;

export interface ProcessFault {
  readonly kind: 'kill' | 'pause';
  readonly service: Service;
  readonly replica: number;
}

/** A fault of the plan: when it begins and how long it lasts, in milliseconds since the run began. */
export type Fault<Kind extends object> = (ProcessFault | Kind) & {
  readonly at: number;
  readonly forMs: number;
};

/** The servers below the platform, and what may happen to them. */
export interface Servers<Kind extends object> {
  /** Faults of one target come one after the other. */
  targetOf(fault: Kind): string;
  /** Resolves when the fault is over. */
  carryOut(fault: Kind, forMs: number): Promise<void>;
  /** Everything runs and is reachable. */
  heal(): Promise<void>;
}

/** A fault as it happened. */
export interface Happened<Kind extends object> {
  readonly fault: Fault<Kind>;
  readonly from: number;
  readonly to: number;
}

/** When a process was away: from the fault until it said that it is ready. */
export interface Absence {
  readonly service: Service;
  readonly replica: number;
  readonly from: number;
  readonly to: number;
}

const READY_LIMIT_MS = 180_000;

/** A process and what to do to it; every replica is as likely as the others of its service. */
export function processFault(random: Random, kind: ProcessFault['kind'], replicas: Replicas): ProcessFault {
  const service = random.pick<Service>(...services);
  return { kind, service, replica: random.below(replicas[service]) };
}

export function describeFault({ at, forMs, ...fault }: Fault<object>): string {
  return `${at}-${at + forMs} ms ${JSON.stringify(fault)}`;
}

export class Faults<Kind extends object> {
  readonly #platform: TestPlatform;
  readonly #servers: Servers<Kind>;
  readonly #queues = new Map<string, Promise<void>>();
  readonly #absences: Promise<Absence>[] = [];

  constructor(platform: TestPlatform, servers: Servers<Kind>) {
    this.#platform = platform;
    this.#servers = servers;
  }

  /** Carries the plan out; faults of different targets overlap. Resolves when the last one has ended. */
  async run(plan: readonly Fault<Kind>[], now: () => number): Promise<readonly Happened<Kind>[]> {
    const happened: Happened<Kind>[] = [];
    await Promise.all(
      plan.map(async (fault) => {
        await sleep(Math.max(0, fault.at - now()));
        await this.#inTurn(this.#targetOf(fault), async () => {
          const from = now();
          await (isProcessFault(fault)
            ? this.#disturb(fault, now)
            : this.#servers.carryOut(fault, fault.forMs));
          happened.push({ fault, from, to: now() });
        });
      }),
    );
    return happened;
  }

  /** Everything runs, is reachable and says that it is ready. */
  async heal(): Promise<void> {
    await this.#servers.heal();
    for (const service of services) {
      for (const { pid } of this.#platform.services[service]) if (pid !== null) signal(pid, 'SIGCONT');
    }
    await eventually(() => this.#allReady(), {
      timeoutMs: READY_LIMIT_MS,
      intervalMs: 50,
      what: 'every process ready',
    });
  }

  /** When which process was away; resolves when each is back. */
  absences(): Promise<readonly Absence[]> {
    return Promise.all(this.#absences);
  }

  async #allReady(): Promise<boolean> {
    const processes = services.flatMap((service) => this.#platform.services[service]);
    const answers = await Promise.all(processes.map(({ url }) => isReady(url)));
    return answers.every(Boolean);
  }

  /** One fault at a time for each target: nobody can kill what is not there. */
  async #inTurn(target: string, work: () => Promise<void>): Promise<void> {
    const turn = (this.#queues.get(target) ?? Promise.resolve()).then(work);
    this.#queues.set(
      target,
      turn.catch(() => undefined),
    );
    await turn;
  }

  #targetOf(fault: Fault<Kind>): string {
    return isProcessFault(fault) ? `${fault.service} ${fault.replica}` : this.#servers.targetOf(fault);
  }

  async #disturb({ kind, service, replica, forMs }: ProcessFault & { forMs: number }, now: () => number) {
    const process = this.#platform.services[service][replica];
    const pid = process?.pid;
    if (process === undefined || pid === null || pid === undefined) return;
    const from = now();
    if (kind === 'kill') {
      signal(pid, 'SIGKILL');
    } else {
      signal(pid, 'SIGSTOP');
      await sleep(forMs);
      signal(pid, 'SIGCONT');
    }
    this.#absences.push(
      eventually(() => isReady(process.url), { timeoutMs: READY_LIMIT_MS, what: `${service}'s return` }).then(
        () => ({ service, replica, from, to: now() }),
        () => ({ service, replica, from, to: Number.POSITIVE_INFINITY }),
      ),
    );
  }
}

function isProcessFault<Kind extends object>(fault: Fault<Kind>): fault is Fault<never> {
  return 'service' in fault;
}

async function isReady(url: string): Promise<boolean> {
  return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok;
}

/** A process that has ended in the meantime needs no signal. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone.
  }
}
