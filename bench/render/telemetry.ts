// 5. What telemetry costs a render: started plainly, with the telemetry module but no exporter, and exporting with a share of renders traced.

import { createServer } from 'node:http';
import { CONNECTIONS, type MeasuredLoad, measuredLoad } from '../lib/measured-load.ts';
import { median, spread } from '../lib/statistics.ts';
import { World } from '../lib/world.ts';

const MODULE = ['--import', '@px0/service-kit/telemetry'];
// Until the compiler has done what it does: with the SDK loaded it takes longer, and a server runs for days.
const WARM_UP_SECONDS = 6;

/**
 * One process at a time, each started anew in every round: two processes of one program differ by several per cent for as long as they live (where
 * their code and heap came to lie), and one that waits for its turn beside others loses its pages and caches to them, the larger one more.
 */
export async function telemetry({ rounds = 10, seconds = 3, ratio = 0.01 } = {}) {
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
    for (let round = 0; round < rounds; round += 1) {
      // Every other round backwards: what changes on the machine meanwhile hits each place alike.
      for (const [name, start] of round % 2 === 0 ? variants : variants.toReversed()) {
        const { render } = await start();
        try {
          await measuredLoad(render, world.key, WARM_UP_SECONDS);
          runs.get(name)?.push(await measuredLoad(render, world.key, seconds));
        } finally {
          await render.stop();
        }
      }
    }
    const plain = runs.get('plain') ?? [];
    return {
      title: `Telemetry on a live render, ${CONNECTIONS} connections, ${rounds} alternating rounds of ${seconds} s, one process at a time`,
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
