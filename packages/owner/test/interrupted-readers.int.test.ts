/**
 * No reader misses a message, whenever its connection is lost and whatever its server skips: on the NATS that is on PATH, and against a
 * played server that skips. The long form, `npm run test:readers`, has streams of more than 32 blocks, where real servers of the releases
 * 2.9.22 to 2.9.25 skip. See docs/decisions/186-no-reader-misses-a-message.md.
 * A machine that stands still for seconds ends readers, too: how often one begins is not told exactly.
 */
import { type OpenStreamReader, Projection, pushReader } from '@px0/event-bus/internal';
import { eventually, type OwnNats, ownNats, TcpProxy, testBus } from '@px0/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Saga } from '../src/sagas/saga.ts';
import { ManyPrompts, RevisionsView, type Sizes } from './many-prompts.ts';
import { type Begun, silentServer, skippingServer } from './skipping-server.ts';
import { closer, logger, openBus, openOwner, openReader, openSchema, type Place } from './support.ts';

const long = process.env['PX0_LONG_TESTS'] === '1';

let place: Place;
let cleanups = closer();

beforeEach(async () => {
  place = await testBus();
  cleanups = closer();
});
afterEach(() => cleanups.run());

interface Run extends Sizes {
  readonly history: number;
  readonly overwrites: number;
  readonly cuts: number;
}

const runs: readonly Run[] = long
  ? [
      { prompts: 6_000, least: 300, most: 15_000, history: 1, overwrites: 40_000, cuts: 12 },
      { prompts: 6_000, least: 300, most: 15_000, history: 16, overwrites: 120_000, cuts: 12 },
      { prompts: 100_000, least: 300, most: 1_200, history: 1, overwrites: 400_000, cuts: 12 },
    ]
  : [{ prompts: 500, least: 300, most: 1_000, history: 2, overwrites: 4_000, cuts: 6 }];

it.each(runs)(
  '$prompts prompts overwritten $overwrites times at a history of $history, with $cuts interruptions',
  { timeout: 600_000 },
  async (run) => {
    const server = await ownNats();
    cleanups.add('server', () => server.close());
    await interrupted(run, server);
  },
);

/** Cuts the connection while the reader starts, while it follows, and while it has much to catch up with. */
async function interrupted(run: Run, server: OwnNats): Promise<void> {
  const where = { servers: server.servers, streamPrefix: '', history: run.history };
  const prompts = await ManyPrompts.begin(await openBus(where, cleanups), run);
  await prompts.writeEach();
  await prompts.overwrite(run.overwrites / 2);

  const proxy = await TcpProxy.start(server.port);
  cleanups.add('proxy', () => proxy.close());
  const interrupt = () => {
    proxy.cut();
    proxy.heal();
  };
  const ofTheStart = [0.2, 0.5, 0.9].map((part) => Math.floor(run.prompts * part));
  const view = new RevisionsView((applied) => {
    if (ofTheStart.includes(applied)) interrupt();
  });
  const before = Uint32Array.from(prompts.revisions);
  const bus = await openBus({ ...where, servers: `127.0.0.1:${proxy.port}` }, cleanups);
  const projection = new Projection({ bus, views: [view], logger, contexts: [], retryMs: 50 });
  cleanups.add('projection', () => projection.stop());
  await projection.start();
  await projection.whenReady();
  const early = Array.from(before.entries()).filter(
    ([index, revision]) => (view.revisions.get(`p${index}`) ?? 0) < revision,
  );
  expect(early).toEqual([]);

  const share = Math.floor(run.overwrites / 2 / run.cuts);
  for (let cut = 0; cut < run.cuts; cut += 1) {
    interrupt();
    await prompts.overwrite(share);
  }
  await expect
    .poll(() => prompts.differences(view), { timeout: 120_000, interval: 100 })
    .toEqual({ count: 0, first: [] });
  await expect.poll(() => projection.reported).toBe(prompts.lastSequence);
  await expect.poll(() => projection.lagSeconds).toBe(0);
}

