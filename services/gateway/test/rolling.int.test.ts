import { type RunningServer, sendReply, silentLogger, startHttpServer } from '@px0/service-kit';
import { afterEach, describe, expect, it } from 'vitest';
import { gateway, stopAll } from './fixture.ts';

afterEach(stopAll);

/** A replica as the services run it, which takes a few milliseconds for an answer. */
function replica(port: number): Promise<RunningServer> {
  return startHttpServer({
    host: '127.0.0.1',
    port,
    logger: silentLogger(),
    timeouts: { drainMs: 30_000, drainDelayMs: 200 },
    handler: (req, res) => {
      req.resume();
      setTimeout(() => sendReply(req, res, { status: 200, body: { rendered: 'hi' }, headers: {} }), 3);
    },
  });
}

describe('a rolling restart of two replicas under load', () => {
  it('fails no render, no read and no write', async () => {
    const replicas = [await replica(0), await replica(0)];
    const urls = replicas.map((one) => one.url).join(',');
    const { url } = await gateway({ RENDER_URL: urls, TENANCY_URL: urls });
    const statuses = new Map<string, number>();
    let running = true;
    const caller = async (path: string, init: RequestInit): Promise<void> => {
      while (running) {
        const outcome = await fetch(url + path, init).then(
          async (response) => {
            await response.arrayBuffer();
            return `${path} ${response.status}`;
          },
          (error: unknown) => `${path} ${String(error)}`,
        );
        statuses.set(outcome, (statuses.get(outcome) ?? 0) + 1);
      }
    };
    const post = {
      method: 'POST',
      body: '{"variables":{}}',
      headers: { 'content-type': 'application/json' },
    };
    const callers = [
      ...Array.from({ length: 8 }, () => caller('/v1/prompts/hello/render', post)),
      ...Array.from({ length: 4 }, () => caller('/v1/me/orgs', {})),
      ...Array.from({ length: 2 }, () => caller('/v1/orgs', post)),
    ];
    const answered = () => [...statuses.values()].reduce((sum, count) => sum + count, 0);
    /** Load goes on over both replicas, on old and new connections, before anything else changes. */
    const underLoad = async (): Promise<void> => {
      const before = answered();
      await expect.poll(answered).toBeGreaterThan(before + 100);
    };
    for (const round of [0, 1, 0, 1]) {
      await underLoad();
      const old = replicas[round];
      if (old === undefined) throw new Error('two replicas');
      await old.close();
      await underLoad();
      replicas[round] = await replica(old.port);
    }
    await underLoad();
    running = false;
    await Promise.all(callers);
    await Promise.all(replicas.map((one) => one.close()));
    expect([...statuses.keys()].toSorted()).toEqual([
      '/v1/me/orgs 200',
      '/v1/orgs 200',
      '/v1/prompts/hello/render 200',
    ]);
  });
});
