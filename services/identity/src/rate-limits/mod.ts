export { connectRedis } from './connect-redis.ts';
export { createRateLimiter } from './create-rate-limiter.ts';
export { deleteExpiredLimits } from './expired-limits.ts';
export { RateLimiter } from './rate-limiter.ts';
export { parseOverrides, type RateLimitOverrides, rateLimits } from './rules.ts';
