/** The OpenTelemetry SDK with the instrumentations that px0 wants; loaded by `telemetry.ts` when an exporter is configured. */
import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node';
import { NodeSDK } from '@opentelemetry/sdk-node';

/** Starts the SDK; it reads endpoints, headers, sampler and service name from the standard `OTEL_*` variables. */
export function startTelemetry(): void {
  // Two thirds of a render's throughput go into inbound HTTP instrumentation, sampled or not: processes on the hot path
  // switch it off and make their spans by hand.
  const inboundHttp = process.env['PX0_TELEMETRY_INBOUND_HTTP'] !== 'false';
  const sdk = new NodeSDK({
    instrumentations: [
      getNodeAutoInstrumentations({
        '@opentelemetry/instrumentation-fs': { enabled: false },
        '@opentelemetry/instrumentation-net': { enabled: false },
        '@opentelemetry/instrumentation-dns': { enabled: false },
        '@opentelemetry/instrumentation-http': {
          disableIncomingRequestInstrumentation: !inboundHttp,
          ignoreIncomingRequestHook: (request) => request.url === '/healthz' || request.url === '/readyz',
        },
      }),
    ],
  });
  sdk.start();
  // Flushes what is buffered; `runService` owns the exit, so this only has to begin before it.
  process.once('SIGTERM', () => void sdk.shutdown());
  process.once('SIGINT', () => void sdk.shutdown());
}
