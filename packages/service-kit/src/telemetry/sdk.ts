/** The OpenTelemetry SDK with the instrumentations that px0 wants; loaded by `telemetry.ts` when an exporter is configured. */
import { HostMetricsInstrumentation } from '@opentelemetry/instrumentation-host-metrics';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { AggregationType, PeriodicExportingMetricReader, type ViewOptions } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { register } from 'import-in-the-middle/register-hooks.mjs';
import { ExportThread } from './export-thread.ts';
import { metricExporter, spanExporter } from './exporters.ts';
import { onFlush } from './flush.ts';
import { histogramProducer } from './histogram-producer.ts';
import { metricCatalog } from './metric-catalog.ts';
import { renderTraceRatio } from './render-trace-ratio.ts';
import { px0Sampler } from './sampler.ts';
import { serviceIdentity } from './service-identity.ts';

type Instrumentation =
  | HttpInstrumentation
  | PgInstrumentation
  | UndiciInstrumentation
  | IORedisInstrumentation
  | RuntimeNodeInstrumentation
  | HostMetricsInstrumentation;

/** Only these are imported by px0's own modules; every other module stays out of the hook's way. */
const HOOKED_MODULES = ['http', 'node:http', 'https', 'node:https', 'pg', 'ioredis'];
/** A process counts as gone when its last beat is 45 s old: two exports may be lost before (deploy/prometheus/rules/alerts.yml). */
const EXPORT_INTERVAL_MS = 10_000;

/** Starts the SDK; endpoints, headers, limits and, if set, sampler and service name come from the standard `OTEL_*` variables. */
export function startTelemetry(): void {
  const service = serviceIdentity(process.argv[1]);
  register({ include: HOOKED_MODULES });
  setDefault('OTEL_SERVICE_NAME', service.name);
  setDefault('OTEL_RESOURCE_ATTRIBUTES', `service.namespace=px0,service.version=${service.version}`);
  const thread = new ExportThread();
  const sdk = new NodeSDK({
    instrumentations: instrumentations(service.instrumentsInboundHttp),
    ...(process.env['OTEL_TRACES_SAMPLER'] ? {} : { sampler: px0Sampler(renderTraceRatio()) }),
    ...(process.env['OTEL_TRACES_EXPORTER'] === 'none'
      ? { spanProcessors: [] }
      : { traceExporter: spanExporter(thread) }),
    metricReaders: metricReaders(thread),
    views: [DROPPED_SERVER_DURATION],
    // Logs go to stdout and carry the ids of their trace; who ships logs reads them there.
    logRecordProcessors: [],
  });
  sdk.start();
  onFlush(() => sdk.shutdown());
}

/** px0 measures it itself: cheaper, by the contract's routes, and in the render process, too. */
const DROPPED_SERVER_DURATION: ViewOptions = {
  instrumentName: metricCatalog.httpServerDuration.name,
  meterName: '@opentelemetry/instrumentation-http',
  aggregation: { type: AggregationType.DROP },
};

/** By their names in `OTEL_NODE_ENABLED_INSTRUMENTATIONS`. Lines carry their trace's ids, and requests their route, without one for pino or Express. */
function instrumentations(inboundHttp: boolean): Instrumentation[] {
  const all: Readonly<Record<string, () => Instrumentation>> = {
    http: () =>
      new HttpInstrumentation({
        disableIncomingRequestInstrumentation: !inboundHttp,
        requireParentforOutgoingSpans: true,
        ignoreIncomingRequestHook: (request) => request.url === '/healthz' || request.url === '/readyz',
      }),
    ioredis: () => new IORedisInstrumentation({ requireParentSpan: true }),
    pg: () =>
      new PgInstrumentation({
        requireParentSpan: true,
        ignoreConnectSpans: true,
        requestHook: (span, { query }) => span.updateName(statementName(query)),
      }),
    'runtime-node': () => new RuntimeNodeInstrumentation(),
    // What runs by the clock (the relay's polls, the gateway's probes) begins no traces.
    undici: () => new UndiciInstrumentation({ requireParentforSpans: true }),
  };
  const enabled = namesIn('OTEL_NODE_ENABLED_INSTRUMENTATIONS');
  const disabled = namesIn('OTEL_NODE_DISABLED_INSTRUMENTATIONS') ?? [];
  const wanted = Object.entries(all).filter(
    ([name]) => !disabled.includes(name) && enabled?.includes(name) !== false,
  );
  return [
    ...wanted.map(([, make]) => make()),
    // The dashboards and alerts need it, so no variable switches it off.
    new HostMetricsInstrumentation({ metricGroups: ['process.cpu', 'process.memory'] }),
  ];
}

function namesIn(variable: string): string[] | undefined {
  const text = process.env[variable];
  return text ? text.split(',').map((name) => name.trim()) : undefined;
}

function metricReaders(thread: ExportThread): PeriodicExportingMetricReader[] {
  if (process.env['OTEL_METRICS_EXPORTER'] === 'none') return [];
  const exportIntervalMillis = Number(process.env['OTEL_METRIC_EXPORT_INTERVAL']) || EXPORT_INTERVAL_MS;
  return [
    new PeriodicExportingMetricReader({
      exporter: metricExporter(thread),
      exportIntervalMillis,
      exportTimeoutMillis: Math.min(exportIntervalMillis, 10_000),
      metricProducers: [histogramProducer],
    }),
  ];
}

/** `SELECT`: the instrumentation's own has line breaks and the database in it, and of a prepared statement a name that says nothing. */
function statementName({ text }: { readonly text: string }): string {
  return /\w+/.exec(text)?.[0]?.toUpperCase() ?? 'SQL';
}

function setDefault(name: string, value: string): void {
  process.env[name] ||= value;
}
