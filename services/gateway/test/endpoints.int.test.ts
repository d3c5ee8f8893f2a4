/** Replicas by EndpointSlices: pods on loopback addresses of their own, a played API server, and a name server that caches. */
import { type RunningServer, sendReply, silentLogger, startHttpServer } from '@px0/service-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CachingDns } from './caching-dns.ts';
import { gateway, rawService, stopAll } from './fixture.ts';
import { PlayedCluster } from './played-cluster.ts';

let cluster: PlayedCluster;
let dns: CachingDns;
/** All pods of a service listen on the same port. */
let port: number;
let pods = 0;
const servers: RunningServer[] = [];

beforeEach(async () => {
  [cluster, dns] = await Promise.all([PlayedCluster.start(), CachingDns.start()]);
  port = 0;
});
afterEach(async () => {
  await stopAll();
  await Promise.all(servers.splice(0).map((server) => server.close()));
  await Promise.all([cluster.stop(), dns.stop()]);
});

interface Pod {
  readonly address: string;
  readonly server: RunningServer;
}

/** A replica as the services run it, with an address that no other pod has had. */
async function startPod(): Promise<Pod> {
  pods += 1;
  const address = `127.0.${100 + Math.floor(pods / 200)}.${1 + (pods % 200)}`;
  const server = await startHttpServer({
    host: address,
    port,
    logger: silentLogger(),
    timeouts: { drainMs: 30_000, drainDelayMs: 500 },
    handler: (req, res) => {
      req.resume();
      setTimeout(() => sendReply(req, res, { status: 200, body: { rendered: address }, headers: {} }), 3);
    },
  });
  port = server.port;
  servers.push(server);
  return { address, server };
}

function gatewayOf(env: Readonly<Record<string, string>> = cluster.env): Promise<RunningServer> {
  return gateway({ RENDER_URL: `http://render:${port}`, DNS_REFRESH_MS: '100', ...env }, dns.resolveName);
}

const statusSchema = z.object({
  upstreams: z.record(z.string(), z.object({ replicas: z.array(z.object({ url: z.string() })) })),
});

/** The addresses that a gateway sends renders to. */
async function replicasOf({ url }: RunningServer): Promise<string[]> {
  const status = statusSchema.parse(await (await fetch(`${url}/readyz?verbose`)).json());
  return (status.upstreams['render']?.replicas ?? []).map((replica) => new URL(replica.url).hostname);
}

const patience = { timeout: 30_000 };
const uses = (server: RunningServer, ...addresses: string[]) =>
  expect.poll(() => replicasOf(server), patience).toEqual(addresses);

describe.each([3, 1])('a rolling restart of %i replicas where DNS answers are cached for longer', (count) => {
  it('loses no render with EndpointSlices, and does lose some with DNS alone', async () => {
    const running: Pod[] = [];
    while (running.length < count) running.push(await startPod());
    const ready = () => running.map(({ address }) => ({ address }));
    /** What the endpoint controller and the cluster's DNS make of the pods. */
    const publish = (...ending: Pod[]) => {
      const ends = ending.map(({ address }) => ({
        address,
        conditions: { ready: false, serving: true, terminating: true },
      }));
      cluster.set('render', port, [...ready(), ...ends]);
      dns.records.set(
        'render',
        ready().map(({ address }) => address),
      );
    };
    publish();
    const following = await gatewayOf();
    const byDns = await gatewayOf({});
    await uses(following, ...running.map(({ address }) => address));
    await uses(byDns, ...running.map(({ address }) => address));

    const load = renders([following, byDns]);
    await load.goesOn();
    for (let round = 0; round < count; round += 1) {
      const old = running.shift();
      if (old === undefined) throw new Error('a pod');
      // The new one is ready before the old one is told to end: maxSurge 1, maxUnavailable 0.
      running.push(await startPod());
      publish(old);
      await old.server.close();
      publish();
      await load.goesOn();
    }
    const [withSlices, withDns] = await load.end();
    expect([...(withSlices?.keys() ?? [])]).toEqual([200]);
    expect([...(withDns?.keys() ?? [])]).toContain(503);
    await uses(following, ...running.map(({ address }) => address));
  }, 120_000);
});

/** Callers of gateways, and how often they had which status. */
function renders(gateways: readonly RunningServer[]) {
  const statuses = gateways.map(() => new Map<number, number>());
  let isRunning = true;
  const caller = async (index: number): Promise<void> => {
    while (isRunning) {
      const response = await fetch(`${gateways[index]?.url}/v1/prompts/hello/render`, {
        method: 'POST',
        body: '{"variables":{}}',
        headers: { 'content-type': 'application/json' },
      });
      await response.arrayBuffer();
      const counts = statuses[index];
      counts?.set(response.status, (counts.get(response.status) ?? 0) + 1);
    }
  };
  const callers = gateways.flatMap((_, index) => [caller(index), caller(index)]);
  const answered = () =>
    statuses.map((counts) => [...counts.values()].reduce((sum, count) => sum + count, 0));
  return {
    /** Waits until every gateway has answered another fifty. */
    goesOn: async () => {
      const before = answered();
      await expect
        .poll(() => answered().every((count, index) => count > (before[index] ?? 0) + 50), patience)
        .toBe(true);
    },
    end: async () => {
      isRunning = false;
      await Promise.all(callers);
      return statuses;
    },
  };
}

