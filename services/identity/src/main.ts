/** The process of identity. */
import { loadConfig, runService } from '@px0/service-kit';
import { startIdentity } from './compose.ts';
import { configSchema } from './config.ts';

await runService('identity', (dependencies) => startIdentity(loadConfig(configSchema), dependencies));
