export { ReadUsage } from './read-usage.ts';
export { usageRoutes } from './routes.ts';
export { UsageStore } from './store.ts';
export { UsageConsumer } from './usage-consumer.ts';
