/** From the answer to a promotion until the last of many clients has it, through the gateway of a whole platform. */
import { startTestPlatformWithServers } from '@px0/testing/servers';
import { World } from '@px0/testing/world';
import { quantile } from '../lib/statistics.ts';
import { machineTime } from './clock.ts';
import { figure, type Row } from './row.ts';
import { promptText, STREAM_PATH, streamHeaders } from './scene.ts';
import { StreamClients } from './stream-clients.ts';

const MOST_MS = 250;
const WARM_UP = 10;
const PAUSE_MS = 100;

export async function promote({ clients: count = 1_000, promotions = 100 } = {}): Promise<Row[]> {
  const platform = await startTestPlatformWithServers();
  const clients = new StreamClients();
  try {
    const world = new World(platform);
    const { key, team } = await world.account();
    const prompt = await world.emptyPrompt(key, team, { slug: 'greeting' });
    const versions = `/v1/prompts/${prompt.id}/versions`;
    for (const number of [1, 2]) {
      await world.make(key, 'POST', versions, { template: `${markOf(number)} ${promptText(number)}` });
      // To stable; from then on each promotion makes the version live.
      await world.make(key, 'POST', `${versions}/${number}/promote`);
    }
    const { statuses } = await clients.open({
      url: platform.gatewayUrl + STREAM_PATH,
      headers: streamHeaders(key.token),
      count,
    });
    if (statuses['200'] !== count) throw new Error(`streams were answered ${JSON.stringify(statuses)}`);
    const afterAnswer: number[] = [];
    const afterRequest: number[] = [];
    for (let turn = 0; turn < WARM_UP + promotions; turn += 1) {
      const number = 1 + (turn % 2);
      const { seen } = await clients.awaits(markOf(number));
      const sent = machineTime();
      const response = await fetch(`${platform.gatewayUrl}${versions}/${number}/promote`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key.token}` },
      });
      const answered = machineTime();
      if (!response.ok)
        throw new Error(`a promotion was answered ${response.status}: ${await response.text()}`);
      await response.arrayBuffer();
      const { lastAt } = await seen;
      if (turn >= WARM_UP) {
        // It may be everywhere before the answer is.
        afterAnswer.push(Math.max(0, lastAt - answered));
        afterRequest.push(lastAt - sent);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    return [
      figure({
        measured: `answer to the last of ${count} through the gateway, p99 of ${promotions}`,
        unit: 'ms',
        values: afterAnswer,
        at: 0.99,
        atMost: MOST_MS,
        beside: `from the request: median ${quantile(afterRequest, 0.5).toFixed(0)}, p99 ${quantile(afterRequest, 0.99).toFixed(0)} ms`,
      }),
    ];
  } finally {
    await clients.stop();
    await platform.stop();
  }
}

function markOf(number: number): string {
  return `version ${number} of the promoted prompt`;
}
