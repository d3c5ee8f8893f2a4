/**
 * The gateway's counters: plain numbers that the hot path increments and OpenTelemetry's callbacks read when an exporter is
 * configured. Without one they cost an addition.
 */
import type { CostClass } from '@px0/contracts';
import { metricCatalog, observe } from '@px0/service-kit';
import type { StreamRoom } from './streams/stream-room.ts';
import type { Upstream } from './upstreams/upstream.ts';

export class Metrics {
  /** Requests refused with 429. */
  readonly limited: Record<CostClass, number> = { auth: 0, write: 0, read: 0, render: 0 };
  /** Requests refused because the breakers of all replicas were open. */
  brokenOff = 0;
  /** Requests refused because too many waited for the upstream already. */
  refusedByFullUpstream = 0;
  /** Streams refused because there were too many. */
  refusedStreams = 0;
  /** Requests that no replica answered. */
  failed = 0;
}

const STATES = { closed: 0, 'half-open': 1, open: 2 } as const;

/** Registers the instruments. */
export function observeGateway(counts: Metrics, upstreams: readonly Upstream[], streams: StreamRoom): void {
  observe(metricCatalog.gatewayStreams, () => streams.size);
  observe(metricCatalog.gatewayStreamsLimit, () => streams.limit);
  observe(metricCatalog.rateLimitHits, () =>
    Object.entries(counts.limited).map(([cost, value]) => ({ value, attributes: { 'px0.cost': cost } })),
  );
  observe(metricCatalog.gatewayRefused, () => {
    const limited = Object.values(counts.limited).reduce((sum, count) => sum + count, 0);
    return [
      refusals('rate-limit', limited),
      refusals('breaker', counts.brokenOff),
      refusals('full', counts.refusedByFullUpstream),
      refusals('streams', counts.refusedStreams),
      refusals('upstream', counts.failed),
    ];
  });
  observe(metricCatalog.gatewayBreaker, () =>
    upstreams.map(({ name, breakerState }) => ({
      value: STATES[breakerState],
      attributes: { 'px0.upstream': name },
    })),
  );
  observe(metricCatalog.gatewayReplicasOut, () =>
    upstreams.map(({ name, replicas }) => ({
      value: replicas.filter(({ isUsable, isResting }) => !isUsable || isResting).length,
      attributes: { 'px0.upstream': name },
    })),
  );
  observe(metricCatalog.gatewayPending, () =>
    upstreams.map(({ name, pending }) => ({ value: pending, attributes: { 'px0.upstream': name } })),
  );
}

function refusals(reason: string, value: number) {
  return { value, attributes: { 'px0.refusal.reason': reason } };
}
