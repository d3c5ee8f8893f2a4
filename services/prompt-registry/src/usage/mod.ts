export { usageCounting, usageDays, usageExpiry } from './loops.ts';
export { ReadBreakdown } from './read-breakdown.ts';
export { ReadServices } from './read-services.ts';
export { ReadTeamUsage } from './read-team-usage.ts';
export { ReadUsage } from './read-usage.ts';
export { usageRoutes } from './routes.ts';
