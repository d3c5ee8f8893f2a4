export { consoleFolder } from './console.ts';
export { buildDocumentation, documentationFolder } from './documentation.ts';
export { type NatsOptions, type RunningNats, startNats } from './nats.ts';
export { natsServerBinary } from './nats-binary.ts';
export {
  type PlatformOptions,
  type RunFile,
  type RunningPlatform,
  type RunningProcess,
  startPlatform,
} from './platform.ts';
export { freePort } from './ports.ts';
export { type PostgresOptions, type RunningPostgres, startPostgres } from './postgres.ts';
export { processState } from './processes.ts';
export { repositoryRoot } from './repository.ts';
export { ensureSample } from './sample.ts';
export type { Exit } from './server-process.ts';
export { type Replicas, type ServiceName, serviceNames } from './service-names.ts';
export { type SystemProgram, systemProgram } from './system-program.ts';
