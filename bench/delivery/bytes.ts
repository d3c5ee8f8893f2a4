/** What a change has in bytes on a gzip stream, against its JSON. */
import { randomUUID } from 'node:crypto';
import { World } from '../lib/world.ts';
import { comparison, type Row } from './row.ts';
import { OPEN_DOORS, promptText, STREAM_PATH, streamHeaders } from './scene.ts';
import { StreamClients } from './stream-clients.ts';

const MOST = 0.45;
/** Before them the first state may still be on its way. */
const WARM_UP = 3;

/** Of the template, in characters. */
const LENGTHS = [750, 1_500, 3_000];

export async function bytes({ changes = 100, lengths = LENGTHS } = {}): Promise<Row[]> {
  const world = await World.create(1);
  const { render } = await world.startRender(OPEN_DOORS);
  const [plain, gzip] = [new StreamClients(), new StreamClients()];
  const publish = async (change: number, length: number): Promise<[json: number, compressed: number]> => {
    const before = await gzip.bytes();
    const mark = `change ${change} of ${length} comes`;
    const { seen } = await plain.awaits(mark);
    await world.publishPrompt(
      randomUUID(),
      `p${length}-${change}`,
      1,
      `${mark} ${promptText(change, length)}`,
    );
    const json = (await seen).bytes;
    // The other was written in the same pass, but may be read a moment later.
    let after = before;
    while (after === before) after = await gzip.bytes();
    return [json, after - before];
  };
  try {
    const url = render.url + STREAM_PATH;
    await plain.open({ url, headers: streamHeaders(world.key), count: 1 });
    await gzip.open({ url, headers: streamHeaders(world.key, true), count: 1, until: 'answer' });
    for (let change = 0; change < WARM_UP; change += 1) await publish(change, 1);
    const rows: Row[] = [];
    for (const length of lengths) {
      const sizes: [json: number, compressed: number][] = [];
      for (let change = 0; change < changes; change += 1) sizes.push(await publish(change, length));
      rows.push(
        comparison({
          measured: `a change on a gzip stream, templates of ${length} characters`,
          unit: 'bytes',
          px0: sizes.map(([, compressed]) => compressed),
          against: 'uncompressed',
          baseline: sizes.map(([json]) => json),
          atMost: MOST,
        }),
      );
    }
    return rows;
  } finally {
    await plain.stop();
    await gzip.stop();
    await render.stop();
    await world.close();
  }
}
