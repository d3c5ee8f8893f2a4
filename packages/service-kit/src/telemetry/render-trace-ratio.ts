/** The share of renders to trace. Telemetry starts before the service reads its configuration, so it parses the same declaration itself. */
import { traceVariables } from '../config.ts';

/**
 * The share of renders that begin a trace of their own (0 to 1), from `PX0_TRACE_RENDER_RATIO`. 0 for a wrong value: the service that
 * declares the variable then refuses to start.
 */
export function renderTraceRatio(env: Readonly<Record<string, string | undefined>> = process.env): number {
  const { success, data } = traceVariables.PX0_TRACE_RENDER_RATIO.safeParse(
    env['PX0_TRACE_RENDER_RATIO'] || undefined,
  );
  return success ? data : 0;
}
