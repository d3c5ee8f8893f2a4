/** The mix of requests: mostly renders, some reads and writes, a few logins. It leaves the amount of data as it is. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestPlatformWithServers } from '@px0/testing/servers';
import { type Key, type Owner, PASSWORD, type Prompt, World } from '@px0/testing/world';

export interface MixResult {
  readonly asked: number;
  readonly failed: number;
  /** Milliseconds from when a request was due. */
  readonly p50: number;
  readonly p99: number;
  /** The first failures, for a person. */
  readonly failures: readonly string[];
}

/** Of a hundred requests. */
const READS = 6;
const WRITES = 3;
const LOGINS = 1;
/** More at once would measure the client's patience: the platform would have stopped answering. */
const MAX_UNDER_WAY = 1_000;

export class Mix {
  readonly #world: World;
  readonly #owner: Owner;
  readonly #key: Key;
  readonly #prompt: Prompt;
  /** Written by the mix; the other one is for measuring the lag. */
  readonly #written: Prompt;
  readonly #probe: Prompt;
  #count = 0;
  #live = 2;

  private constructor(world: World, owner: Owner, key: Key, prompts: readonly [Prompt, Prompt, Prompt]) {
    this.#world = world;
    this.#owner = owner;
    this.#key = key;
    [this.#prompt, this.#written, this.#probe] = prompts;
  }

  static async prepare(platform: TestPlatformWithServers): Promise<Mix> {
    const world = new World(platform);
    const owner = await world.owner();
    const key = await world.key(owner, 'read_render');
    const prompt = async () => {
      const made = await world.prompt(owner, owner.team, 'Hello, {{.name}}! (1)');
      await world.live(owner, made, 'Hello, {{.name}}! (2)');
      await world.draft(owner, made, 'a draft');
      return made;
    };
    return new Mix(world, owner, key, [await prompt(), await prompt(), await prompt()]);
  }

  /** Requests a second with so many at a time. */
  async asFastAsPossible(connections: number, seconds: number): Promise<number> {
    const until = performance.now() + seconds * 1_000;
    let done = 0;
    await Promise.all(
      Array.from({ length: connections }, async () => {
        while (performance.now() < until) {
          await this.#one();
          done += 1;
        }
      }),
    );
    return done / seconds;
  }

  /** Requests at a rate, however long the answers take. */
  async steadily(rate: number, seconds: number): Promise<MixResult> {
    const began = performance.now();
    const latencies: number[] = [];
    const failures: string[] = [];
    let failed = 0;
    let underWay = 0;
    let asked = 0;
    const ask = async (due: number) => {
      underWay += 1;
      const failure = await this.#one();
      underWay -= 1;
      latencies.push(performance.now() - due);
      if (failure === undefined) return;
      failed += 1;
      if (failures.length < 5) failures.push(failure);
    };
    const pending: Promise<void>[] = [];
    while (performance.now() - began < seconds * 1_000) {
      const due = Math.floor(((performance.now() - began) / 1_000) * rate);
      for (; asked < due; asked += 1) {
        if (underWay < MAX_UNDER_WAY) pending.push(ask(began + (asked / rate) * 1_000));
        else failed += 1;
      }
      if (pending.length > 10_000) await Promise.all(pending.splice(0, 5_000));
      await sleep(5);
    }
    await Promise.all(pending);
    latencies.sort((a, b) => a - b);
    const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
    return { asked, failed, p50: at(0.5), p99: at(0.99), failures };
  }

  /** From a promotion's answer until the render process itself shows it, in milliseconds: no token, no gateway. */
  async lag(): Promise<number> {
    const version = 3 - this.#live;
    await this.#world.promote(this.#owner, this.#probe, version);
    this.#live = version;
    const began = performance.now();
    const direct = this.#world.direct('render');
    for (;;) {
      const { text } = await direct.request('POST', `/v1/prompts/${this.#probe.slug}/render`, {
        token: this.#key.token,
        body: { variables: { name: 'Ada' } },
      });
      if (text.includes(`(${version})`)) return performance.now() - began;
    }
  }

  /** Undefined when it succeeded. */
  async #one(): Promise<string | undefined> {
    this.#count += 1;
    const turn = this.#count % 100;
    try {
      const { status, text } = await this.#request(turn);
      return status < 300 ? undefined : `${status} ${text}`;
    } catch (error) {
      return String(error);
    }
  }

  #request(turn: number) {
    if (turn < LOGINS) {
      const body = { email: this.#owner.email, password: PASSWORD };
      return this.#world.ask(undefined, 'POST', '/v1/auth/login', body);
    }
    if (turn < LOGINS + WRITES) {
      const path = `/v1/prompts/${this.#written.id}/versions/3`;
      return this.#world.ask(this.#owner, 'PUT', path, { template: `draft ${this.#count}` });
    }
    if (turn < LOGINS + WRITES + READS) {
      return this.#world.ask(this.#owner, 'GET', `/v1/prompts/${this.#prompt.id}/versions`);
    }
    const body = { variables: { name: 'Ada' } };
    return this.#world.ask(this.#key, 'POST', `/v1/prompts/${this.#prompt.slug}/render`, body);
  }
}
