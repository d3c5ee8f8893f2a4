export { connectRedis } from './connect-redis.ts';
export { RateLimiter } from './rate-limiter.ts';
export { parseOverrides, type RateLimitOverrides, rateLimits } from './rules.ts';
