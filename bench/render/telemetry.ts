// 5. What telemetry costs a render: started plainly, with the telemetry module but no exporter, and exporting with a share of renders traced.

import { createServer } from 'node:http';
import { CONNECTIONS, type MeasuredLoad, measuredLoad } from '../lib/measured-load.ts';
import type { Program } from '../lib/program.ts';
import { median, spread } from '../lib/statistics.ts';
import { World } from '../lib/world.ts';

const MODULE = ['--import', '@px0/service-kit/telemetry'];
// Until the compiler has done what it does: with the SDK loaded it takes longer, and a server runs for days.
const WARM_UP_SECONDS = 10;

/**
 * Two processes of one program differ by several per cent for as long as they live (where their code and heap came to lie), as much as is to
 * be measured here. So each variant is started anew several times, and what is reported is the median of the rounds of all starts.
 */
export async function telemetry({ starts = 5, rounds = 10, seconds = 1, ratio = 0.01 } = {}) {
  const sink = await startSink();
  const world = await World.create(1);
  const exporting = {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    PX0_TRACE_RENDER_RATIO: String(ratio),
  };
  const variants: [name: string, start: () => ReturnType<World['startRender']>][] = [
    ['plain', () => world.startRender()],
    ['no exporter', () => world.startRender({}, MODULE)],
    [`exporting, ${ratio * 100} % traced`, () => world.startRender(exporting, MODULE)],
  ];
  const runs = new Map<string, MeasuredLoad[]>(variants.map(([name]) => [name, []]));
  try {
    for (let start = 0; start < starts; start += 1) {
      await measureOneStart(inTurn(variants, start), runs, world.key, { rounds, seconds });
    }
    const plain = runs.get('plain') ?? [];
    return {
      title: `Telemetry on a live render, ${CONNECTIONS} connections, ${starts} starts of ${rounds} alternating rounds of ${seconds} s`,
      rows: [...runs].map(([name, ofVariant]) => ({
        variant: name,
        'renders/s': spread(
          ofVariant.map((run) => run.perSecond),
          0,
        ),
        'CPU µs/render': spread(
          ofVariant.map((run) => run.cpuMicroseconds),
          1,
        ),
        'p99 ms': median(ofVariant.map((run) => run.p99)).toFixed(2),
        'throughput to plain': spread(
          ofVariant.map((run, i) => run.perSecond / (plain[i]?.perSecond ?? Number.NaN)),
          3,
        ),
        'CPU to plain': spread(
          ofVariant.map((run, i) => run.cpuMicroseconds / (plain[i]?.cpuMicroseconds ?? Number.NaN)),
          3,
        ),
      })),
      summary: `${sink.bytes()} bytes were exported`,
    };
  } finally {
    await world.close();
    sink.close();
  }
}

/** Starts each variant once, and measures them in alternating rounds: what changes on the machine meanwhile hits each place alike. */
async function measureOneStart(
  variants: readonly [name: string, start: () => ReturnType<World['startRender']>][],
  runs: ReadonlyMap<string, MeasuredLoad[]>,
  key: string,
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Promise<void> {
  const programs: [name: string, program: Program][] = [];
  try {
    for (const [name, start] of variants) programs.push([name, (await start()).render]);
    for (const [, program] of programs) await measuredLoad(program, key, WARM_UP_SECONDS);
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, program] of inTurn(programs, round))
        runs.get(name)?.push(await measuredLoad(program, key, seconds));
    }
  } finally {
    for (const [, program] of programs) await program.stop();
  }
}

/** The same list, begun at another place: each is the first, and each the last, as often as the others. */
function inTurn<T>(list: readonly T[], turn: number): T[] {
  const first = turn % list.length;
  return [...list.slice(first), ...list.slice(0, first)];
}

/** Takes what is exported and throws it away. */
async function startSink() {
  let bytes = 0;
  const server = createServer((req, res) => {
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    req.on('end', () => res.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    bytes: () => bytes,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
