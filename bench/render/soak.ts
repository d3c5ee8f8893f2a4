/** Memory under full load for minutes: what a render leaks shows as growth. */
import { load } from '../lib/load.ts';
import { World } from '../lib/world.ts';

const BODY = '{"variables":{"name":"Ada","place":"London"}}';
const MINUTES = Number(process.env['PX0_SOAK_MINUTES'] ?? 10);

export async function soak({ minutes = MINUTES } = {}) {
  const world = await World.create(1_000);
  const { render } = await world.startRender();
  try {
    const rows = [];
    let renders = 0;
    for (let minute = 1; minute <= minutes; minute += 1) {
      const result = await load({
        url: `${render.url}/v1/prompts/greeting/render`,
        key: world.key,
        body: BODY,
        connections: 32,
        seconds: 60,
      });
      renders += result.perSecond * 60;
      rows.push({
        minute,
        'renders so far': renders.toFixed(0),
        'memory MiB': (render.memory() / 2 ** 20).toFixed(0),
        'open files': render.openFiles(),
        failures: result.failures,
      });
    }
    return {
      title: 'Memory under full load',
      rows,
      summary: 'between minutes the client opens its connections anew',
    };
  } finally {
    await render.stop();
    await world.close();
  }
}
