import { request, type Server, type ServerResponse } from 'node:http';
import { eventually } from '@px0/testing';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type FakeService, gateway, rawService, stopAll } from './fixture.ts';

// Each test has a gateway and services of its own, and mostly waits: they run side by side, so that each takes as long as all.
vi.setConfig({ testTimeout: 240_000 });
afterAll(stopAll);

type Mood = 'answers' | 'babbles' | 'hangs' | 'resets';

/** A service that changes between answering, sending what is no HTTP, never answering, and cutting connections; and that dies and comes back. */
class Moody {
  mood: Mood = 'answers';
  /** Requests of clients that reached it. */
  clients = 0;
  /** The gateway's own requests that reached it. */
  trials = 0;
  /** Trials that hung and that the gateway has ended. */
  endedTrials = 0;
  #service: FakeService | undefined;
  readonly #hanging = new Set<ServerResponse>();

  static async start(port = 0): Promise<Moody> {
    const one = new Moody();
    await one.start(port);
    return one;
  }

  get url(): string {
    return this.#running.url;
  }

  get server(): Server {
    return this.#running.server;
  }

  async start(port: number): Promise<void> {
    this.#service = await rawService((req, res) => {
      req.resume();
      const isTrial = !(req.url ?? '').startsWith('/v1/');
      if (isTrial) this.trials += 1;
      else this.clients += 1;
      if (this.mood === 'answers') res.writeHead(isTrial ? 503 : 200).end('{}');
      else if (this.mood === 'resets') req.socket.destroy();
      else if (this.mood === 'babbles') req.socket.end('no HTTP\r\n\r\n');
      else {
        this.#hanging.add(res);
        res.once('close', () => {
          this.#hanging.delete(res);
          if (isTrial) this.endedTrials += 1;
        });
      }
    }, port);
  }

  /** Dies: connections are cut, and new ones refused. */
  async die(): Promise<void> {
    await this.#running.stop();
  }

  async comeBack(): Promise<void> {
    await this.start(this.#running.port);
  }

  /** Requests that hang, those of clients and trials. */
  get hanging(): number {
    return this.#hanging.size;
  }

  /** Cuts all that hang. */
  cutHanging(): void {
    for (const res of this.#hanging) res.destroy();
  }

  get #running(): FakeService {
    if (this.#service === undefined) throw new Error('not started');
    return this.#service;
  }
}

const verbose = z.object({
  upstreams: z.object({
    tenancy: z.object({
      breaker: z.string(),
      pending: z.number(),
      replicas: z.array(z.object({ url: z.string(), resting: z.boolean() })),
    }),
  }),
});

async function tenancyState(url: string) {
  return verbose.parse(await (await fetch(`${url}/readyz?verbose`)).json()).upstreams.tenancy;
}

const breakerOf = async (url: string) => (await tenancyState(url)).breaker;
const read = async (url: string, init: RequestInit = {}) => (await fetch(`${url}/v1/me/orgs`, init)).status;
/** Is never sent a second time. */
const write = async (url: string) =>
  (await fetch(`${url}/v1/orgs`, { method: 'POST', body: '{"name":"x"}' })).status;

/** Sends no more than it takes: requests that an open breaker refuses would be counted, too. */
async function openBreaker(url: string): Promise<void> {
  for (let i = 0; i < 40 && (await breakerOf(url)) === 'closed'; i++) expect(await write(url)).toBe(503);
  expect(await breakerOf(url)).not.toBe('closed');
}

const isServed = (url: string) => eventually(async () => (await read(url)) === 200, { intervalMs: 300 });

const closes = (url: string) =>
  eventually(async () => (await breakerOf(url)) === 'closed', { what: 'the breaker closed again' });

describe.concurrent('after a recovery', () => {
  it('counts anew: one failure does not open the breaker again', async () => {
    const tenancy = await Moody.start();
    const { url } = await gateway({ TENANCY_URL: tenancy.url });
    await tenancy.die();
    await openBreaker(url);
    await tenancy.comeBack();
    await isServed(url);
    tenancy.mood = 'resets';
    expect(await write(url)).toBe(503);
    expect(await breakerOf(url)).toBe('closed');
    tenancy.mood = 'answers';
    expect(await read(url)).toBe(200);
  });

  it('does not count requests from before the opening that fail only now', async () => {
    const tenancy = await Moody.start();
    const { url } = await gateway({ TENANCY_URL: tenancy.url });
    tenancy.mood = 'hangs';
    const early = Array.from({ length: 15 }, () => write(url));
    await eventually(() => tenancy.hanging === 15);
    tenancy.mood = 'resets';
    await openBreaker(url);
    tenancy.mood = 'answers';
    await isServed(url);
    tenancy.cutHanging();
    expect(new Set(await Promise.all(early))).toEqual(new Set([503]));
    expect(await breakerOf(url)).toBe('closed');
  });

  it('opens again when the service fails again as often', async () => {
    const tenancy = await Moody.start();
    const { url } = await gateway({ TENANCY_URL: tenancy.url });
    tenancy.mood = 'resets';
    await openBreaker(url);
    tenancy.mood = 'answers';
    await closes(url);
    tenancy.mood = 'resets';
    await openBreaker(url);
  });
});

describe.concurrent('the trial of an open breaker', () => {
  it('is the gateway’s own, so that it closes without any traffic, and no client is sent before', async () => {
    const tenancy = await Moody.start();
    const { url } = await gateway({ TENANCY_URL: tenancy.url });
    await tenancy.die();
    await openBreaker(url);
    await tenancy.comeBack();
    await closes(url);
    expect(tenancy.trials).toBeGreaterThan(0);
    expect(tenancy.clients).toBe(0);
  });

  it('that hangs is ended, and the next one follows; clients are refused meanwhile, and those who leave decide nothing', async () => {
    const tenancy = await Moody.start();
    const { url } = await gateway({ TENANCY_URL: tenancy.url });
    tenancy.mood = 'hangs';
    const leaving = new AbortController();
    const early = Promise.allSettled(
      Array.from({ length: 5 }, () => fetch(`${url}/v1/me/orgs`, { signal: leaving.signal })),
    );
    await eventually(() => tenancy.hanging === 5);
    tenancy.mood = 'resets';
    await openBreaker(url);
    tenancy.mood = 'hangs';
    const before = tenancy.clients;
    await eventually(async () => (await breakerOf(url)) === 'half-open');
    leaving.abort();
    await early;
    // Who comes during the trial is refused at once, with the reason and the pause.
    const refused = await fetch(`${url}/v1/me/orgs`);
    expect([refused.status, await refused.json(), refused.headers.get('retry-after')]).toEqual([
      503,
      { error: 'service unavailable' },
      '1',
    ]);
    const hasty = new AbortController();
    const hurried = fetch(`${url}/v1/me/orgs`, { signal: hasty.signal });
    hasty.abort();
    await expect(hurried).rejects.toThrow();
    await eventually(() => tenancy.endedTrials > 0);
    expect(await breakerOf(url)).not.toBe('closed');
    tenancy.mood = 'answers';
    await closes(url);
    expect(tenancy.trials).toBeGreaterThan(1);
    expect(tenancy.clients).toBe(before);
    expect(await read(url)).toBe(200);
  });
});

describe.concurrent('of two addresses, one that', () => {
  it.each<[string, Mood | 'dies']>([
    ['refuses connections', 'dies'],
    ['accepts them and hangs', 'hangs'],
    ['resets them', 'resets'],
    ['speaks no HTTP', 'babbles'],
  ])('%s costs the other nothing, and is used again when it is back', async (_case, mood) => {
    const [bad, good] = [await Moody.start(), await Moody.start()];
    // Only the one that hangs makes anybody wait that long.
    const { url } = await gateway({ TENANCY_URL: `${bad.url},${good.url}`, UPSTREAM_TIMEOUT_MS: '5000' });
    if (mood === 'dies') await bad.die();
    else bad.mood = mood;
    const failed = { reads: 0, writes: 0 };
    for (let i = 0; i < 60; i++) {
      const [first, second, written] = await Promise.all([read(url), read(url), write(url)]);
      failed.reads += [first, second].filter((status) => status !== 200).length;
      failed.writes += written === 200 ? 0 : 1;
      expect(await breakerOf(url)).toBe('closed');
    }
    // What was under way at the bad one when it was found out, and no more.
    expect(failed.reads + failed.writes).toBeLessThanOrEqual(3);
    if (mood !== 'hangs') expect(failed.reads).toBe(0);
    if (mood === 'dies') expect(failed.writes).toBe(0);
    if (mood === 'dies') await bad.comeBack();
    else bad.mood = 'answers';
    const before = bad.clients;
    await eventually(async () => {
      expect(await Promise.all([read(url), read(url)])).toEqual([200, 200]);
      return bad.clients > before + 2;
    });
    expect(good.clients).toBeGreaterThan(100);
  });

  it('fails under load opens for itself; the upstream refuses only when both are out', async () => {
    const [one, two] = [await Moody.start(), await Moody.start()];
    const { url } = await gateway({ TENANCY_URL: `${one.url},${two.url}` });
    one.mood = 'hangs';
    two.mood = 'hangs';
    const waiting = Array.from({ length: 30 }, () => read(url));
    await eventually(() => one.hanging === 15 && two.hanging === 15);
    two.mood = 'answers';
    one.mood = 'resets';
    one.cutHanging();
    await eventually(() => two.clients >= 30);
    expect(await breakerOf(url)).toBe('closed');
    two.mood = 'resets';
    two.cutHanging();
    await Promise.all(waiting);
    await openBreaker(url);
    two.mood = 'answers';
    await closes(url);
    expect(await read(url)).toBe(200);
  });
});

describe.concurrent('what clients do', () => {
  /** A request that sends the head and the beginning of its body, and no more. */
  function beginUpload(url: string) {
    const req = request(`${url}/v1/orgs`, { method: 'POST', headers: { 'transfer-encoding': 'chunked' } });
    req.on('error', () => undefined);
    req.write('{');
    return req;
  }

  it.each<[string, string, (url: string, seen: () => number) => Promise<unknown>]>([
    [
      'a body over the bound, streamed',
      '120000',
      async (url) => {
        const body = new Blob([new Uint8Array(5 * 1024 * 1024)]).stream();
        const response = await fetch(`${url}/v1/orgs`, { method: 'POST', body, duplex: 'half' });
        expect(response.status).toBe(413);
      },
    ],
    [
      'a body that breaks off',
      '120000',
      async (url, seen) => {
        const req = beginUpload(url);
        await eventually(() => seen() === 12);
        req.destroy();
      },
    ],
    [
      'a body that comes too slowly',
      '2000',
      async (url) => {
        const req = beginUpload(url);
        const status = await new Promise((resolve) => req.on('response', (res) => resolve(res.statusCode)));
        expect(status).toBe(503);
        req.destroy();
      },
    ],
  ])('does not open the breaker: %s', async (_case, timeout, act) => {
    let seen = 0;
    const tenancy = await rawService((req, res) => {
      seen += 1;
      req.on('error', () => undefined);
      req.on('data', () => undefined).on('end', () => res.end('{}'));
    });
    const { url } = await gateway({ TENANCY_URL: tenancy.url, UPSTREAM_TIMEOUT_MS: timeout });
    await Promise.all(Array.from({ length: 12 }, () => act(url, () => seen)));
    await eventually(async () => (await tenancyState(url)).pending === 0);
    const state = await tenancyState(url);
    expect([state.breaker, state.replicas[0]?.resting]).toEqual(['closed', false]);
  });
});

describe('shutting down', () => {
  it('ends a trial that is under way', async () => {
    const tenancy = await Moody.start();
    const { url } = await gateway({ TENANCY_URL: tenancy.url });
    tenancy.mood = 'resets';
    await openBreaker(url);
    tenancy.mood = 'hangs';
    // Those before have been reset.
    await eventually(() => tenancy.hanging === 1);
    await stopAll();
    await eventually(() => tenancy.hanging === 0 && tenancy.endedTrials > 0);
  });
});
