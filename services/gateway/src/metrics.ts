/**
 * What the gateway counts. Plain numbers, raised on the hot path and read by OpenTelemetry's callbacks when an exporter is
 * configured; without one they cost an addition.
 */
import { metrics as api } from '@opentelemetry/api';
import type { Upstream } from './upstreams/upstream.ts';

export class Metrics {
  /** Requests refused with 429. */
  limited = 0;
  /** Requests refused because a breaker was open. */
  brokenOff = 0;
  /** Requests that no replica answered. */
  failed = 0;
  /** Answers of upstreams by the first digit of their status. */
  readonly answers: number[] = [0, 0, 0, 0, 0, 0];

  countAnswer(status: number): void {
    const first = Math.floor(status / 100);
    this.answers[first] = (this.answers[first] ?? 0) + 1;
  }
}

const STATES = { closed: 0, 'half-open': 1, open: 2 } as const;

/** Registers the instruments. */
export function observe(counts: Metrics, upstreams: readonly Upstream[]): void {
  const meter = api.getMeter('@px0/gateway');
  meter
    .createObservableCounter('px0.gateway.refused', {
      description: 'Requests that the gateway refused by itself.',
    })
    .addCallback((result) => {
      result.observe(counts.limited, { reason: 'rate-limit' });
      result.observe(counts.brokenOff, { reason: 'breaker' });
      result.observe(counts.failed, { reason: 'upstream' });
    });
  meter
    .createObservableCounter('px0.gateway.answers', {
      description: 'Answers of upstreams by class of status.',
    })
    .addCallback((result) => {
      for (const first of [2, 3, 4, 5]) result.observe(counts.answers[first] ?? 0, { status: `${first}xx` });
    });
  meter
    .createObservableGauge('px0.gateway.breaker', { description: '0 closed, 1 half-open, 2 open.' })
    .addCallback((result) => {
      for (const { name, breaker } of upstreams) result.observe(STATES[breaker.state], { upstream: name });
    });
  meter
    .createObservableGauge('px0.gateway.pending', {
      description: 'Requests sent to an upstream and not yet answered.',
    })
    .addCallback((result) => {
      for (const upstream of upstreams) result.observe(upstream.pending, { upstream: upstream.name });
    });
}
