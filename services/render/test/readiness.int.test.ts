import { Cleanups, loadConfig, silentLogger } from '@px0/service-kit';
import { eventually, ForeignContexts, testBus } from '@px0/testing';
import { expect, it } from 'vitest';
import { startRender } from '../src/compose.ts';
import { configSchema } from '../src/config.ts';

it('is ready only when every context has published all that it owns, and answers 503 before', async () => {
  const bus = await testBus();
  const logger = silentLogger();
  const cleanups = new Cleanups(logger);
  const config = loadConfig(configSchema, { NATS_URL: bus.servers, PX0_STREAM_PREFIX: bus.streamPrefix });
  const { url } = await startRender(config, { logger, cleanups });
  const contexts = await ForeignContexts.connect(bus);
  try {
    const render = () => fetch(`${url}/v1/prompts/x/render`, { method: 'POST' });
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    const refused = await render();
    expect([refused.status, await refused.json()]).toEqual([503, { error: 'service unavailable' }]);
    expect(refused.headers.get('retry-after')).toBe('1');

    await contexts.declareEpoch();
    await contexts.complete('identity', 'tenancy');
    await eventually(async () => {
      expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({
        connected: true,
        incomplete: ['registry'],
      });
      return true;
    });
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);

    await contexts.complete('registry');
    await eventually(async () => (await fetch(`${url}/readyz`)).ok);
    expect((await render()).status).toBe(401);
  } finally {
    await cleanups.run();
    await contexts.close();
  }
});
