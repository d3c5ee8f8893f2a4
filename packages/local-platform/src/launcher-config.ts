/** What `npm start` and `npm run reset` read from the environment. */
import { integerVariable, loadConfig, urlListVariable, urlVariable } from '@px0/service-kit';
import { z } from 'zod';
import type { PlatformOptions } from './platform.ts';

const replicas = (service: string) =>
  integerVariable(1, 32).prefault('1').describe(`Number of ${service} processes.`);

export const launcherConfigSchema = z.object({
  PX0_PORT: integerVariable(1, 65_535)
    .prefault('8000')
    .describe('Port of the gateway, the only public origin; the other processes use free ports.'),
  PX0_HOME: z
    .string()
    .default('.px0')
    .describe('Folder with all data, logs and `run.json`; a relative path is relative to the repository.'),
  DATABASE_URL: urlVariable('postgres', 'postgresql')
    .optional()
    .describe('Your own Postgres server, instead of the embedded one.'),
  NATS_URL: urlListVariable('nats', 'tls')
    .optional()
    .describe('Your own NATS servers (JetStream, max_payload of 8 MB), instead of the embedded one.'),
  REDIS_URL: urlVariable('redis', 'rediss')
    .optional()
    .describe('Redis for rate limits; without it, each process counts in its own memory.'),
  CONSOLE_DIRECTORY: z
    .string()
    .optional()
    .describe('A console that you have built, instead of one built from the sources.'),
  DOCS_DIRECTORY: z
    .string()
    .optional()
    .describe('Documentation that you have built, instead of a site built from the sources.'),
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

/** The servers of one's own, as `startPlatform` takes them; it brings those that are missing, except Redis. */
export function ownServersOf(
  config: LauncherConfig,
): Pick<PlatformOptions, 'databaseUrl' | 'natsUrl' | 'redisUrl'> {
  return {
    databaseUrl: config.DATABASE_URL,
    natsUrl: config.NATS_URL?.join(','),
    redisUrl: config.REDIS_URL,
  };
}
