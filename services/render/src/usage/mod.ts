export { UsageAggregator, type UsageCounts } from './usage-aggregator.ts';
export { UsageFlusher } from './usage-flusher.ts';
export { VersionUsage } from './version-usage.ts';
