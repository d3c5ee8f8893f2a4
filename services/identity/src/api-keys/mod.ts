export { apiKeyCleanup } from './cleanup-saga.ts';
export { deleteExpiredKeys } from './expired-keys.ts';
export { KeyUses } from './key-uses.ts';
export { type ApiKeyCommands, createApiKeyCommands } from './manage-keys.ts';
export { apiKeyRoutes } from './routes.ts';
export { UsageFollower } from './usage-follower.ts';
