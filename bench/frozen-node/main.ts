/**
 * npm run bench:frozen-node -- [--nats RELEASE] [--rounds N] [--log]: one of three NATS servers stands still (SIGSTOP) and closes no connection.
 * It prints, for each round, how long until the clients of that server have changed to another one, and until what is written meanwhile is
 * visible in readers whose consumers lay on it, and in the others. It writes bench/results/frozen-node-RELEASE.json.
 *
 * Readers and the owner are those of the services, in this process: a bus, a projection, an outbox with its relay, on a real Postgres.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { StateEvent } from '@px0/contracts';
import type { Bus } from '@px0/event-bus/internal';
import { createLogger, silentLogger } from '@px0/service-kit';
import { eventually, OwnNatsCluster, ownPostgres } from '@px0/testing/servers';
import {
  closer,
  MemoryView,
  type Owner,
  openOwner,
  openReader,
  openSchema,
} from '../../packages/owner/test/support.ts';
import { natsFolder } from '../../scripts/nats-releases/build.ts';
import { ROOT } from '../lib/program.ts';
import { quantile } from '../lib/statistics.ts';

/** Enough that some have their consumers on each server. */
const READERS = 9;
const PATIENCE_MS = 300_000;

const { values } = parseArgs({
  options: {
    nats: { type: 'string', default: '2.15.1' },
    rounds: { type: 'string', default: '6' },
    log: { type: 'boolean', default: false },
  },
});

/** Where a client's connection and its reader's consumer are, by server. */
interface Client {
  readonly name: string;
  readonly connectedTo: string;
  readonly consumerOn: string;
  /** Seconds after the freeze; undefined where the client was connected to another server. */
  changed?: number;
  visible?: number;
}

interface Round {
  readonly frozen: string;
  readonly ledStream: boolean;
  readonly ledCluster: boolean;
  readonly clients: readonly Client[];
}

/** Tells when it is given a name. */
class WatchedView extends MemoryView {
  readonly seen = new Map<string, number>();

  override apply(event: StateEvent): void {
    super.apply(event);
    const name = this.nameOf(event.id);
    if (name !== undefined) this.seen.set(name, performance.now());
  }
}

const release = values.nats;
const syncs = !release.startsWith('2.9.');
const cluster = await OwnNatsCluster.start(join(await natsFolder(release), 'nats-server'), syncs);
const postgres = await ownPostgres();
const rounds: Round[] = [];
try {
  for (let number = 0; number < Number(values.rounds); number += 1) {
    const round = await play(number);
    rounds.push(round);
    console.log(JSON.stringify(row(round)));
  }
} finally {
  await cluster.close();
  await postgres.close();
}
report();

async function play(number: number): Promise<Round> {
  const cleanups = closer();
  const place = { servers: cluster.url, streamPrefix: `r${number}` };
  const schema = `tenancy${number}`;
  const loggerOf = (service: string) =>
    values.log ? createLogger({ service, level: 'debug' }) : silentLogger();
  const busOf = (name: string) => ({ replicas: 3, inboxPrefix: `_INBOX_${name}`, logger: loggerOf(name) });
  const frozen = number % cluster.size;
  try {
    const pool = await openSchema(cleanups, schema, postgres.url);
    const owner = await openOwner(place, cleanups, { pool, bus: busOf('owner') });
    await owner.projection.whenReady();
    const views = new Map<string, WatchedView>();
    const buses = new Map<string, Bus>([['owner', owner.bus]]);
    for (let index = 0; index < READERS; index += 1) {
      const name = `reader${index}`;
      const view = new WatchedView('organization');
      const reader = await openReader(
        place,
        cleanups,
        { views: [view], logger: loggerOf(name) },
        busOf(name),
      );
      await reader.projection.whenReady();
      views.set(name, view);
      buses.set(name, reader.bus);
    }
    const consumers = await consumersOf(owner);
    const clients = [...buses].map(
      ([name, bus]): Client => ({
        name,
        connectedTo: serverOf(bus),
        consumerOn: consumers.get(`_INBOX_${name}`) ?? 'unknown',
      }),
    );
    const stream = owner.bus.names.stream('state');
    const round: Round = {
      frozen: cluster.nameOf(frozen),
      ledStream: (await cluster.leaderOf(stream)) === frozen,
      ledCluster: (await cluster.metaLeader()) === frozen,
      clients,
    };
    const begun = performance.now();
    for (const client of clients) {
      if (client.connectedTo !== round.frozen) continue;
      buses.get(client.name)?.onConnection((connected) => {
        if (connected) client.changed ??= seconds(performance.now() - begun);
      });
    }
    await cluster.server(frozen).pause();
    if (values.log) console.log(new Date().toISOString(), 'frozen', JSON.stringify(round));
    const name = `round ${number}`;
    await owner.put('o1', name);
    await eventually(async () => [...views.values()].every(({ seen }) => seen.has(name)), {
      what: 'the write in every reader',
      timeoutMs: PATIENCE_MS,
      intervalMs: 20,
    }).catch(() => undefined);
    await eventually(
      async () =>
        clients.every(({ connectedTo, changed }) => connectedTo !== round.frozen || changed !== undefined),
      { what: 'the change of every client', timeoutMs: PATIENCE_MS, intervalMs: 20 },
    ).catch(() => undefined);
    for (const client of clients) {
      const at = views.get(client.name)?.seen.get(name);
      if (at !== undefined) client.visible = seconds(at - begun);
    }
    return round;
  } finally {
    cluster.server(frozen).resume();
    await cleanups.run();
    await cluster.heal();
  }
}

