/**
 * The sign of life of a service process. Metrics are pushed, so a process that is gone or frozen is noticed by the age of its last beat;
 * one that stops in order says goodbye, and raises no alert. See docs/decisions/185-alerts-that-see-death.md.
 */
import { observe } from './instruments.ts';
import { metricCatalog } from './metric-catalog.ts';

/** What the last export of an orderly stop says instead of a time. */
const GOODBYE = 0;

let isStopping = false;

/** Has each export say when it was made, and when the process started. */
export function startHeartbeat(): void {
  const startedAt = performance.timeOrigin / 1_000;
  observe(metricCatalog.processStarted, () => startedAt);
  observe(metricCatalog.processHeartbeat, () => (isStopping ? GOODBYE : Date.now() / 1_000));
}

/** Called when the process stops because it was asked to, before its last export. A crash never says goodbye. */
export function sayGoodbye(): void {
  isStopping = true;
}
