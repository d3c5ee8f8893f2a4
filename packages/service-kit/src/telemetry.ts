/**
 * Starts OpenTelemetry when it is loaded with `node --import @px0/service-kit/telemetry`, and only when an exporter is
 * configured: without one nothing heavy is imported, so a plain start costs nothing. (The one module besides `main.ts` that acts
 * at import: instrumentation must be in place before what it instruments is loaded.)
 */
import { exportsTelemetry } from './telemetry/settings.ts';

if (exportsTelemetry()) {
  const { startTelemetry } = await import('./telemetry/sdk.ts');
  startTelemetry();
}
