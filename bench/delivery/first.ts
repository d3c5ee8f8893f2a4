/** The first whole transfer of many prompts: the server's processor time, against making and compressing the same JSON. */
import { execFile } from 'node:child_process';
import { get } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, createGunzip } from 'node:zlib';
import { World } from '../lib/world.ts';
import { comparison, figure, type Row } from './row.ts';
import { OPEN_DOORS, promptText, STREAM_PATH } from './scene.ts';

const MOST = 1.2;
const BASELINE = join(import.meta.dirname, 'programs/stringify-and-gzip.ts');

export async function first({ prompts = 100_000, rounds = 5 } = {}): Promise<Row[]> {
  const world = await World.create(prompts, promptText);
  const seconds: Record<'stream' | 'again' | 'snapshot' | 'baseline', number[]> = {
    stream: [],
    again: [],
    snapshot: [],
    baseline: [],
  };
  const holds: number[] = [];
  let megabytes = 0;
  try {
    for (let round = 0; round < rounds; round += 1) {
      // A team stays built for minutes, so each round has a process of its own.
      const { render } = await world.startRender({
        ...OPEN_DOORS,
        PX0_BENCH_HOLDS: '1',
        NODE_OPTIONS: '--max-old-space-size=2048',
      });
      const used = async (work: () => Promise<void>): Promise<number> => {
        const before = render.cpuSeconds();
        await work();
        return render.cpuSeconds() - before;
      };
      const stream = () => transfer(render.url + STREAM_PATH, world.key);
      try {
        await render.eventLoop();
        seconds.stream.push(await used(stream));
        holds.push((await render.eventLoop()).longestHold);
        seconds.again.push(await used(stream));
        const snapshotUrl = `${render.url}/v1/delivery/snapshot`;
        seconds.snapshot.push(await used(() => transfer(snapshotUrl, world.key)));
        const { stdout } = await promisify(execFile)(process.execPath, [BASELINE, snapshotUrl, world.key]);
        const baseline: { seconds: number; bytes: number } = JSON.parse(stdout);
        seconds.baseline.push(baseline.seconds);
        megabytes = baseline.bytes / 1e6;
      } finally {
        await render.stop();
      }
    }
    const row = (measured: string, px0: readonly number[], atMost?: number): Row =>
      comparison({
        measured,
        unit: 's',
        px0,
        against: 'JSON.stringify and gzip level 1',
        baseline: seconds.baseline,
        ...(atMost !== undefined && { atMost }),
      });
    const size = `${prompts} prompts, ${megabytes.toFixed(0)} MB`;
    return [
      row(`first transfer on a stream, processor time, ${size}`, seconds.stream, MOST),
      figure({
        measured: 'longest hold of the event loop in it, processor time',
        unit: 'ms',
        values: holds,
      }),
      row('the next one', seconds.again),
      row('a snapshot', seconds.snapshot),
    ];
  } finally {
    await world.close();
  }
}

const TAIL = 64;

/** Reads until the whole state has come; a stream goes on after it, so it is cut. */
function transfer(url: string, key: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}`, 'accept-encoding': 'gzip' };
    const request = get(url, { headers, agent: false }, (response) => {
      if (response.statusCode !== 200) {
        reject(new Error(`${url} was answered ${response.statusCode}`));
        request.destroy();
        return;
      }
      let tail = '';
      const text = response.pipe(createGunzip({ finishFlush: constants.Z_SYNC_FLUSH }));
      text.on('data', (piece: Buffer) => {
        const end = tail + piece.toString('latin1', Math.max(0, piece.length - 4096));
        tail = end.slice(-TAIL);
        if (!end.includes('"type":"sync"')) return;
        resolve();
        request.destroy();
      });
      text.on('error', reject);
    });
    request.on('error', reject);
  });
}
