/** What clients see: their own writes across services, and answers also when something is late or away. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stateSubject } from '@px0/contracts';
import {
  consistency,
  type Delivery,
  decodeToken,
  encodeToken,
  type OpenStreamReader,
  pushReader,
} from '@px0/event-bus/internal';
import { ApiError, type Reply, type RequestWrapper, replyOfApiError, sendReply } from '@px0/service-kit';
import {
  type DemandRow,
  demandHeaders,
  demandOutcome,
  demandRows,
  eventually,
  ownNats,
  testBus,
} from '@px0/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closer, openOwner, openReader, organization, type Place } from './support.ts';

let place: Place;
let cleanups = closer();

beforeEach(async () => {
  place = await testBus();
  cleanups = closer();
});
afterEach(() => cleanups.run());

const ok = (body: unknown): Reply => ({ status: 200, body, headers: {} });
const notFound: Reply = { status: 404, body: undefined, headers: {} };

/** A service of one handler behind the wrapper, spoken to by HTTP. */
async function serve(wrapper: RequestWrapper, handler: () => Promise<Reply> | Reply) {
  const server: Server = createServer((req, res) => {
    const run = async () => handler();
    // The wrapper takes express's types; it uses what Node's have.
    const wrapped = wrapper as unknown as (
      req: object,
      res: object,
      run: () => Promise<Reply>,
    ) => Promise<Reply>;
    wrapped(req, res, run)
      .catch((error: unknown) =>
        error instanceof ApiError
          ? replyOfApiError(error)
          : { status: 500, body: String(error), headers: {} },
      )
      .then((reply) => sendReply(req, res, reply));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.add('server', () => void server.close());
  const { port } = server.address() as AddressInfo;
  return async (headers: IncomingHttpHeaders = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers: headers as Record<string, string> });
    const header = (name: string) => response.headers.get(name) ?? undefined;
    const body = await response.text();
    return {
      status: response.status,
      body,
      outcome: demandOutcome(response, body),
      revision: header('px0-revision'),
      pending: header('px0-pending'),
      stale: header('px0-stale'),
    };
  };
}

/** A reader that can be held: deliveries wait for the gate. */
function held(gate: () => Promise<void> | undefined): OpenStreamReader {
  const open = pushReader();
  return (options) =>
    open({
      ...options,
      onDelivery: (delivery: Delivery) => {
        const wait = gate();
        if (wait === undefined) return options.onDelivery(delivery);
        return wait.then(() => options.onDelivery(delivery));
      },
    });
}

/** A writing service, and a reading one whose deliveries can be held. */
async function twoServices(at: Place = place) {
  let gate: Promise<void> | undefined;
  let open: () => void = () => undefined;
  const owner = await openOwner(at, cleanups);
  const reader = await openReader(at, cleanups, { openReader: held(() => gate) });
  await owner.projection.whenReady();
  await reader.projection.whenReady();
  let written = 0;
  const write = await serve(consistency({ projection: owner.projection, writes: owner.outbox }), async () => {
    written += 1;
    await owner.outbox.transaction(owner.client, (tx) =>
      owner.outbox.put(tx, 'organization', `o${written}`, organization('x')),
    );
    return ok('written');
  });
  const find = () => (reader.view.nameOf(`o${written}`) === undefined ? notFound : ok('found'));
  // What is to be waited for is, however long a busy machine takes; what never comes is not.
  const read = await serve(consistency({ projection: reader.projection, waitMs: 45_000 }), find);
  const readSoon = await serve(consistency({ projection: reader.projection, waitMs: 200 }), find);
  const hold = () => {
    gate = new Promise((resolve) => {
      open = () => {
        gate = undefined;
        resolve();
      };
    });
  };
  return { owner, reader, write, read, readSoon, find, hold, release: () => open() };
}

it('a refusal of the asked revision itself says which revision the service has', async () => {
  const { write, read, readSoon } = await twoServices();
  const { revision } = await write();
  await eventually(async () => (await read()).revision === revision, { what: 'the reader' });
  const malformed = await read({ 'px0-min-revision': 'x' });
  expect(malformed).toMatchObject({ status: 400, revision });
  const epoch = decodeToken(revision ?? '')?.epoch ?? '';
  const ahead = encodeToken({ epoch, sequence: 1_000_000 });
  const unmet = await readSoon({ 'px0-min-revision': ahead, 'px0-consistency': 'require' });
  expect(unmet).toMatchObject({ status: 503, revision });
});

