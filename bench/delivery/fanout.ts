/**
 * One change, thousands of streams of one process: processor time, time until the last client has it, memory of a stream, holds of the event loop. Beside
 * it run a server that makes the text for each client, and a bare loop over the sockets; each has clients of its own, and they take turns.
 */
import { randomUUID } from 'node:crypto';
import { Program } from '../lib/program.ts';
import { quantile } from '../lib/statistics.ts';
import { World } from '../lib/world.ts';
import { machineTime } from './clock.ts';
import { comparison, figure, type Row } from './row.ts';
import { OPEN_DOORS, promptText, STREAM_PATH, streamHeaders } from './scene.ts';
import { StreamClients } from './stream-clients.ts';

const WAYS = ['px0', 'stringify', 'loop'] as const;
type Way = (typeof WAYS)[number];

const MOST_CPU_RATIO = 0.6;
const MOST_HOLD_MS = 20;
const MOST_BYTES_PER_STREAM = 24 * 1024;
const MANY_STREAMS = 10_000;
const MOST_LATENCY_RATIO = 1.3;
const IDLE_MS = 3_000;
/** Memory is steady when so many looks, one after the other, do not find a hundredth less than before. */
const STEADY_LOOKS = 10;
const LOOK_EVERY_MS = 2_000;
const STEADY = 0.99;

/** A server with its clients, and the prompt whose changes it tells them. */
interface Side {
  readonly way: Way;
  readonly program: Program;
  readonly clients: StreamClients;
  readonly headers: readonly string[];
  readonly teamId: string | undefined;
  readonly promptId: string;
  number: number;
}

interface Rounds {
  /** Microseconds of processor time for each client and change, of each round. */
  readonly cpu: number[];
  /** Milliseconds until the last client had it, of each change. */
  readonly last: number[];
  bytes: number;
}

export async function fanout({ sizes = [1_000, 10_000], rounds = 8, changes = 5 } = {}): Promise<Row[]> {
  const world = await World.create(0);
  const sides: Side[] = [];
  try {
    for (const way of WAYS) sides.push(await startSide(world, way));
    const px0 = sides.find(({ way }) => way === 'px0');
    if (px0 === undefined) throw new Error('px0 itself is missing');
    const empty = await memoryOf(sides);
    const idle = await loopFor(px0, () => new Promise((resolve) => setTimeout(resolve, IDLE_MS)));
    const rows: Row[] = [];
    let open = 0;
    for (const size of sizes) {
      for (const side of sides) await openStreams(side, size - open);
      open = size;
      const full = await memoryOf(sides);
      const measured = new Map<Way, Rounds>();
      const loop = await loopFor(px0, async () => {
        for (let round = 0; round <= rounds; round += 1) {
          for (const side of sides.toSorted(() => Math.random() - 0.5))
            await runRound(world, side, { changes, size, into: round === 0 ? new Map() : measured });
        }
      });
      rows.push(...rowsOf(size, measured));
      rows.push(
        figure({
          measured: `longest hold of the event loop, ${size} streams, processor time`,
          unit: 'ms',
          values: [loop.longestHold],
          atMost: MOST_HOLD_MS,
          beside: `idle: ${idle.longestHold.toFixed(1)} ms; delay by the clock p99 ${loop.delayP99.toFixed(1)}, longest ${loop.longestDelay.toFixed(1)} ms, idle ${idle.longestDelay.toFixed(1)} ms`,
        }),
        memoryRow(size, empty, full),
      );
    }
    return rows;
  } finally {
    for (const { program, clients } of sides) {
      await clients.stop();
      await program.stop();
    }
    await world.close();
  }
}

async function startSide(world: World, way: Way): Promise<Side> {
  const probe = { PX0_BENCH_HOLDS: '1', PX0_BENCH_LIVE: '1' };
  const promptId = randomUUID();
  const clients = new StreamClients();
  if (way === 'px0') {
    const { render } = await world.startRender({ ...OPEN_DOORS, ...probe });
    const side = {
      way,
      program: render,
      clients,
      headers: streamHeaders(world.key),
      teamId: undefined,
      promptId,
      number: 0,
    };
    await publish(world, side, 'first');
    return side;
  }
  const { teamId } = await world.tenant();
  const environment = { NATS_URL: world.nats.url, PX0_BENCH_TEAM: teamId, PX0_BENCH_WAY: way, ...probe };
  const program = await Program.start('bench/delivery/programs/bare-streams.ts', environment);
  return { way, program, clients, headers: [], teamId, promptId, number: 0 };
}

