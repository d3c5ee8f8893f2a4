/** What of the environment decides whether and how a process is observed. Read by whoever starts processes, too, so it imports nothing. */

/** Any of them configures an exporter; without one OpenTelemetry is not even loaded. */
const exporterVariables = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
] as const;

/** Marks a root span whose sampling was decided before it was made. */
export const DECIDED_ATTRIBUTE = 'px0.sampled';

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the process exports traces or metrics. */
export function exportsTelemetry(env: Environment = process.env): boolean {
  return exporterVariables.some((name) => env[name]) && env['OTEL_SDK_DISABLED'] !== 'true';
}

/** Every traced render costs its process some ten microseconds, two fifths of a render. */
const RENDER_RATIO = 0.01;

/** The share of renders that begin a trace of their own (0 to 1), from `PX0_TRACE_RENDER_RATIO`. */
export function renderTraceRatio(env: Environment = process.env): number {
  const given = Number(env['PX0_TRACE_RENDER_RATIO'] || Number.NaN);
  return given >= 0 && given <= 1 ? given : RENDER_RATIO;
}