it('without a token a reader that lags does not find what was just written', async () => {
  const { write, find, hold, release } = await twoServices();
  hold();
  expect((await write()).status).toBe(200);
  expect(find().status).toBe(404);
  release();
});

it('200 writes, each read at once in another service with its token', async () => {
  const { write, read } = await twoServices();
  for (let index = 0; index < 200; index += 1) {
    const { revision, pending } = await write();
    expect(pending).toBeUndefined();
    expect(await read({ 'px0-min-revision': revision })).toMatchObject({ status: 200, stale: undefined });
  }
});

it('a write that was stored in a stream which has just begun anew is pending: no token of before covers it', async () => {
  const { owner, write } = await twoServices();
  await write();
  const before = decodeToken((await write()).revision ?? '');
  const publish = owner.bus.publish.bind(owner.bus);
  // What a server answers whose store was lost a moment ago, before anybody has noticed.
  owner.bus.publish = async (request) => {
    await publish(request);
    return 1;
  };
  const written = await write();
  expect(written).toMatchObject({ status: 200, pending: 'true' });
  expect(before?.sequence).toBeGreaterThan(1);
});

it('what the outbox said of an epoch that has ended meanwhile is not told of the new one', async () => {
  const nats = await ownNats();
  cleanups.add('nats', () => nats.close());
  const { owner, write } = await twoServices({ servers: nats.servers, streamPrefix: '' });
  for (let i = 0; i < 30; i += 1) await owner.put('again', `${i}`);
  const ended = owner.projection.epoch?.epoch;
  const { store } = owner.outbox;
  const standing = store.standing.bind(store);
  let heldUp = false;
  // The answer of a database that takes its time.
  store.standing = async (...question) => {
    const answer = await standing(...question);
    heldUp = true;
    await eventually(() => owner.projection.epoch?.epoch !== ended, { what: 'the next epoch' });
    return answer;
  };
  const writing = write();
  await eventually(() => heldUp);
  store.standing = standing;
  await nats.stop();
  await nats.wipe();
  await nats.start();
  const { pending, revision = '' } = await writing;
  const { epoch, sequence = 0 } = decodeToken(revision) ?? {};
  expect(epoch).toBe(owner.projection.epoch?.epoch);
  const last = await owner.projection.lastSequence();
  expect(sequence).toBeLessThanOrEqual(last);
  expect(last).toBeLessThan(30);
  // Unless it says that it is pending, what it wrote lies at or below its revision in the new stream.
  const written = await owner.bus.lastMessage('state', stateSubject('organization', 'o1'));
  expect(pending === 'true' || (written?.sequence ?? 0) <= sequence).toBe(true);
});

it('without a token a 404 is confirmed before it is sent', async () => {
  const { write, read, hold, release } = await twoServices();
  hold();
  await write();
  const reading = read();
  release();
  expect(await reading).toMatchObject({ status: 200 });
});

it('a paused projection: answers come, marked stale; only what asked for it gets a 503', async () => {
  const { write, read, readSoon, hold, release } = await twoServices();
  await write();
  hold();
  const { revision } = await write();
  const first = await readSoon({ 'px0-min-revision': revision });
  expect(first).toMatchObject({ status: 404, stale: 'true' });
  const again = await readSoon({ 'px0-min-revision': revision });
  expect(again).toMatchObject({ status: 404, stale: 'true' });
  expect(await readSoon({ 'px0-min-revision': revision, 'px0-consistency': 'require' })).toMatchObject({
    status: 503,
  });
  release();
  await eventually(async () => (await read({ 'px0-min-revision': revision })).status === 200);
});

it('what is no token is the client’s error, and one of a later epoch makes the answer stale', async () => {
  const { read, write } = await twoServices();
  await write();
  expect(await read()).toMatchObject({ status: 200 });
  expect(await read({ 'px0-min-revision': 'nonsense' })).toMatchObject({ status: 400 });
  const foreign = encodeToken({ epoch: '9999999999999', sequence: 1 });
  expect(await read({ 'px0-min-revision': foreign })).toMatchObject({ status: 200, stale: 'true' });
});

it('a consistency that is not known is the client’s error', async () => {
  const { read, write } = await twoServices();
  await write();
  for (const value of ['Require', 'strong'])
    expect(await read({ 'px0-consistency': value })).toMatchObject({ status: 400 });
  expect(await read({ 'px0-consistency': 'require' })).toMatchObject({ status: 200 });
});

