/**
 * The cluster that Kubernetes runs, on this machine: three servers of the pinned release, with the very files of `k8s/`, TLS and users.
 * What differs is what must differ here: ports, folders, and the addresses of the routes.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JetStreamApiError, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { stateSubject } from '@px0/contracts';
import {
  type Bus,
  type BusUser,
  busUsers,
  connectConfigured,
  inboxPrefixOf,
  type StreamConfiguration,
} from '@px0/event-bus';
import { freePort, type RunningNats, startNats } from '@px0/local-platform';
import { silentLogger } from '@px0/service-kit';
import { eventually, temporaryFolder } from '@px0/testing';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passwordVariable } from '../../scripts/generate/nats-accounts.ts';
import { accountsFile, passwordOf } from './nats-users.ts';
import { tool } from './tools.ts';

const k8s = join(import.meta.dirname, '..', '..', 'k8s');
const servers: RunningNats[] = [];
const buses: Bus[] = [];
let folder: string;
let urls: string[];
let launch: (index: number) => Promise<void>;

beforeAll(async () => {
  folder = await temporaryFolder('nats-cluster');
  await writeCertificates();
  const binary = await tool('nats-server');
  const ports = await Promise.all(
    [1, 2, 3].map(async () => ({
      client: await freePort(),
      cluster: await freePort(),
      monitor: await freePort(),
    })),
  );
  const env = Object.fromEntries(
    [...busUsers, 'system' as const].map((user) => [passwordVariable(user), passwordOf(user)]),
  );
  urls = ports.map(({ client }) => `tls://localhost:${client}`);
  const peers = ports.map(({ cluster }) => cluster);
  launch = async (index) => {
    const { client, cluster, monitor } = ports[index] ?? { client: 0, cluster: 0, monitor: 0 };
    const storeDir = join(folder, `data-${index}`);
    servers[index] = await startNats({
      binary,
      storeDir,
      port: client,
      logFile: join(folder, `nats-${index}.log`),
      configuration: [await configuration(storeDir, cluster, monitor, peers)],
      env: { ...env, POD_NAME: `nats-${index}` },
    });
  };
}, 300_000);

afterAll(async () => {
  await Promise.all(buses.map((bus) => bus.close()));
  await Promise.all(servers.map((server) => server?.stop()));
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function writeCertificates(): Promise<void> {
  const names = [
    { type: 2 as const, value: 'localhost' },
    { type: 7 as const, ip: '127.0.0.1' },
  ];
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: names },
    ],
  });
  await writeFile(join(folder, 'tls.crt'), made.cert);
  await writeFile(join(folder, 'ca.crt'), made.cert);
  await writeFile(join(folder, 'tls.key'), made.private, { mode: 0o600 });
}

/** `nats.conf` with what it includes put in its place, and what `startNats` sets itself left out. */
async function configuration(
  store: string,
  cluster: number,
  monitor: number,
  peers: readonly number[],
): Promise<string> {
  const read = (path: string) => readFile(join(k8s, path), 'utf8');
  const routes = peers.map((port) => `    "nats://localhost:${port}"`).join('\n');
  const included = {
    'cluster.conf': await read('base/nats/cluster.conf'),
    'cluster-tls.conf': await read('components/nats-tls/cluster-tls.conf'),
    'tls.conf': await read('components/nats-tls/tls.conf'),
    'accounts.conf': await readFile(accountsFile, 'utf8'),
  };
  let whole = await read('base/nats/nats.conf');
  for (const [name, text] of Object.entries(included)) whole = whole.replace(`include "${name}"`, () => text);
  whole = whole
    .replaceAll('/etc/nats-tls/', `${folder}/`)
    .replace(/routes: \[[^\]]*\]/, `routes: [\n${routes}\n  ]`)
    .replace('port: 6222', `host: "127.0.0.1"\n  port: ${cluster}`)
    .replace('http_port: 8222', `http: "127.0.0.1:${monitor}"`)
    .replace(/^port: 4222$/m, '')
    .replace('"/data"', JSON.stringify(store))
    .replace(/^max_payload:.*$/m, '');
  expect(whole).not.toMatch(/include "|\/etc\/|"\/data"/);
  return whole;
}

