/** What every service needs to start. The public face of `@px0/service-kit`. */
export { Cleanups } from './cleanups.ts';
export {
  baseConfigSchema,
  databaseVariables,
  describeConfig,
  flagVariable,
  integerVariable,
  listVariable,
  loadConfig,
  processVariables,
  streamVariables,
  traceVariables,
  urlListVariable,
  urlVariable,
  usageVariables,
  type VariableDescription,
} from './config.ts';
export { type MigrateOptions, migrate } from './database/migrate.ts';
export { type DatabaseOptions, openDatabase } from './database/open-database.ts';
export { createPool, type PoolOptions } from './database/pool.ts';
export { runMigrations } from './database/run-migrations.ts';
export { withStrictTls } from './database/tls-mode.ts';
export { isUnavailable } from './database/unavailable.ts';
export { waitForPostgres } from './database/wait.ts';
export { ApiError, type ApiErrorOptions, ConfigError, StartError } from './errors.ts';
export { replyOfApiError, replyOfError } from './http/error-reply.ts';
export type { Handler, HandlerContext, Handlers, OperationId, RequestWrapper } from './http/handler.ts';
export { type HealthOptions, healthRoutes, type Readiness } from './http/health.ts';
export { type MountOptions, mountRoutes } from './http/mount-routes.ts';
export { type Reply, SerializedJson, sendReply } from './http/reply.ts';
export {
  BODY_LIMIT_BYTES,
  jsonText,
  readBody,
  refuseDeclaredOversize,
  requireJsonText,
} from './http/request-body.ts';
export { givenRequestId, pathOf, queryValueOf, requestIdOf } from './http/request-meta.ts';
export { noteRoute, requestDurations } from './http/request-metrics.ts';
export {
  listenerOf,
  type RunningServer,
  type ServerTimeouts,
  type StartServerOptions,
  startHttpServer,
} from './http/server.ts';
export { logOutages } from './log-outages.ts';
export { createLogger, type Logger, type LoggerOptions, silentLogger } from './logger.ts';
export { warnOfOpenFiles } from './open-files.ts';
export { runCommand } from './run-command.ts';
export { runService, type ServiceDependencies } from './run-service.ts';
export { type DurationSeries, durationHistogram } from './telemetry/duration-histogram.ts';
export { type Observation, observe, observeAnswers } from './telemetry/instruments.ts';
export {
  libraryMetricCatalog,
  type MetricDefinition,
  metricCatalog,
  relayMetricCatalog,
} from './telemetry/metric-catalog.ts';
export { prometheusLabel, prometheusName, prometheusSeries } from './telemetry/prometheus-name.ts';
export { renderTraceRatio } from './telemetry/render-trace-ratio.ts';
export { CALLER_SAMPLED_ATTRIBUTE, DECIDED_ATTRIBUTE, exportsTelemetry } from './telemetry/settings.ts';
export { TIMED_OUT, within } from './within.ts';
