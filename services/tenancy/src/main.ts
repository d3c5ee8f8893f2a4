/** The process. */
import { loadConfig, runService } from '@px0/service-kit';
import { startTenancy } from './compose.ts';
import { configSchema } from './config.ts';

await runService('tenancy', (deps) => startTenancy(loadConfig(configSchema), deps));
