// The render process.

import { loadConfig, runService } from '@px0/service-kit';
import { startRender } from './compose.ts';
import { configSchema } from './config.ts';

await runService('render', (deps) => startRender(loadConfig(configSchema), deps));
