export { failureReason, TOOK_TOO_LONG } from './failure-reason.ts';
export { nameOf, printable, serviceOf } from './printable.ts';
export { UsageAggregator } from './usage-aggregator.ts';
export { VersionUsage } from './version-usage.ts';