it('answers as the headers demand, with NATS and without', async () => {
  const nats = await ownNats();
  cleanups.add('nats', () => nats.close());
  const { reader, write } = await twoServices({ servers: nats.servers, streamPrefix: '' });
  const { projection } = reader;
  const known = consistency({ projection, waitMs: 200 });
  const early = consistency({ projection, waitMs: 200, awaitsRights: () => true });
  const read = { known: await serve(known, () => ok('')), 'awaits rights': await serve(early, () => ok('')) };
  const { revision = '' } = await write();
  await eventually(async () => (await read.known()).revision === revision, { what: 'the reader' });
  const expectRows = async (state: DemandRow['nats']) => {
    const rows = demandRows.filter((row) => row.nats === state);
    const seen: DemandRow[] = [];
    for (const row of rows) {
      // A process on a busy machine may need several attempts until it can be sure in time that it is not behind.
      const { outcome, status } = await eventually(async () => {
        const answer = await read[row.caller](demandHeaders(row, revision));
        return row.outcome !== 'answer' || answer.outcome === 'answer' ? answer : undefined;
      });
      seen.push({ ...row, outcome });
      if (outcome === 'answer' || outcome === 'stale') expect([row, status]).toEqual([row, 200]);
    }
    expect(seen).toEqual(rows);
  };
  await expectRows('there');
  await nats.stop();
  await eventually(() => !projection.connected);
  await expectRows('away');
});

it('a refusal that cannot be confirmed is stale, or 503 when the answer may lack nothing', async () => {
  const nats = await ownNats();
  cleanups.add('nats', () => nats.close());
  const { readSoon, reader } = await twoServices({ servers: nats.servers, streamPrefix: '' });
  await nats.pause();
  try {
    expect(await readSoon()).toMatchObject({ status: 404, stale: 'true' });
    const required = await readSoon({ 'px0-consistency': 'require' });
    expect(required).toMatchObject({ outcome: 'revisionNotYetAvailable', stale: undefined });
    expect(reader.projection.connected).toBe(true);
  } finally {
    nats.resume();
  }
});

it('a wait for rights spares others theirs only when it had its full time', async () => {
  const { reader, read, write } = await twoServices();
  const { projection, view } = reader;
  const { revision } = await write();
  await eventually(async () => (await read()).revision === revision, { what: 'the reader' });
  const never = () => false;
  expect(await projection.waitUntil(never, { timeoutMs: 5, fullMs: 60_000 })).toBe(false);
  const waiting = projection.waitUntil(() => view.nameOf('o2') !== undefined, { timeoutMs: 60_000 });
  const next = await write();
  expect(await waiting).toBe(true);

  await eventually(async () => (await read()).revision === next.revision, { what: 'the reader' });
  expect(await projection.waitUntil(never, { timeoutMs: 5 })).toBe(false);
  // Would outlast the test if it waited.
  expect(await projection.waitUntil(never, { timeoutMs: 600_000 })).toBe(false);
});

it('NATS away: writes succeed and say so, reads go on, and all is published when it is back', async () => {
  const nats = await ownNats();
  cleanups.add('nats', () => nats.close());
  const { reader, owner, write, read } = await twoServices({ servers: nats.servers, streamPrefix: '' });
  await write();
  await nats.stop();
  await eventually(() => !owner.bus.connected && !reader.bus.connected);
  const written = await write();
  expect(written).toMatchObject({ status: 200, pending: 'true', stale: 'true' });
  expect(await read()).toMatchObject({ status: 404, stale: 'true' });
  expect(await read({ 'px0-consistency': 'require' })).toMatchObject({ status: 503 });
  await nats.start();
  await eventually(async () => (await read()).status === 200);
  await eventually(async () => (await write()).pending === undefined);
});

it('a refusal carries the revision, too, also one that comes before anything is looked at', async () => {
  const { read, write } = await twoServices();
  const { revision } = await write();
  await read({ 'px0-min-revision': revision });
  expect(await read({ 'px0-min-revision': 'nonsense' })).toMatchObject({
    status: 400,
    revision: expect.any(String),
  });
  const later = encodeToken({ epoch: '9999999999999', sequence: 1 });
  const demanding = { 'px0-min-revision': later, 'px0-consistency': 'require' };
  expect(await read(demanding)).toMatchObject({ status: 503, revision: expect.any(String) });
});
