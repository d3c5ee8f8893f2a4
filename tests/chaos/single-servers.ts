/** One Postgres and one NATS, each behind a proxy: what may happen to them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '@px0/testing/random';
import type { TestPlatformWithServers } from '@px0/testing/servers';
import { type Fault, type ProcessFault, processFault, type Replicas, type Servers } from './faults.ts';

const servers = ['postgres', 'nats'] as const;
type Server = (typeof servers)[number];

export type ServerFault =
  | {
      readonly kind: 'kill-server' | 'restart-server' | 'pause-server' | 'cut' | 'slow';
      readonly server: Server;
    }
  | { readonly kind: 'wipe' };

/** How long requests are made while faults come and go. */
export const FAULTS_MS = 8_000;
const QUIET_BEFORE_MS = 500;
const SLOW_BY_MS = 40;

/** The plan of a seed. Servers and their connections take most of it; a wipe comes in every third run. */
export function planOf(seed: number, replicas: Replicas): readonly Fault<ServerFault>[] {
  const random = new Random(seed * 7_919);
  const count = 4 + random.below(5);
  return Array.from({ length: count }, () => {
    const at = QUIET_BEFORE_MS + random.below(FAULTS_MS - QUIET_BEFORE_MS - 1_000);
    return { ...kindOf(random, replicas), at, forMs: 200 + random.below(2_300) };
  }).toSorted((one, other) => one.at - other.at);
}

function kindOf(random: Random, replicas: Replicas): ProcessFault | ServerFault {
  const server = random.pick<Server>(...servers);
  const kill = processFault(random, 'kill', replicas);
  return random.pick<ProcessFault | ServerFault>(
    kill,
    kill,
    { ...kill, kind: 'pause' },
    { kind: 'kill-server', server },
    { kind: 'restart-server', server },
    { kind: 'pause-server', server },
    { kind: 'cut', server },
    { kind: 'slow', server },
    { kind: 'wipe' },
  );
}

export class SingleServers implements Servers<ServerFault> {
  readonly #platform: TestPlatformWithServers;

  constructor(platform: TestPlatformWithServers) {
    this.#platform = platform;
  }

  targetOf(fault: ServerFault): string {
    return 'server' in fault ? fault.server : 'nats';
  }

  async carryOut(fault: ServerFault, forMs: number): Promise<void> {
    switch (fault.kind) {
      case 'kill-server':
        return this.#without(fault.server, forMs, 'kill');
      case 'restart-server':
        return this.#without(fault.server, forMs, 'stop');
      case 'pause-server': {
        const server = this.#platform[fault.server];
        await server.pause();
        await sleep(forMs);
        return server.resume();
      }
      case 'cut':
        this.#platform.proxies[fault.server].cut();
        await sleep(forMs);
        return this.#platform.proxies[fault.server].heal();
      case 'slow':
        this.#platform.proxies[fault.server].delay(SLOW_BY_MS);
        await sleep(forMs);
        return this.#platform.proxies[fault.server].heal();
      case 'wipe': {
        const { nats } = this.#platform;
        await nats.kill();
        await nats.wipe();
        await sleep(forMs);
        return nats.start();
      }
    }
  }

  async heal(): Promise<void> {
    const { nats, postgres, proxies } = this.#platform;
    proxies.nats.heal();
    proxies.postgres.heal();
    for (const server of [nats, postgres]) {
      server.resume();
      await server.start();
    }
  }

  async #without(server: Server, forMs: number, how: 'kill' | 'stop'): Promise<void> {
    await this.#platform[server][how]();
    await sleep(forMs);
    await this.#platform[server].start();
  }
}
