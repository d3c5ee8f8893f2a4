/** 2 and 3. How long a process takes to become ready, how much memory a prompt costs, and whether throughput depends on the number of prompts. */
import { load } from '../lib/load.ts';
import { World } from '../lib/world.ts';

const BODY = '{"variables":{"name":"Ada","place":"London"}}';

export async function scale({ sizes = [10, 10_000, 100_000, 1_000_000], seconds = 4 } = {}) {
  const rows = [];
  let emptyBytes = Number.NaN;
  for (const size of sizes) {
    const world = await World.create(size);
    const { render, seconds: startSeconds } = await world.startRender({
      NODE_OPTIONS: '--max-old-space-size=8192',
    });
    try {
      const bytes = render.memory();
      if (size === sizes[0]) emptyBytes = bytes;
      const url = `${render.url}/v1/prompts/greeting/render`;
      await load({ url, key: world.key, body: BODY, connections: 32, seconds: 2 });
      const { perSecond, failures } = await load({
        url,
        key: world.key,
        body: BODY,
        connections: 32,
        seconds,
      });
      rows.push({
        prompts: size,
        'start to ready s': startSeconds.toFixed(2),
        'memory MiB': (bytes / 2 ** 20).toFixed(0),
        'bytes per prompt': size === sizes[0] ? '' : ((bytes - emptyBytes) / size).toFixed(0),
        'renders/s': perSecond.toFixed(0),
        failures,
      });
    } finally {
      await render.stop();
      await world.close();
    }
  }
  return {
    title: 'Number of prompts in the stream: start, memory, throughput',
    rows,
    summary: 'start includes the start of the Node.js process itself; bytes include the text of the template',
  };
}
