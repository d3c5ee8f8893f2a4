/** 5. What telemetry costs a render: started plainly, with the telemetry module but no exporter, and exporting with a share of renders traced. */
import { createServer } from 'node:http';
import { CONNECTIONS, type MeasuredLoad, measuredLoad } from '../lib/measured-load.ts';
import { spread } from '../lib/statistics.ts';
import { World } from '../lib/world.ts';

const MODULE = ['--import', '@px0/service-kit/telemetry'];
// Until the compiler has done what it does; a server runs for days.
const WARM_UP_SECONDS = 12;
const WINDOWS = 3;

/**
 * A plain process and one of another variant, started anew for each pair and loaded at the same time: what the machine does meanwhile, which on a shared
 * one is several times what is measured, hits both alike. New processes, since two of one program differ by several per cent for as long as they
 * live (where their code and heap came to lie).
 */
export async function telemetry({ pairs = 10, seconds = 3, ratio = 0.01 } = {}) {
  const sink = await startSink();
  const world = await World.create(1);
  const exporting = {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    PX0_TRACE_RENDER_RATIO: String(ratio),
  };
  const variants: Readonly<Record<string, () => ReturnType<World['startRender']>>> = {
    // Against itself: what the method makes of no difference.
    plain: () => world.startRender(),
    'no exporter': () => world.startRender({}, MODULE),
    [`exporting, ${ratio * 100} % traced`]: () => world.startRender(exporting, MODULE),
  };
  const compared = new Map<string, { readonly plain: MeasuredLoad; readonly other: MeasuredLoad }[]>();
  try {
    for (let pair = 0; pair < pairs; pair += 1) {
      for (const [name, start] of Object.entries(variants)) {
        const [plain, other] = [(await world.startRender()).render, (await start()).render];
        const both = async (length: number) => {
          const [one, two] = await Promise.all([
            measuredLoad(plain, world.key, length),
            measuredLoad(other, world.key, length),
          ]);
          return { plain: one, other: two };
        };
        try {
          await both(WARM_UP_SECONDS);
          const windows = compared.get(name) ?? [];
          for (let window = 0; window < WINDOWS; window += 1) windows.push(await both(seconds));
          compared.set(name, windows);
        } finally {
          await Promise.all([plain.stop(), other.stop()]);
        }
      }
    }
    return {
      title: `Telemetry on a live render, ${CONNECTIONS} connections each, ${pairs} pairs of processes side by side, ${WINDOWS} windows of ${seconds} s`,
      rows: [...compared].map(([name, windows]) => ({
        variant: name,
        'renders/s': spread(
          windows.map(({ other }) => other.perSecond),
          0,
        ),
        'CPU µs/render': spread(
          windows.map(({ other }) => other.cpuMicroseconds),
          1,
        ),
        'throughput to plain': spread(
          windows.map(({ plain, other }) => other.perSecond / plain.perSecond),
          3,
        ),
        'CPU to plain': spread(
          windows.map(({ plain, other }) => other.cpuMicroseconds / plain.cpuMicroseconds),
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
