/**
 * What is done to the platform during a run: a plan that a seed determines, and its execution on real processes, servers and
 * connections. After `heal` everything runs and is reachable again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '@px0/testing/random';
import { eventually, type TestPlatformWithServers } from '@px0/testing/servers';

const services = ['gateway', 'identity', 'tenancy', 'prompt-registry', 'render'] as const;
type Service = (typeof services)[number];
const servers = ['postgres', 'nats'] as const;
type Server = (typeof servers)[number];

type FaultKind =
  | { readonly kind: 'kill' | 'pause'; readonly service: Service; readonly replica: number }
  | {
      readonly kind: 'kill-server' | 'restart-server' | 'pause-server' | 'cut' | 'slow';
      readonly server: Server;
    }
  | { readonly kind: 'wipe' };

/** A fault of the plan: when it begins and how long it lasts, in milliseconds since the run began. */
export type Fault = FaultKind & { readonly at: number; readonly forMs: number };

/** A fault as it happened. */
export interface Happened {
  readonly fault: Fault;
  readonly from: number;
  readonly to: number;
}

/** How long requests are made while faults come and go. */
export const FAULTS_MS = 8_000;
const QUIET_BEFORE_MS = 500;
const SLOW_BY_MS = 40;

/** The plan of a seed. Servers and their connections take most of it; a wipe comes in every third run. */
export function planOf(seed: number, replicas: Readonly<Record<Service, number>>): readonly Fault[] {
  const random = new Random(seed * 7_919);
  const count = 4 + random.below(5);
  return Array.from({ length: count }, () => {
    const at = QUIET_BEFORE_MS + random.below(FAULTS_MS - QUIET_BEFORE_MS - 1_000);
    return { ...kindOf(random, replicas), at, forMs: 200 + random.below(2_300) };
  }).toSorted((one, other) => one.at - other.at);
}

function kindOf(random: Random, replicas: Readonly<Record<Service, number>>): FaultKind {
  const server = random.pick<Server>(...servers);
  const service = random.pick<Service>(...services);
  const replica = random.below(replicas[service]);
  return random.pick<FaultKind>(
    { kind: 'kill', service, replica },
    { kind: 'kill', service, replica },
    { kind: 'pause', service, replica },
    { kind: 'kill-server', server },
    { kind: 'restart-server', server },
    { kind: 'pause-server', server },
    { kind: 'cut', server },
    { kind: 'slow', server },
    { kind: 'wipe' },
  );
}

export function describeFault({ at, forMs, ...fault }: Fault): string {
  return `${at}-${at + forMs} ms ${JSON.stringify(fault)}`;
}

export class Faults {
  readonly #platform: TestPlatformWithServers;
  readonly #queues = new Map<string, Promise<void>>();

  constructor(platform: TestPlatformWithServers) {
    this.#platform = platform;
  }

  /** Carries the plan out; faults of different targets overlap. Resolves when the last one has ended. */
  async run(plan: readonly Fault[], now: () => number): Promise<readonly Happened[]> {
    const happened: Happened[] = [];
    await Promise.all(
      plan.map(async (fault) => {
        await sleep(Math.max(0, fault.at - now()));
        await this.#inTurn(targetOf(fault), async () => {
          const from = now();
          await this.#carryOut(fault);
          happened.push({ fault, from, to: now() });
        });
      }),
    );
    return happened;
  }

  /** Everything runs, is reachable and says that it is ready. */
  async heal(): Promise<void> {
    const { nats, postgres, proxies } = this.#platform;
    proxies.nats.heal();
    proxies.postgres.heal();
    for (const server of [nats, postgres]) {
      server.resume();
      await server.start();
    }
    for (const service of services) {
      for (const { pid } of this.#platform.services[service]) if (pid !== null) signal(pid, 'SIGCONT');
    }
    await eventually(() => this.#allReady(), {
      timeoutMs: 180_000,
      intervalMs: 50,
      what: 'every process ready',
    });
  }

  async #allReady(): Promise<boolean> {
    const processes = services.flatMap((service) => this.#platform.services[service]);
    const answers = await Promise.all(
      processes.map(
        async ({ url }) => (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok,
      ),
    );
    return answers.every(Boolean);
  }

  /** One fault at a time for each target: nobody can kill what is not there. */
  async #inTurn(target: string, run: () => Promise<void>): Promise<void> {
    const turn = (this.#queues.get(target) ?? Promise.resolve()).then(run);
    this.#queues.set(
      target,
      turn.catch(() => undefined),
    );
    await turn;
  }

  async #carryOut(fault: Fault): Promise<void> {
    switch (fault.kind) {
      case 'kill':
        return this.#signal(fault, 'SIGKILL');
      case 'pause':
        await this.#signal(fault, 'SIGSTOP');
        await sleep(fault.forMs);
        return this.#signal(fault, 'SIGCONT');
      case 'kill-server':
        return this.#without(fault.server, fault.forMs, 'kill');
      case 'restart-server':
        return this.#without(fault.server, fault.forMs, 'stop');
      case 'pause-server': {
        const server = this.#platform[fault.server];
        await server.pause();
        await sleep(fault.forMs);
        return server.resume();
      }
      case 'cut':
        this.#platform.proxies[fault.server].cut();
        await sleep(fault.forMs);
        return this.#platform.proxies[fault.server].heal();
      case 'slow':
        this.#platform.proxies[fault.server].delay(SLOW_BY_MS);
        await sleep(fault.forMs);
        return this.#platform.proxies[fault.server].heal();
      case 'wipe': {
        const { nats } = this.#platform;
        await nats.kill();
        await nats.wipe();
        await sleep(fault.forMs);
        return nats.start();
      }
    }
  }

  async #signal(fault: Fault & { service: Service; replica: number }, name: NodeJS.Signals): Promise<void> {
    const pid = this.#platform.services[fault.service][fault.replica]?.pid;
    if (pid !== null && pid !== undefined) signal(pid, name);
  }

  async #without(server: Server, forMs: number, how: 'kill' | 'stop'): Promise<void> {
    await this.#platform[server][how]();
    await sleep(forMs);
    await this.#platform[server].start();
  }
}

function targetOf(fault: Fault): string {
  if ('service' in fault) return `${fault.service} ${fault.replica}`;
  return 'server' in fault ? fault.server : 'nats';
}

/** A process that has ended in the meantime needs no signal. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone.
  }
}
