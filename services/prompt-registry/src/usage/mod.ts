export { usageCounting, usageExpiry } from './loops.ts';
export { ReadServices } from './read-services.ts';
export { ReadUsage } from './read-usage.ts';
export { usageRoutes } from './routes.ts';
