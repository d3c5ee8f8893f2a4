import { loadConfig, runService } from '@px0/service-kit';
import { startGateway } from './compose.ts';
import { configSchema } from './config.ts';

await runService('gateway', (dependencies) => startGateway(loadConfig(configSchema), dependencies));
