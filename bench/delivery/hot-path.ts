/** Remote renders of a process that holds thousands of idle streams, and of the same process without them. */
import { measuredLoad } from '../lib/measured-load.ts';
import { World } from '../lib/world.ts';
import { comparison, type Row } from './row.ts';
import { OPEN_DOORS, STREAM_PATH, streamHeaders } from './scene.ts';
import { StreamClients } from './stream-clients.ts';

const LEAST = 0.95;
const SETTLING_MS = 1_000;

export async function hotPath({ streams = 10_000, pairs = 10, seconds = 3 } = {}): Promise<Row[]> {
  const world = await World.create(1);
  // Heartbeats as they are in earnest: they belong to what is idle.
  const { DELIVERY_HEARTBEAT_MS: _slow, ...doors } = OPEN_DOORS;
  const { render } = await world.startRender(doors);
  const clients = new StreamClients();
  const without: { perSecond: number; cpuMicroseconds: number }[] = [];
  const beside: { perSecond: number; cpuMicroseconds: number }[] = [];
  const run = async (hasStreams: boolean): Promise<void> => {
    if (hasStreams)
      await clients.open({
        url: render.url + STREAM_PATH,
        headers: streamHeaders(world.key),
        count: streams,
      });
    // What was opened or closed just now has left its garbage.
    await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
    await measuredLoad(render, world.key, 1);
    (hasStreams ? beside : without).push(await measuredLoad(render, world.key, seconds));
    if (hasStreams) await clients.closeStreams();
  };
  try {
    await measuredLoad(render, world.key, seconds);
    for (let pair = 0; pair < pairs; pair += 1)
      for (const hasStreams of pair % 2 === 0 ? [false, true] : [true, false]) await run(hasStreams);
    return [
      comparison({
        measured: `renders a second beside ${streams} idle streams`,
        unit: '/s',
        px0: beside.map(({ perSecond }) => perSecond),
        against: 'without',
        baseline: without.map(({ perSecond }) => perSecond),
        atLeast: LEAST,
      }),
      comparison({
        measured: `processor time of a render beside ${streams} idle streams`,
        unit: 'µs',
        px0: beside.map(({ cpuMicroseconds }) => cpuMicroseconds),
        against: 'without',
        baseline: without.map(({ cpuMicroseconds }) => cpuMicroseconds),
      }),
    ];
  } finally {
    await clients.stop();
    await render.stop();
    await world.close();
  }
}
