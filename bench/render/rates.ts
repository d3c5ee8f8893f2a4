/** 5. Latency at fixed rates below saturation, the normal load of a service. */
import { load } from '../lib/load.ts';
import { World } from '../lib/world.ts';

const BODY = '{"variables":{"name":"Ada","place":"London"}}';

export async function rates({ perSecond = [1_000, 5_000, 10_000], seconds = 10 } = {}) {
  const world = await World.create(1_000);
  const { render } = await world.startRender();
  try {
    const rows = [];
    for (const rate of perSecond) {
      await render.eventLoop();
      const result = await load({
        url: `${render.url}/v1/prompts/greeting/render`,
        key: world.key,
        body: BODY,
        connections: 32,
        seconds,
        rate,
      });
      rows.push({
        'asked renders/s': rate,
        'renders/s': result.perSecond.toFixed(0),
        'p50 ms': result.p50.toFixed(2),
        'p99 ms': result.p99.toFixed(2),
        'p99.9 ms': result.p999.toFixed(2),
        'event loop p99 ms': (await render.eventLoop()).delayP99.toFixed(2),
        failures: result.failures,
        'memory MiB': (render.memory() / 2 ** 20).toFixed(0),
      });
    }
    return {
      title: 'Latency at fixed rates',
      rows,
      summary: 'the client shares the machine and has a resolution of 1 ms',
    };
  } finally {
    await render.stop();
    await world.close();
  }
}