describe('a gateway that follows endpoints', () => {
  beforeEach(() => {
    port = 8_000;
  });
  const lists = () => cluster.seen.filter(({ kind }) => kind === 'list').length;
  const watching = () => expect.poll(() => cluster.watching, patience).toBe(1);

  it('goes on where a watch ended, without a new list, and from the last bookmark', async () => {
    cluster.set('render', port, [{ address: '127.0.0.2' }]);
    const server = await gatewayOf();
    await watching();
    cluster.set('render', port, [{ address: '127.0.0.3' }]);
    await uses(server, '127.0.0.3');
    cluster.bookmark();
    cluster.endWatches();
    await watching();
    cluster.set('render', port, [{ address: '127.0.0.4' }]);
    await uses(server, '127.0.0.4');
    const watches = cluster.seen.filter(({ kind }) => kind === 'watch');
    // 101 is the list's, 102 the change's, and the bookmark is ten further.
    expect(watches.map(({ resourceVersion }) => resourceVersion)).toEqual(['101', '112']);
    expect(lists()).toBe(1);
    expect(dns.asked).toBe(0);
  });

  it('lists again when its version is forgotten, and learns what it has missed', async () => {
    cluster.set('render', port, [{ address: '127.0.0.2' }]);
    const server = await gatewayOf();
    await watching();
    await cluster.goAway();
    cluster.set('render', port, [{ address: '127.0.0.3' }]);
    cluster.compact();
    await cluster.comeBack();
    await uses(server, '127.0.0.3');
    await watching();
    expect(lists()).toBe(2);
  });

  it('keeps what it knew while the API server is away, whatever DNS says', async () => {
    cluster.set('render', port, [{ address: '127.0.0.2' }]);
    dns.records.set('render', ['127.0.0.9']);
    const server = await gatewayOf();
    await watching();
    await cluster.goAway();
    cluster.refusal = 500;
    await cluster.comeBack();
    await expect
      .poll(() => cluster.seen.filter(({ status }) => status === 500).length, patience)
      .toBeGreaterThan(1);
    expect(await replicasOf(server)).toEqual(['127.0.0.2']);
    cluster.set('render', port, [{ address: '127.0.0.2' }, { address: '127.0.0.3' }]);
    cluster.refusal = undefined;
    await uses(server, '127.0.0.2', '127.0.0.3');
    expect(dns.asked).toBe(0);
  });

  it('asks DNS as long as it may not or cannot know better', async () => {
    cluster.refusal = 403;
    dns.records.set('render', ['127.0.0.9']);
    const server = await gatewayOf();
    expect(await replicasOf(server)).toEqual(['127.0.0.9']);
    cluster.refusal = undefined;
    // It follows now, and has heard of no endpoint yet.
    await watching();
    expect(await replicasOf(server)).toEqual(['127.0.0.9']);
    cluster.set('render', port, [{ address: '127.0.0.2' }]);
    await uses(server, '127.0.0.2');
    // Now the API server is believed, also when nobody is left.
    cluster.set('render', port, []);
    await uses(server);
  });

  it('reads its token again, which rotates', async () => {
    cluster.set('render', port, [{ address: '127.0.0.2' }]);
    const server = await gatewayOf();
    await watching();
    cluster.rotateToken();
    cluster.endWatches();
    await expect.poll(() => cluster.seen.some(({ status }) => status === 401), patience).toBe(true);
    await cluster.writeToken();
    cluster.set('render', port, [{ address: '127.0.0.3' }]);
    await uses(server, '127.0.0.3');
  });

  it('leaves streams to the replica that ends, and sends new ones elsewhere', async () => {
    const answers: { readonly end: () => void }[] = [];
    const old = await rawService((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: hello\n\n');
      answers.push({ end: () => res.end('data: bye\n\n') });
    });
    cluster.set('render', old.port, [{ address: '127.0.0.1' }]);
    const server = await gatewayOf();
    const { body } = await fetch(`${server.url}/v1/delivery/stream`);
    const texts: string[] = [];
    const reading = (async () => {
      for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) texts.push(text);
    })();
    await expect.poll(() => texts.join(''), patience).toBe('data: hello\n\n');
    cluster.set('render', port, [{ address: '127.0.0.2' }]);
    await uses(server, '127.0.0.2');
    answers[0]?.end();
    await reading;
    expect(texts.join('')).toBe('data: hello\n\ndata: bye\n\n');
  });
});
