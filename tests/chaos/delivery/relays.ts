/** Relays one behind the other, as processes that are killed and start again from their disks. Before each of them is a network that fails. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@px0/local-platform';
import { Random } from '@px0/testing/random';
import { eventually } from '@px0/testing/servers';
import { ClientNetwork, type NetworkFault } from './network.ts';

const main = join(import.meta.dirname, '../../../services/render/src/main.ts');
/** How many relays there are between a client and px0. */
export const RELAYS = 2;

interface RelayOptions {
  readonly gatewayUrl: string;
  readonly token: string;
  readonly folder: string;
  readonly heartbeatMs: string;
  /** The numbers of clients are below it. */
  readonly firstNumber: number;
  readonly random: Random;
  readonly now: () => number;
  readonly readyWithinMs: number;
}

/** Its number is that of the network before it. */
class Relay {
  readonly number: number;
  readonly network: ClientNetwork;
  readonly url: string;
  readonly #env: Record<string, string>;
  #process: ChildProcess | undefined;

  constructor(number: number, network: ClientNetwork, port: number, env: Record<string, string>) {
    this.number = number;
    this.network = network;
    this.url = `http://127.0.0.1:${port}`;
    this.#env = { ...env, PORT: String(port), PX0_UPSTREAM: network.url, LOG_LEVEL: 'fatal' };
  }

  start(): void {
    this.#process = spawn(process.execPath, [main], {
      env: { ...process.env, ...this.#env },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

export class RelayChain {
  readonly #relays: readonly Relay[];

  private constructor(relays: readonly Relay[]) {
    this.#relays = relays;
  }

  /** The chain, each relay of which holds what px0 delivers. */
  static async start(options: RelayOptions): Promise<RelayChain> {
    const { token, folder, heartbeatMs, firstNumber, random, now, readyWithinMs } = options;
    const relays: Relay[] = [];
    const chain = new RelayChain(relays);
    let upstream = options.gatewayUrl;
    try {
      for (let index = 0; index < RELAYS; index += 1) {
        const number = firstNumber + index;
        const network = await ClientNetwork.start(upstream, number, new Random(random.below(2 ** 31)), now);
        const relay = new Relay(number, network, await freePort(), {
          PX0_UPSTREAM_KEY: token,
          RELAY_STATE_DIR: join(folder, `relay-${index + 1}`),
          DELIVERY_HEARTBEAT_MS: heartbeatMs,
        });
        relays.push(relay);
        relay.start();
        const isReady = async () =>
          (await fetch(`${relay.url}/readyz`).catch(() => undefined))?.status === 200;
        await eventually(isReady, { timeoutMs: readyWithinMs, what: `relay ${index + 1}` });
        upstream = relay.url;
      }
    } catch (error) {
      await chain.close();
      throw error;
    }
    return chain;
  }

  /** Of the last relay, which the clients ask. */
  get url(): string {
    return this.#relays.at(-1)?.url ?? '';
  }

  /** Each relay is killed once, and starts again after a while; its network fails as planned. */
  async fail(random: Random, lastMs: number, network: readonly NetworkFault[]): Promise<void> {
    const began = performance.now();
    const at = (ms: number) => sleep(Math.max(0, began + ms - performance.now()));
    await Promise.all(
      this.#relays.flatMap((relay) => {
        const [killAt, forMs] = [random.below(lastMs - 1_000), 100 + random.below(900)];
        const crash = async () => {
          await at(killAt);
          await relay.kill();
          await sleep(forMs);
          relay.start();
        };
        const faults = async () => {
          for (const fault of network.filter(({ client }) => client === relay.number)) {
            await at(fault.at);
            await relay.network.carryOut(fault);
          }
        };
        return [crash(), faults()];
      }),
    );
  }

  async close(): Promise<void> {
    for (const relay of this.#relays.toReversed()) {
      await relay.kill();
      await relay.network.close();
    }
  }
}
