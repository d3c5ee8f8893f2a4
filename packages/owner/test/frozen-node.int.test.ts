/** One server of a NATS cluster stands still without closing its connections, as a frozen process or a cut network does. */
import { type OwnNats, OwnNatsCluster } from '@px0/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { closer, type Owner, openOwner, openReader, type Place, type Reader } from './support.ts';

let cluster: OwnNatsCluster;
let cleanups = closer();
let owner: Owner;
let reader: Reader;
/** A stream for each test: three copies each. */
let round = 0;

beforeAll(async () => {
  cluster = await OwnNatsCluster.start();
}, 120_000);
afterAll(async () => {
  await cluster?.close();
});

beforeEach(async () => {
  cleanups = closer();
  round += 1;
  const place: Place = { servers: cluster.url, streamPrefix: `r${round}` };
  owner = await openOwner(place, cleanups, { bus: { replicas: 3 } });
  reader = await openReader(place, cleanups, {}, { replicas: 3 });
  await owner.projection.whenReady();
  await reader.projection.whenReady();
}, 120_000);
afterEach(async () => {
  for (let index = 0; index < cluster.size; index += 1) cluster.server(index).resume();
  await cleanups.run();
}, 60_000);

const patience = { timeout: 90_000 };
const serverOf = ({ bus }: Owner | Reader) => bus.connection.getServer();
const nodeOf = (client: Owner | Reader): OwnNats => {
  for (let index = 0; index < cluster.size; index += 1)
    if (serverOf(client) === `127.0.0.1:${cluster.clientsOf(index).port}`) return cluster.server(index);
  throw new Error(`no node is ${serverOf(client)}`);
};

/** What the client library says of its own pings, which need half a minute to give a server up. */
function ownPingsOf({ bus }: Owner | Reader): string[] {
  const seen: string[] = [];
  void (async () => {
    for await (const status of bus.connection.status()) seen.push(status.type);
  })();
  return seen;
}

describe('a client whose NATS server stands still', () => {
  it.each(['reader', 'owner'] as const)(
    'changes to another before its own pings give up, and what the owner writes becomes visible: the %s',
    async (who) => {
      const client = { reader, owner }[who];
      const pings = ownPingsOf(client);
      const frozen = nodeOf(client);
      await frozen.pause();
      // Some of it goes to the frozen server, and is repeated.
      expect(await owner.put('o1', 'written while a server stands still')).toBe(1);
      await expect.poll(() => reader.view.nameOf('o1'), patience).toBe('written while a server stands still');
      expect(nodeOf(client)).not.toBe(frozen);
      expect(pings).toContain('disconnect');
      expect(pings).not.toContain('staleConnection');
    },
    180_000,
  );
});
