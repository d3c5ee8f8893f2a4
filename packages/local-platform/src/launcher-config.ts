/** What `npm start` and `npm run reset` read from the environment. */
import { integerVariable, loadConfig, urlListVariable, urlVariable } from '@px0/service-kit';
import { z } from 'zod';

const replicas = (service: string) =>
  integerVariable(1, 32).prefault('1').describe(`How many processes of ${service} are started.`);

export const launcherConfigSchema = z.object({
  PX0_PORT: integerVariable(1, 65_535)
    .prefault('8000')
    .describe('Port of the gateway, which is the one public origin; every other port is picked free.'),
  PX0_HOME: z
    .string()
    .default('.px0')
    .describe('Folder with all data, logs and `run.json`; a relative path starts at the repository.'),
  DATABASE_URL: urlVariable('postgres', 'postgresql')
    .optional()
    .describe('A Postgres server of yours instead of the embedded one.'),
  NATS_URL: urlListVariable('nats', 'tls')
    .optional()
    .describe('NATS servers of yours (JetStream, max_payload of 8 MB) instead of the embedded one.'),
  REDIS_URL: urlVariable('redis', 'rediss')
    .optional()
    .describe('Redis for rate limits; without it each process counts in its memory.'),
  CONSOLE_DIRECTORY: z
    .string()
    .optional()
    .describe('A built console of yours instead of the one that is built from the sources.'),
  DOCS_DIRECTORY: z
    .string()
    .optional()
    .describe('Built documentation of yours instead of the one that is built from the sources.'),
  PX0_REPLICAS_GATEWAY: replicas('gateway'),
  PX0_REPLICAS_IDENTITY: replicas('identity'),
  PX0_REPLICAS_TENANCY: replicas('tenancy'),
  PX0_REPLICAS_PROMPT_REGISTRY: replicas('prompt-registry'),
  PX0_REPLICAS_RENDER: replicas('render'),
});

export type LauncherConfig = z.infer<typeof launcherConfigSchema>;

/** @throws ConfigError one sentence that names each wrong variable */
export function loadLauncherConfig(env: Readonly<Record<string, string | undefined>>): LauncherConfig {
  return loadConfig(launcherConfigSchema, env);
}
