/** OpenTelemetry metrics of a projection for operators. Nothing is measured unless the process exports. */
import { metricCatalog, observe } from '@px0/service-kit';
import type { Bus } from '../stream/bus.ts';
import type { Projection } from './projection.ts';

/** How far the projection is behind, where it stands, how many subjects it remembers; and whether NATS is reached. */
export function observeProjection(projection: Projection, bus: Bus): void {
  observe(metricCatalog.projectionLag, () => projection.lagSeconds);
  observe(metricCatalog.projectionPosition, () => projection.reported);
  observe(metricCatalog.projectionSubjects, () => projection.table.size);
  observe(metricCatalog.projectionReady, () => Number(projection.ready));
  observe(metricCatalog.projectionApplied, () =>
    Array.from(projection.applied, ([entity, value]) => ({ value, attributes: { 'px0.entity': entity } })),
  );
  observe(metricCatalog.natsConnected, () => Number(bus.connected));
  observe(metricCatalog.natsDisconnects, () => bus.disconnects);
}
