export { apiKeyCleanups } from './cleanup-saga.ts';
export { deleteExpiredKeys } from './expired-keys.ts';
export { followUsage } from './follow-usage.ts';
export { KeyUses } from './key-uses.ts';
export { makerRepublisher } from './maker-republisher.ts';
export { apiKeyRoutes } from './routes.ts';
