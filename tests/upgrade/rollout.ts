/** A platform whose processes are replaced one by one by those of another build, behind a balancer that takes a gateway out first. */
import { join } from 'node:path';
import type { Replicas, ServiceName } from '@px0/local-platform';
import { eventually, startTestPlatform, type TestPlatform } from '@px0/testing';

/** Folders of builds. */
export type Build = string;

/** The gateways that take requests; the load asks each time. */
export class Rotation {
  readonly #urls = new Set<string>();
  readonly #busy = new Map<string, number>();
  #turn = 0;

  add(url: string): void {
    this.#urls.add(url);
  }

  /** Takes a gateway out, and waits until it has answered everything. */
  async remove(url: string): Promise<void> {
    this.#urls.delete(url);
    await eventually(() => !this.#busy.get(url), { what: `the last answer of ${url}` });
  }

  /** Runs one request at the next gateway in turn. */
  async use<T>(request: (url: string) => Promise<T>): Promise<T> {
    const urls = [...this.#urls];
    this.#turn += 1;
    const url = urls[this.#turn % urls.length];
    if (url === undefined) throw new Error('no gateway is in rotation');
    this.#busy.set(url, (this.#busy.get(url) ?? 0) + 1);
    try {
      return await request(url);
    } finally {
      this.#busy.set(url, (this.#busy.get(url) ?? 0) - 1);
    }
  }
}

export class Rollout implements AsyncDisposable {
  readonly platform: TestPlatform;
  readonly rotation = new Rotation();
  readonly #next: Map<ServiceName, Build>;
  readonly #registry: NodeJS.ProcessEnv;

  private constructor(platform: TestPlatform, next: Map<ServiceName, Build>, registry: NodeJS.ProcessEnv) {
    this.platform = platform;
    this.#next = next;
    this.#registry = registry;
    for (const { url } of platform.services.gateway) this.rotation.add(url);
  }

  /** All processes are of one build. */
  static async start(build: Build, replicas: Replicas): Promise<Rollout> {
    const next = new Map<ServiceName, Build>();
    const registry: NodeJS.ProcessEnv = {};
    const platform = await startTestPlatform({
      replicas,
      servicesFolder: (service) => join(next.get(service) ?? build, 'services'),
      serviceEnv: { 'prompt-registry': registry },
      longestRestartDelayMs: 250,
    });
    return new Rollout(platform, next, registry);
  }

  /** Sets or clears a variable of the registry's processes that start from now on. */
  setRegistry(variable: string, value: string | undefined): void {
    if (value === undefined) delete this.#registry[variable];
    else this.#registry[variable] = value;
  }

  /** Replaces the processes of a service, one after the other. */
  async replace(service: ServiceName, build: Build): Promise<void> {
    for (const replica of this.platform.services[service].keys())
      await this.replaceOne(service, replica, build);
  }

  /** Ends one process as a deployment does, and waits until one of the build takes requests in its place. */
  async replaceOne(service: ServiceName, replica: number, build: Build): Promise<void> {
    this.#next.set(service, build);
    const { pid, url = '' } = this.platform.services[service][replica] ?? {};
    if (!pid) throw new Error(`${service} ${replica} does not run`);
    if (service === 'gateway') await this.rotation.remove(url);
    process.kill(pid, 'SIGTERM');
    await eventually(
      async () => {
        const now = this.platform.services[service][replica];
        return now?.pid && now.pid !== pid && (await fetch(`${url}/readyz`)).ok;
      },
      { timeoutMs: 60_000, what: `the next ${service}` },
    );
    if (service === 'gateway') this.rotation.add(url);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.platform.stop();
  }
}
