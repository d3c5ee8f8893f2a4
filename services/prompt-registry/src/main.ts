/** The process of the prompt registry. */
import { loadConfig, runService } from '@px0/service-kit';
import { startPromptRegistry } from './compose.ts';
import { configSchema } from './config.ts';

await runService('prompt-registry', (dependencies) =>
  startPromptRegistry(loadConfig(configSchema), dependencies),
);
