/**
 * Starts OpenTelemetry when it is loaded with `node --import @px0/service-kit/telemetry`, and only when an exporter is
 * configured: without one nothing heavy is imported, so a plain start costs nothing. (The one module besides `main.ts` that acts
 * at import: instrumentation must be in place before what it instruments is loaded.)
 */
const exporterVariables = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
];
const configured =
  exporterVariables.some((name) => process.env[name]) && process.env['OTEL_SDK_DISABLED'] !== 'true';

if (configured) {
  const { startTelemetry } = await import('./telemetry-sdk.ts');
  startTelemetry();
}
