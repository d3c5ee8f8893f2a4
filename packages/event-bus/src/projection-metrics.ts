/** What operators watch of a projection, as OpenTelemetry metrics; nothing is measured unless the process exports. */
import { metrics } from '@opentelemetry/api';
import type { Projection } from './projection.ts';

/** Registers the projection's gauges: how far it is behind, where it stands, and how many subjects it remembers. */
export function observeProjection(projection: Projection): void {
  const meter = metrics.getMeter('px0-event-bus');
  meter
    .createObservableGauge('px0_projection_lag_seconds', {
      unit: 's',
      description: 'Time since the projection was last in step with the stream; 0 while it is.',
    })
    .addCallback((result) => result.observe(projection.lagSeconds));
  meter
    .createObservableGauge('px0_projection_position', {
      description: 'The stream sequence up to which everything has been applied.',
    })
    .addCallback((result) => result.observe(projection.reported));
  meter
    .createObservableGauge('px0_projection_subjects', {
      description: 'Entities that the projection remembers.',
    })
    .addCallback((result) => result.observe(projection.table.size));
}
