/** The render process, or with WEB_CONCURRENCY above 1 the primary of several; with PX0_UPSTREAM or RELAY_BUNDLE a relay. */
import cluster from 'node:cluster';
import { loadConfig, runService } from '@px0/service-kit';
import { configSchema } from './config.ts';
import { startWorkers } from './workers.ts';

const { PX0_UPSTREAM, RELAY_BUNDLE } = process.env;
// Each entry loads only what it needs: both have to start fast.
if (PX0_UPSTREAM || RELAY_BUNDLE) await import('./relay.ts');
else await runRender();

async function runRender(): Promise<void> {
  const { startRender } = await import('./compose.ts');
  await runService('render', async (deps) => {
    const config = loadConfig(configSchema);
    if (config.WEB_CONCURRENCY === 1) await startRender(config, deps);
    // Workers share a port, so one that listens gets requests: it listens when it can answer them.
    else if (cluster.isWorker) await startRender(config, deps, { listenWhenReady: true });
    else
      startWorkers(config.WEB_CONCURRENCY, deps, config.SHUTDOWN_TIMEOUT_MS + config.DRAIN_DELAY_MS + 5_000);
  });
}
