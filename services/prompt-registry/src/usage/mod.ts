export { usageConsumer, usageExpiry } from './loops.ts';
export { ReadUsage } from './read-usage.ts';
export { usageRoutes } from './routes.ts';