/** Ends a reader as a lost connection does, when the test says so. */
function breakable(inner: OpenStreamReader) {
  let end: () => void = () => undefined;
  const openReader: OpenStreamReader = async (options) => {
    const reader = await inner(options);
    end = () => {
      reader.close();
      options.onBroken('the test cut it');
    };
    return reader;
  };
  return { openReader, cut: () => end() };
}

/** A reader that is interrupted, misses three writes, and reads on at a server that skips them. */
async function cutAtSkippingServer(options: { readonly checked: boolean; readonly writesAfter: boolean }) {
  const owner = await openOwner(place, cleanups);
  for (const id of ['a', 'b', 'c']) await owner.put(id, 'old');
  const begun: Begun[] = [];
  // It is opened again by the test, after what was written meanwhile.
  const gate = Promise.withResolvers<void>();
  const skipping = skippingServer(begun);
  const { openReader: reopened, cut } = breakable(async (reading) => {
    if (begun.length > 0) await gate.promise;
    return await skipping(reading);
  });
  const reader = await openReader(place, cleanups, { openReader: reopened });
  if (!options.checked) reader.bus.firstSequenceFrom = async () => Number.MAX_SAFE_INTEGER;
  await reader.projection.whenReady();
  await eventually(() => reader.view.nameOf('c') === 'old');
  await eventually(() => reader.projection.reported === owner.projection.reported);
  cut();
  for (const id of ['a', 'b', 'c']) await owner.put(id, 'new');
  gate.resolve();
  await eventually(() => begun.length >= 2 && reader.projection.connected);
  if (options.writesAfter) await owner.put('d', 'new');
  return { owner, reader, begun, cut };
}

const AFTERWARDS = { a: 'new', b: 'new', c: 'new' };

it('without the look into holes a reader misses what a server skips, and reports it', async () => {
  const { owner, reader } = await cutAtSkippingServer({ checked: false, writesAfter: true });
  await expect.poll(() => reader.view.nameOf('d')).toBe('new');
  await expect.poll(() => reader.projection.reported).toBe(await owner.projection.lastSequence());
  expect(reader.view.names()).toEqual({ a: 'old', b: 'old', c: 'old', d: 'new' });
});

it('with it, the reader finds the hole and reads everything', async () => {
  const { owner, reader, begun } = await cutAtSkippingServer({ checked: true, writesAfter: true });
  await expect.poll(() => reader.view.names()).toEqual({ ...AFTERWARDS, d: 'new' });
  await expect.poll(() => reader.projection.reported).toBe(await owner.projection.lastSequence());
  expect(begun.slice(0, 3)).toEqual(['last-per-subject', 'sequence', 'last-per-subject']);
});

it('a consumer that delivers nothing of what the stream holds is noticed, though nothing is written any more', async () => {
  const { owner, reader, begun } = await cutAtSkippingServer({ checked: true, writesAfter: false });
  // Until it is noticed, the reader says that it is behind. On a machine that stood still for seconds it has been by now.
  if (begun.length === 2) {
    expect(reader.view.names()).toEqual({ a: 'old', b: 'old', c: 'old' });
    expect(reader.projection.lagSeconds).toBeGreaterThan(0);
  }
  await expect.poll(() => reader.view.names(), { timeout: 60_000 }).toEqual(AFTERWARDS);
  await expect.poll(() => reader.projection.reported).toBe(await owner.projection.lastSequence());
  expect(begun.slice(0, 3)).toEqual(['last-per-subject', 'sequence', 'last-per-subject']);
});

it('after everything was read once, a reader that is interrupted reads on from where it was', async () => {
  const { reader, owner, begun, cut } = await cutAtSkippingServer({ checked: true, writesAfter: true });
  await expect.poll(() => reader.projection.reported).toBe(await owner.projection.lastSequence());
  await expect.poll(() => reader.projection.lagSeconds).toBe(0);
  const before = begun.length;
  expect(before).toBeGreaterThanOrEqual(3);
  cut();
  await eventually(() => begun.length > before);
  expect(begun[before]).toBe('sequence');
});

