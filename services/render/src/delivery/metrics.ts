/**
 * The metrics of delivery: plain numbers, which the SDK reads when there is one.
 * See docs/decisions/178-operating-delivery.md.
 */
import { durationHistogram, metricCatalog, type Observation, observe } from '@px0/service-kit';
import type { UsageReports } from './reports/usage-reports.ts';
import type { Listeners } from './stream/listeners.ts';

/** In seconds; a promotion should be everywhere within a quarter of one. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** Registers the instruments. */
export function observeDelivery(listeners: Listeners): void {
  const { fanout } = listeners;
  observe(metricCatalog.deliveryStreams, () => listeners.size);
  observe(metricCatalog.deliveryStreamsLimit, () => listeners.limit);
  observe(metricCatalog.deliveryAudiences, () => fanout.audiences.size);
  observe(metricCatalog.deliveryFrames, () => byName('px0.frame.type', fanout.counts.frames));
  observe(metricCatalog.deliverySent, () => fanout.counts.sentBytes);
  observe(metricCatalog.deliveryTransfers, () => fanout.counts.transfers);
  observe(metricCatalog.deliveryBehind, () => fanout.counts.behind);
  observe(metricCatalog.deliveryCut, () => byName('px0.cut.reason', listeners.cuts));
  const passes = durationHistogram(metricCatalog.deliveryPassDuration, BOUNDS).seriesOf('all', () => ({}));
  const lags = durationHistogram(metricCatalog.deliveryLag, BOUNDS).seriesOf('all', () => ({}));
  fanout.onPass = ({ passMs, lagMs }) => {
    passes.record(passMs / 1_000);
    lags.record(lagMs / 1_000);
  };
}

/** Registers the instruments of what applications report. */
export function observeReports({ counts }: UsageReports): void {
  observe(metricCatalog.usageDropped, () => counts.dropped);
  observe(metricCatalog.usageReported, () =>
    Object.entries(counts.bySource).flatMap(([source, { rendered, failed }]) =>
      Object.entries({ rendered, failed }).map(([outcome, value]) => ({
        value,
        attributes: { 'px0.source': source, 'px0.render.outcome': outcome },
      })),
    ),
  );
}

function byName(attribute: string, counts: Readonly<Record<string, number>>): Observation[] {
  return Object.entries(counts).map(([name, value]) => ({ value, attributes: { [attribute]: name } }));
}
