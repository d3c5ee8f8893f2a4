/** What the processes hold, at regular times: resident memory, open handles, rows owed to the stream, and how far renders lag. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool, silentLogger } from '@px0/service-kit';
import type { TestPlatformWithServers } from '@px0/testing/servers';
import type { Mix } from './mix.ts';

export interface Sample {
  readonly atSeconds: number;
  /** By process: mebibytes, and file descriptors. */
  readonly memory: Readonly<Record<string, number>>;
  readonly handles: Readonly<Record<string, number>>;
  readonly owed: number;
  /** Rows of all outboxes. */
  readonly outbox: number;
  readonly lagMs: number;
}

export class Sampler {
  readonly #platform: TestPlatformWithServers;
  readonly #mix: Mix;

  constructor(platform: TestPlatformWithServers, mix: Mix) {
    this.#platform = platform;
    this.#mix = mix;
  }

  async run(intervalMs: number, count: number): Promise<readonly Sample[]> {
    const pool = createPool({
      connectionString: this.#platform.postgres.url,
      schema: 'public',
      logger: silentLogger(),
      max: 1,
    });
    const began = performance.now();
    const samples: Sample[] = [];
    try {
      for (let number = 1; number <= count; number += 1) {
        await sleep(Math.max(0, began + number * intervalMs - performance.now()));
        const { rows } = await pool.query<{ owed: number; outbox: number }>(
          ['identity', 'tenancy', 'registry']
            .map(
              (schema) =>
                `select count(*) filter (where published_revision < revision)::int as owed, count(*)::int as outbox from ${schema}.outbox`,
            )
            .join(' union all '),
        );
        samples.push({
          atSeconds: (performance.now() - began) / 1_000,
          memory: this.#ofEach(
            (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024,
          ),
          handles: this.#ofEach((pid) => readdirSync(`/proc/${pid}/fd`).length),
          owed: rows.reduce((sum, { owed }) => sum + owed, 0),
          outbox: rows.reduce((sum, { outbox }) => sum + outbox, 0),
          lagMs: await this.#mix.lag(),
        });
      }
    } finally {
      await pool.end();
    }
    return samples;
  }

  #ofEach(measure: (pid: number) => number): Record<string, number> {
    const { services, nats } = this.#platform;
    const pids = Object.entries(services).map(([name, processes]) => [name, processes[0]?.pid] as const);
    return Object.fromEntries(
      [...pids, ['nats-server', nats.pid] as const].map(([name, pid]) => [name, measure(pid ?? Number.NaN)]),
    );
  }
}
