/** The render process, or with WEB_CONCURRENCY above 1 the primary of several. */
import cluster from 'node:cluster';
import { loadConfig, runService } from '@px0/service-kit';
import { startRender } from './compose.ts';
import { configSchema } from './config.ts';
import { startWorkers } from './workers.ts';

await runService('render', async (deps) => {
  const config = loadConfig(configSchema);
  if (config.WEB_CONCURRENCY === 1) await startRender(config, deps);
  // Workers share a port, so one that listens gets requests: it listens when it can answer them.
  else if (cluster.isWorker) await startRender(config, deps, { listenWhenReady: true });
  else startWorkers(config.WEB_CONCURRENCY, deps, config.SHUTDOWN_TIMEOUT_MS + config.DRAIN_DELAY_MS + 5_000);
});
