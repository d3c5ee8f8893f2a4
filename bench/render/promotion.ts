/** 4. How long it takes from the stream's acknowledgement of a promotion until a render returns it, under load. */
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { load } from '../lib/load.ts';
import { quantile } from '../lib/statistics.ts';
import { World } from '../lib/world.ts';

const BODY = '{"variables":{"name":"Ada","place":"London"}}';

export async function promotion({ promotions = 500, perSecond = 50, rendersPerSecond = 2_000 } = {}) {
  const world = await World.create(1_000);
  const { render } = await world.startRender();
  const agent = new Agent({ keepAlive: true });
  try {
    const id = randomUUID();
    const background = load({
      url: `${render.url}/v1/prompts/greeting/render`,
      key: world.key,
      body: BODY,
      connections: 16,
      seconds: Math.ceil(promotions / perSecond) + 2,
      rate: rendersPerSecond,
    });
    const delays: number[] = [];
    for (let number = 1; number <= promotions; number += 1) {
      const due = performance.now() + 1_000 / perSecond;
      await world.publishPrompt(id, 'promoted', number, `version ${number}`);
      const acknowledged = performance.now();
      while ((await renderedVersion(agent, render.url, world.key)) < number);
      delays.push(performance.now() - acknowledged);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    }
    const { failures } = await background;
    return {
      title: `Promotion to visible, ${perSecond} a second, with ${rendersPerSecond} renders a second`,
      rows: [
        {
          promotions,
          'p50 ms': quantile(delays, 0.5).toFixed(2),
          'p99 ms': quantile(delays, 0.99).toFixed(2),
          'max ms': Math.max(...delays).toFixed(2),
          'failed renders': failures,
        },
      ],
      summary:
        'from the acknowledgement of the event to the first render without a revision token that shows it',
    };
  } finally {
    agent.destroy();
    await render.stop();
    await world.close();
  }
}

function renderedVersion(agent: Agent, url: string, key: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const req = request(
      `${url}/v1/prompts/promoted/render`,
      {
        agent,
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` },
      },
      (res) => {
        res.resume();
        res.once('end', () => resolve(Number(res.headers['px0-prompt-version'] ?? 0)));
      },
    );
    req.once('error', reject);
    req.end('{}');
  });
}