/** The server of each reader's consumer, by the first part of the subject on which it delivers. */
async function consumersOf({ bus }: Owner): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { config, cluster: place } of bus.manager.consumers.list(bus.names.stream('state')))
    found.set(config.deliver_subject?.split('.')[0] ?? '', place?.leader ?? 'unknown');
  return found;
}

function serverOf(bus: Bus): string {
  const server = bus.connection.getServer();
  for (let index = 0; index < cluster.size; index += 1)
    if (server === `127.0.0.1:${cluster.clientsOf(index).port}`) return cluster.nameOf(index);
  return server;
}

function row({ frozen, ledStream, ledCluster, clients }: Round): Record<string, string> {
  const readers = clients.filter(({ name }) => name !== 'owner');
  const on = readers.filter(({ consumerOn }) => consumerOn === frozen);
  const away = readers.filter(({ consumerOn }) => consumerOn !== frozen);
  const role = [...(ledStream ? ['stream'] : []), ...(ledCluster ? ['cluster'] : [])].join(' and ');
  return {
    'frozen server led': role || 'nothing',
    'clients changed after': range(
      clients.filter(({ connectedTo }) => connectedTo === frozen).map(({ changed }) => changed),
    ),
    'visible, consumer on it': range(on.map(({ visible }) => visible)),
    'visible, consumer elsewhere': range(away.map(({ visible }) => visible)),
  };
}

/** The least and the most. */
function range(times: readonly (number | undefined)[]): string {
  if (times.length === 0) return 'none';
  if (times.includes(undefined)) return 'never';
  const known = times.filter((time) => time !== undefined);
  const [least, most] = [Math.min(...known), Math.max(...known)].map((time) => time.toFixed(1));
  return `${least} to ${most} s (${known.length})`;
}

function report(): void {
  const machine = `${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown processor'}, load ${(loadavg()[0] ?? 0).toFixed(1)}, Node ${process.version}`;
  const all = rounds.flatMap(({ frozen, clients }) => clients.map((client) => ({ frozen, ...client })));
  const onIt = all.filter(({ name, consumerOn, frozen }) => name !== 'owner' && consumerOn === frozen);
  const elsewhere = all.filter(({ name, consumerOn, frozen }) => name !== 'owner' && consumerOn !== frozen);
  const figures = {
    'clients changed': all
      .filter(({ connectedTo, frozen }) => connectedTo === frozen)
      .map(({ changed }) => changed),
    'visible, consumer on it': onIt.map(({ visible }) => visible),
    'visible, consumer elsewhere': elsewhere.map(({ visible }) => visible),
  };
  console.log(`${new Date().toISOString()}: nats-server ${release}, ${machine}`);
  console.table(rounds.map(row));
  console.table(
    Object.fromEntries(
      Object.entries(figures).map(([what, times]) => {
        const known = times.map((time) => time ?? Number.POSITIVE_INFINITY);
        return [
          what,
          { readings: known.length, 'median s': quantile(known, 0.5), 'max s': Math.max(...known) },
        ];
      }),
    ),
  );
  const results = join(ROOT, 'bench/results');
  mkdirSync(results, { recursive: true });
  writeFileSync(
    join(results, `frozen-node-${release}.json`),
    `${JSON.stringify({ at: new Date(), machine, release, rounds }, null, 2)}\n`,
  );
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1_000;
}
