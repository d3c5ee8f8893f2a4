/** The program of a process with many clients of the TypeScript SDK, which render all the time and say what they met. See `fleets.ts`. */
import { Px0 } from '@px0/sdk';
import type { FleetOrder, FleetReport, Opening } from './fleets.ts';

/** So many connect at a time. */
const AT_A_TIME = 50;
const RENDER_EVERY_MS = 100;
/** Clients of which each has a render at a time. */
const RENDERS_AT_A_TIME = 20;

const clients: Px0[] = [];
/** What must not be: clients that were ready and are not, and renders that failed or were of another's making. */
const faults: string[] = [];
let opening: Opening | undefined;
let next = 0;
let isWatching = false;

async function open(options: Opening): Promise<void> {
  opening = options;
  for (let made = 0; made < options.count; made += AT_A_TIME) {
    const some = Array.from({ length: Math.min(AT_A_TIME, options.count - made) }, () => clientOf(options));
    clients.push(...some);
    const ready = await Promise.all(some.map((client) => client.ready({ timeoutMs: 60_000 })));
    if (!ready.every(Boolean)) throw new Error('a client was not ready in time');
  }
  if (isWatching) return;
  isWatching = true;
  setInterval(() => void renderSome(), RENDER_EVERY_MS);
}

function clientOf({ host, token }: Opening): Px0 {
  const client = new Px0({ host, accessToken: token, mode: 'stream', remoteWhenNeeded: false });
  let wasReady = false;
  client.on('status', ({ state, lastError }) => {
    if (state === 'ready') wasReady = true;
    else if (wasReady) faults.push(`a client became ${state}: ${lastError}`);
  });
  return client;
}

async function renderSome(): Promise<void> {
  for (let i = 0; i < Math.min(RENDERS_AT_A_TIME, clients.length); i += 1) {
    const client = clients[next % clients.length];
    next += 1;
    try {
      const result = await client?.render(opening?.slug ?? '', {});
      if (result?.source !== 'stream') faults.push(`a render came from ${result?.source}`);
    } catch (error) {
      faults.push(`a render failed: ${String(error)}`);
    }
  }
}

/** How many clients render each text, and how they are. */
async function report(): Promise<FleetReport> {
  const texts: Record<string, number> = {};
  for (const client of clients) {
    const text = await client.render(opening?.slug ?? '', {}).then(
      (result) => result.text,
      (error: unknown) => String(error),
    );
    texts[text ?? ''] = (texts[text ?? ''] ?? 0) + 1;
  }
  const states: Record<string, number> = {};
  let repairs = 0;
  for (const client of clients) {
    const status = client.status();
    states[status.state] = (states[status.state] ?? 0) + 1;
    repairs += status.repairs;
  }
  return { texts, states, repairs, faults: faults.slice(0, 20) };
}

async function close(): Promise<void> {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  process.disconnect();
}

process.on('message', async ({ open: options, forget }: FleetOrder) => {
  try {
    if (options === 'close') return await close();
    if (options !== undefined) await open(options);
    if (forget === true) faults.length = 0;
    process.send?.(await report());
  } catch (error) {
    process.send?.({ error: String(error) });
  }
});

// The test is over, however it ended.
process.once('disconnect', () => process.exit());
