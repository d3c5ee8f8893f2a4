/** A process that makes clients and closes them, round after round, and says what is left of them. */
import { existsSync, readdirSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { queryObjects } from 'node:v8';
import { createGunzip } from 'node:zlib';
import { Px0 } from '../../src/mod.ts';

const [host = '', modeName, folder = ''] = process.argv.slice(2);
const mode = modeName === 'poll' ? 'poll' : 'stream';

const timer = setTimeout(() => undefined, 0);
const kinds = { timers: timer.constructor, unzippers: createGunzip().constructor, clients: Px0 };

async function round(count: number): Promise<void> {
  const clients = Array.from(
    { length: count },
    (_, i) =>
      new Px0({ host, accessToken: 'ak_secret', mode, ...(i % 10 === 0 && { stateFile: `${folder}/${i}` }) }),
  );
  const ready = await Promise.all(clients.map((client) => client.ready({ timeoutMs: 30_000 })));
  if (!ready.every(Boolean)) throw new Error('a client was not ready in time');
  await Promise.all(clients.map((client) => client.close()));
}

/** What has an end of its own has had the time for it. */
async function left() {
  for (let i = 0; i < 50; i += 1) await turn();
  const files = existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0;
  const objects = Object.entries(kinds).map(([name, kind]) => [name, queryObjects(kind)]);
  return { files, ...Object.fromEntries(objects) };
}

// What a process keeps once for all clients is there after the first ones.
await round(50);
const before = await left();
for (let i = 0; i < 10; i += 1) await round(50);
process.stdout.write(JSON.stringify({ before, after: await left() }));
process.exit();
