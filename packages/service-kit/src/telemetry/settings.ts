/** Whether the environment turns telemetry on. Imports nothing, because launchers of processes use it, too. */

/** Any of them configures an exporter; without one OpenTelemetry is not even loaded. */
const exporterVariables = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
] as const;

/** Marks a root span whose sampling was decided before it was made. */
export const DECIDED_ATTRIBUTE = 'px0.sampled';

/** Marks the first span of px0 in a trace that its caller samples; the Collector keeps these traces (deploy/otel-collector/config.yaml). */
export const CALLER_SAMPLED_ATTRIBUTE = 'px0.caller_sampled';

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the process exports traces or metrics. */
export function exportsTelemetry(env: Environment = process.env): boolean {
  return exporterVariables.some((name) => env[name]) && env['OTEL_SDK_DISABLED'] !== 'true';
}
