/** Three NATS servers in a cluster and two Postgres servers, of which one follows the other: what may happen to them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '@px0/testing/random';
import type { TestPlatformOnClusters } from '@px0/testing/servers';
import { type Fault, type ProcessFault, processFault, type Replicas, type Servers } from '../faults.ts';

/** In JetStream's own words: the stream whose leader is killed. */
const STATE_STREAM = 'PX0_STATE';

export type ClusterFault =
  | { readonly kind: 'kill-node' | 'freeze-node' | 'cut-clients' | 'isolate-node'; readonly node: number }
  | { readonly kind: 'kill-leader' | 'rolling-restart' | 'no-nats' }
  | { readonly kind: 'fail-over' | 'fail-over-and-lose' }
  | { readonly kind: 'restart-postgres' | 'freeze-postgres' | 'cut-postgres' };

/** How long requests are made while faults come and go. */
export const FAULTS_MS = 14_000;
const QUIET_BEFORE_MS = 500;
const NODES = 3;

/** The plan of a seed: three times out of five something befalls a server. */
export function planOf(seed: number, replicas: Replicas): readonly Fault<ClusterFault>[] {
  const random = new Random(seed * 7_919);
  const count = 5 + random.below(5);
  return Array.from({ length: count }, () => {
    const at = QUIET_BEFORE_MS + random.below(FAULTS_MS - QUIET_BEFORE_MS - 3_000);
    return { ...kindOf(random, replicas), at, forMs: 300 + random.below(3_200) };
  }).toSorted((one, other) => one.at - other.at);
}

function kindOf(random: Random, replicas: Replicas): ProcessFault | ClusterFault {
  const choice = random.next();
  const node = random.below(NODES);
  if (choice < 0.25) return processFault(random, random.chance(0.65) ? 'kill' : 'pause', replicas);
  if (choice < 0.6) {
    return random.pick<ClusterFault>(
      { kind: 'kill-node', node },
      { kind: 'freeze-node', node },
      { kind: 'cut-clients', node },
      { kind: 'isolate-node', node },
      { kind: 'kill-leader' },
      { kind: 'kill-leader' },
      { kind: 'rolling-restart' },
      { kind: 'no-nats' },
    );
  }
  return random.pick<ClusterFault>(
    { kind: 'fail-over' },
    { kind: 'fail-over-and-lose' },
    { kind: 'fail-over-and-lose' },
    { kind: 'restart-postgres' },
    { kind: 'freeze-postgres' },
    { kind: 'cut-postgres' },
  );
}

/** What happens around a failover that loses rows. */
export interface FailoverWitness {
  /** Called before the standby is cut off; resolves when all that was answered by then is on it. */
  beforeTheCut(): Promise<void>;
  /** The standby gets nothing any more. */
  afterTheCut(): Promise<void>;
  /** The clients of the old primary have been cut off. */
  ended(): void;
  /** The standby has been promoted and has no client yet. */
  promoted(): Promise<void>;
  /** Clients reach the promoted server, and the old primary is down. */
  opened(): Promise<void>;
}

export class ClusterServers implements Servers<ClusterFault> {
  readonly #platform: TestPlatformOnClusters;
  readonly #witness: () => FailoverWitness;

  constructor(platform: TestPlatformOnClusters, witness: () => FailoverWitness) {
    this.#platform = platform;
    this.#witness = witness;
  }

  /** One NATS server at a time is down; the clients of another may be cut off meanwhile. */
  targetOf({ kind }: ClusterFault): string {
    if (kind === 'cut-clients') return 'clients of NATS';
    return kind.includes('postgres') || kind.includes('fail-over') ? 'postgres' : 'nats';
  }

  async carryOut(fault: ClusterFault, forMs: number): Promise<void> {
    const { nats, postgres } = this.#platform;
    switch (fault.kind) {
      case 'kill-node':
        return this.#withoutNode(fault.node, forMs);
      case 'kill-leader':
        return this.#withoutNode((await nats.leaderOf(STATE_STREAM)) ?? 0, forMs);
      case 'freeze-node':
        await nats.server(fault.node).pause();
        await sleep(forMs);
        return nats.server(fault.node).resume();
      case 'isolate-node':
        nats.isolate(fault.node);
        await sleep(forMs);
        return nats.rejoin(fault.node);
      case 'cut-clients':
        nats.clientsOf(fault.node).cut();
        await sleep(forMs);
        return nats.clientsOf(fault.node).heal();
      case 'rolling-restart':
        for (let node = 0; node < nats.size; node += 1) {
          await nats.server(node).restart();
          await nats.whenHealthy(node);
        }
        return;
      case 'no-nats': {
        const servers = Array.from({ length: nats.size }, (_none, node) => nats.server(node));
        await Promise.all(servers.map((server) => server.kill()));
        await sleep(forMs);
        await Promise.all(servers.map((server) => server.start()));
        return;
      }
      case 'fail-over':
        await postgres.shutOut();
        await postgres.whenCaughtUp();
        await postgres.failOver();
        postgres.clients.heal();
        return postgres.renewStandby();
      case 'fail-over-and-lose':
        return this.#failOverAndLose(forMs);
      case 'restart-postgres':
        return postgres.primary.restart();
      case 'freeze-postgres':
        await postgres.freeze();
        await sleep(forMs);
        return postgres.thaw();
      case 'cut-postgres':
        postgres.clients.cut();
        await sleep(forMs);
        return postgres.clients.heal();
    }
  }

  async heal(): Promise<void> {
    await Promise.all([this.#platform.nats.heal(), this.#platform.postgres.heal()]);
  }

  async #withoutNode(node: number, forMs: number): Promise<void> {
    const server = this.#platform.nats.server(node);
    await server.kill();
    await sleep(forMs);
    await server.start();
    await this.#platform.nats.whenHealthy(node);
  }

  async #failOverAndLose(forMs: number): Promise<void> {
    const { postgres } = this.#platform;
    const witness = this.#witness();
    await witness.beforeTheCut();
    postgres.replication.cut();
    await witness.afterTheCut();
    await sleep(forMs);
    postgres.clients.cut();
    witness.ended();
    await postgres.failOver();
    await witness.promoted();
    postgres.clients.heal();
    await witness.opened();
    await postgres.renewStandby();
  }
}
