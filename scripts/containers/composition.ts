/** The images, started as `docker-compose.yml` says, under a project of their own that leaves nothing behind. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { imageBuilds } from './build-images.ts';
import { type Answers, answersHere, EngineError, runHere } from './engines.ts';

const run = promisify(execFile);
const READY_MS = 600_000;
const HEALTH_EVERY_MS = 1_000;
const ASK_READY =
  'fetch("http://127.0.0.1:" + process.env.PORT + "/readyz").then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))';

/** Those that run containers. */
export const runners = ['docker', 'podman'] as const;
export type Runner = (typeof runners)[number];

const composers: Readonly<Record<Runner, readonly (readonly string[])[]>> = {
  docker: [['docker', 'compose'], ['docker-compose']],
  podman: [['podman-compose'], ['podman', 'compose']],
};

/** The command that reads compose files for the engine. @throws EngineError */
export async function findComposer(
  engine: Runner,
  answers: Answers = answersHere,
): Promise<readonly string[]> {
  for (const composer of composers[engine]) {
    const [program = '', ...args] = composer;
    if (await answers(program, [...args, 'version'])) return composer;
  }
  const names = composers[engine].map((words) => `\`${words.join(' ')}\``);
  throw new EngineError(`${engine} has no compose: neither ${names.join(' nor ')} answers.`);
}

export class Composition {
  readonly #engine: Runner;
  readonly #composer: readonly string[];
  readonly #project = `px0-images-${process.pid}`;
  readonly #port: number;

  private constructor(engine: Runner, composer: readonly string[], port: number) {
    this.#engine = engine;
    this.#composer = composer;
    this.#port = port;
  }

  static async of(engine: Runner): Promise<Composition> {
    return new Composition(engine, await findComposer(engine), await freePort());
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts everything and waits until each service can serve. @throws EngineError when one does not within ten minutes */
  async start(interrupted: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const checks = this.#checkHealth(stop.signal);
    try {
      await this.#compose('up', '--detach', '--no-build');
      const until = Date.now() + READY_MS;
      for (const { service } of imageBuilds()) {
        while (!(await this.#isReady(service))) {
          if (Date.now() > until) throw new EngineError(`${service} is not ready after ten minutes.`);
          await pause(HEALTH_EVERY_MS, undefined, { signal: interrupted });
        }
      }
    } finally {
      stop.abort();
      await checks;
    }
  }

  /** Asks the service itself, as only the gateway can be reached from outside; that one answers before those behind it do. */
  #isReady(service: string): Promise<boolean> {
    return this.#compose('exec', '-T', service, 'node', '-e', ASK_READY).then(
      () => true,
      () => false,
    );
  }

  async showLogs(): Promise<void> {
    await this.#compose('logs', '--tail=60').catch(() => undefined);
  }

  /** Removes containers, networks and volumes. */
  async remove(): Promise<void> {
    await this.#compose('down', '--volumes');
  }

  async #compose(...args: readonly string[]): Promise<void> {
    // A developer's own settings are not what is tested.
    const own = ['--env-file', '/dev/null', '--project-name', this.#project];
    await runHere([...this.#composer, ...own, ...args], {
      PX0_PORT: String(this.#port),
      PX0_BIND: '127.0.0.1',
      COMPOSE_PROFILES: '',
    });
  }

  /** podman has systemd run its health checks; without systemd nobody does, and dependents wait for ever. */
  async #checkHealth(signal: AbortSignal): Promise<void> {
    if (this.#engine !== 'podman' || existsSync('/run/systemd/system')) return;
    while (!signal.aborted) {
      const filter = `label=io.podman.compose.project=${this.#project}`;
      const list = await run('podman', ['ps', '--quiet', '--filter', filter]).catch(() => ({ stdout: '' }));
      for (const id of list.stdout.split('\n').filter((line) => line !== ''))
        await run('podman', ['healthcheck', 'run', id]).catch(() => undefined);
      await pause(HEALTH_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

export async function isOk(url: string): Promise<boolean> {
  return await fetch(url, { signal: AbortSignal.timeout(10_000) }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.ok;
    },
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('a listening port has no number');
  return address.port;
}