async function openStreams({ clients, program, headers }: Side, count: number): Promise<void> {
  const { statuses } = await clients.open({ url: program.url + STREAM_PATH, headers, count });
  if (statuses['200'] !== count) throw new Error(`streams were answered ${JSON.stringify(statuses)}`);
}

async function publish(world: World, side: Side, mark: string): Promise<void> {
  side.number += 1;
  const text = `${mark} ${promptText(side.number)}`;
  await world.publishPrompt(side.promptId, side.way, side.number, text, side.teamId);
}

async function runRound(
  world: World,
  side: Side,
  {
    changes,
    size,
    into,
  }: { readonly changes: number; readonly size: number; readonly into: Map<Way, Rounds> },
): Promise<void> {
  const rounds = into.get(side.way) ?? { cpu: [], last: [], bytes: 0 };
  into.set(side.way, rounds);
  const before = side.program.cpuSeconds();
  for (let change = 0; change < changes; change += 1) {
    const mark = `change ${side.way} ${side.number + 1} comes`;
    const { seen } = await side.clients.awaits(mark);
    const began = machineTime();
    await publish(world, side, mark);
    const { lastAt, bytes } = await seen;
    rounds.last.push(lastAt - began);
    rounds.bytes = bytes / size;
  }
  rounds.cpu.push(((side.program.cpuSeconds() - before) * 1e6) / (size * changes));
}

function rowsOf(size: number, measured: ReadonlyMap<Way, Rounds>): Row[] {
  const of = (way: Way): Rounds => measured.get(way) ?? { cpu: [], last: [], bytes: 0 };
  const p99 = (way: Way): string => quantile(of(way).last, 0.99).toFixed(0);
  return [
    comparison({
      measured: `processor time per client and change, ${size} streams, ${of('px0').bytes.toFixed(0)} bytes`,
      unit: 'µs',
      px0: of('px0').cpu,
      against: `JSON.stringify and res.write, ${of('stringify').bytes.toFixed(0)} bytes`,
      baseline: of('stringify').cpu,
      atMost: MOST_CPU_RATIO,
    }),
    comparison({
      measured: `processor time against bare writes, ${size} streams`,
      unit: 'µs',
      px0: of('px0').cpu,
      against: 'a loop of socket.write',
      baseline: of('loop').cpu,
    }),
    comparison({
      measured: `change to the last of ${size}, p99 ${p99('px0')} ms`,
      unit: 'ms',
      px0: of('px0').last,
      against: `a loop of socket.write, p99 ${p99('loop')} ms`,
      baseline: of('loop').last,
      atMost: MOST_LATENCY_RATIO,
    }),
  ];
}

function memoryRow(size: number, empty: ReadonlyMap<Way, number>, full: ReadonlyMap<Way, number>): Row {
  const perStream = (way: Way): number => ((full.get(way) ?? Number.NaN) - (empty.get(way) ?? 0)) / size;
  return figure({
    measured: `resident memory of an idle stream, ${size} streams`,
    unit: 'bytes',
    values: [perStream('px0')],
    // Among few streams the heap's own growth is most of it.
    ...(size >= MANY_STREAMS && { atMost: MOST_BYTES_PER_STREAM }),
    beside: `a response of node:http: ${perStream('stringify').toFixed(0)} bytes`,
  });
}

/** Resident bytes of each, once the heap has given back what opening the streams took for a moment, which it does only while it is left alone. */
async function memoryOf(sides: readonly Side[]): Promise<Map<Way, number>> {
  for (const { program } of sides) await program.eventLoop();
  const bytes = new Map(sides.map(({ way, program }) => [way, program.memory()]));
  for (let steady = 0; steady < STEADY_LOOKS; steady += 1) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    for (const { way, program } of sides) {
      const now = program.memory();
      if (now >= (bytes.get(way) ?? 0) * STEADY) continue;
      bytes.set(way, now);
      steady = 0;
    }
  }
  return bytes;
}

async function loopFor({ program }: Side, work: () => Promise<unknown>) {
  await program.eventLoop();
  await work();
  return await program.eventLoop();
}
