/** The process of tenancy. */
import { loadConfig, runService } from '@px0/service-kit';
import { startTenancy } from './compose.ts';
import { configSchema } from './config.ts';

await runService('tenancy', (dependencies) => startTenancy(loadConfig(configSchema), dependencies));