it('what the stream was seen to hold must come, whoever looked, also from a consumer that has heartbeats only', async () => {
  const owner = await openOwner(place, cleanups);
  await owner.put('a', 'old');
  const begun: Begun[] = [];
  const { openReader: silent, cut } = breakable(silentServer(begun));
  const { projection, view } = await openReader(place, cleanups, { openReader: silent });
  await eventually(() => projection.ready && projection.reported === owner.projection.reported);
  cut();
  await eventually(() => begun.length >= 2 && projection.lagSeconds === 0);
  await owner.put('a', 'new');
  expect(await projection.lastSequence()).toBe(await owner.projection.lastSequence());
  if (begun.length === 2) expect(projection.lagSeconds).toBeGreaterThan(0);
  await expect.poll(() => view.names(), { timeout: 60_000 }).toEqual({ a: 'new' });
  expect(begun.slice(0, 3)).toEqual(['last-per-subject', 'sequence', 'last-per-subject']);
});

it('a first read that was interrupted is not ready with a part, and begins again', async () => {
  const owner = await openOwner(place, cleanups);
  const ids = Array.from({ length: 12 }, (_, index) => `o${index}`);
  for (const id of ids) await owner.put(id, 'there');
  const starts: unknown[] = [];
  const { openReader: inner, cut } = breakable(pushReader());
  let delivered = 0;
  const reader = await openReader(place, cleanups, {
    openReader: (options) => {
      starts.push(options.from);
      return inner({
        ...options,
        onDelivery: (delivery) => {
          delivered += 1;
          if (delivered === 6) cut();
          else if (starts.length > 1 || delivered < 6) return options.onDelivery(delivery);
          return undefined;
        },
      });
    },
  });
  await reader.projection.whenReady();
  expect(Object.keys(reader.view.names()).toSorted()).toEqual(ids.toSorted());
  expect(starts.slice(0, 2)).toEqual(['last-per-subject', 'last-per-subject']);
});

it.each([
  { what: 'skips', server: skippingServer },
  { what: 'is silent', server: silentServer },
])(
  'a saga that goes on from its position in Postgres at a server that $what misses no effect',
  async ({ server }) => {
    const source = await openOwner(place, cleanups);
    const pool = await openSchema(cleanups, 'registry');
    await pool.query('create table effects (id text primary key)');
    const reactor = await openOwner(place, cleanups, {
      context: 'registry',
      pool,
      projection: { contexts: ['tenancy'] },
    });
    const begun: Begun[] = [];
    const open = () => {
      const saga = new Saga({
        name: 'effects',
        wants: (name) => name === 'organization',
        effect: async (tx, event) => {
          await tx.query('insert into effects (id) values ($1)', [event.id]);
        },
        bus: reactor.bus,
        pool,
        outbox: reactor.outbox,
        client: reactor.client,
        projection: reactor.projection,
        logger,
        openReader: server(begun),
      });
      saga.start();
      cleanups.add('saga', () => saga.stop());
      return saga;
    };
    const effects = async () =>
      (await pool.query<{ id: string }>('select id from effects order by id')).rows.map(({ id }) => id);
    await reactor.projection.whenReady();
    const first = open();
    await source.put('a', 'before');
    await expect.poll(effects).toEqual(['a']);
    await expect.poll(() => first.reported).toBe(await source.projection.lastSequence());
    await first.stop();
    await source.put('b', 'meanwhile');
    await source.put('c', 'meanwhile');
    const second = open();
    await eventually(() => second.leads);
    await source.put('d', 'after');
    await expect.poll(effects, { timeout: 60_000 }).toEqual(['a', 'b', 'c', 'd']);
    await expect.poll(() => second.reported).toBe(await source.projection.lastSequence());
    expect(begun.slice(0, 3)).toEqual(['last-per-subject', 'sequence', 'last-per-subject']);
  },
);