async function as(user: BusUser, config: Partial<StreamConfiguration> = {}): Promise<Bus> {
  const bus = await connectConfigured(
    {
      NATS_URL: urls,
      PX0_STREAM_PREFIX: '',
      PX0_STREAM_REPLICAS: 3,
      NATS_USER: user,
      NATS_PASSWORD: passwordOf(user),
      NATS_INBOX_PREFIX: inboxPrefixOf(user),
      NATS_TLS_CA_FILE: join(folder, 'ca.crt'),
      ...config,
    },
    { name: user, logger: silentLogger() },
  );
  buses.push(bus);
  return bus;
}

/** What the servers say to somebody who wants three copies while there are two servers. */
async function creationRefused(): Promise<string> {
  const connection = await connect({
    servers: urls,
    user: 'maintenance',
    pass: passwordOf('maintenance'),
    inboxPrefix: inboxPrefixOf('maintenance'),
    tls: { caFile: join(folder, 'ca.crt') },
  });
  try {
    const manager = await jetstreamManager(connection, { timeout: 2_000, checkAPI: false });
    return await eventually(
      async () => {
        try {
          await manager.streams.add({ name: 'PX0_USAGE', subjects: ['px0.usage.>'], num_replicas: 3 });
          return 'nothing was refused';
        } catch (error) {
          // Without an answer the servers have not found each other yet.
          return error instanceof JetStreamApiError ? error.message : undefined;
        }
      },
      { timeoutMs: 60_000 },
    );
  } finally {
    await connection.close();
  }
}

const event = (revision: number) => ({
  subject: stateSubject('user', '1'),
  payload: `{"revision":${revision}}`,
  revision,
  traceparent: undefined,
});

/** The sequence of the revision, published until it is stored: also when its answer was lost with the leader, or with the time for it. */
function published(bus: Bus, revision: number, lastSubjectSequence: number): Promise<number> {
  return eventually(
    async () => {
      try {
        return await bus.publish({ ...event(revision), expectation: { lastSubjectSequence } });
      } catch (error) {
        const last = await bus.lastMessage('state', stateSubject('user', '1'));
        if (last?.revision === revision) return last.sequence;
        throw error;
      }
    },
    { what: `the publication of revision ${revision}`, timeoutMs: 60_000 },
  );
}

describe('the cluster of three', () => {
  it('is awaited until it is complete, holds each stream on every server, and loses nothing with one of them', async () => {
    await Promise.all([launch(0), launch(1)]);
    const connecting = as('identity');
    expect(await creationRefused()).toMatch(/temporarily unavailable|no suitable peers/);
    await launch(2);
    const identity = await connecting;
    const { config, cluster } = await eventually(() => identity.manager.streams.info('PX0_STATE'));
    expect([config.num_replicas, cluster?.replicas?.length]).toEqual([3, 2]);
    const first = await published(identity, 1, 0);

    const leader = servers.findIndex((_, index) => cluster?.leader === `nats-${index}`);
    await servers[leader]?.kill();
    const second = await published(identity, 2, first);
    const render = await as('render');
    const seen = await eventually(() => render.lastMessage('state', stateSubject('user', '1')), {
      timeoutMs: 60_000,
    });
    expect([seen.revision, seen.sequence]).toEqual([2, second]);
  }, 360_000);

  it('refuses who does not know its authority', async () => {
    const [, second = ''] = urls;
    const options = {
      servers: [second, urls[0] ?? '', urls[2] ?? ''],
      user: 'render',
      pass: passwordOf('render'),
      reconnect: false,
    };
    await expect(connect(options)).rejects.toThrow();
    await expect(connect({ ...options, tls: null })).rejects.toThrow();
  }, 60_000);
});
