/** Work that takes long, off the main thread. The package's public face; `./thread` is that for the module of tasks. */
export { heavyVariables } from './config.ts';
export { isLightJson, isLightTemplate } from './main-thread/light.ts';
export { BudgetSpent, MainThreadMeter } from './main-thread/main-thread-meter.ts';
export { observeHeavyPool } from './metrics.ts';
export {
  defaultThreads,
  HeavyPool,
  type HeavyPoolOptions,
  type PoolCounts,
  type RunOptions,
} from './pool/heavy-pool.ts';
export { HeavyRefusal, type RefusalReason } from './pool/heavy-refusal.ts';
