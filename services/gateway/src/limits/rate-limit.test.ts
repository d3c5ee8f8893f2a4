import { RateLimiterMemory } from 'rate-limiter-flexible';
import { describe, expect, it } from 'vitest';
import { RateLimit } from './rate-limit.ts';

/** Counts the questions that reach the shared store. */
class CountingLimiter extends RateLimiterMemory {
  questions = 0;

  override consume(...args: Parameters<RateLimiterMemory['consume']>) {
    this.questions += 1;
    return super.consume(...args);
  }
}

const limitOf = (points: number) => {
  const limiter = new CountingLimiter({ points, duration: 60 });
  return { limiter, limit: new RateLimit(points, limiter) };
};

describe('a rate limit', () => {
  it.each([1, 7, 50, 100, 1_000])(
    'of %i lets exactly as many through, one after the other',
    async (points) => {
      const { limit } = limitOf(points);
      let allowed = 0;
      for (let i = 0; i < points + 20; i++) if ((await limit.take('a')).allowed) allowed += 1;
      expect(allowed).toBe(points);
    },
  );

  it('lets exactly as many through when all come at once', async () => {
    const { limit } = limitOf(100);
    const states = await Promise.all(Array.from({ length: 150 }, () => limit.take('a')));
    expect(states.filter((state) => state.allowed)).toHaveLength(100);
  });

  it('asks its store once per lease, not once per request', async () => {
    const { limit, limiter } = limitOf(10_000);
    for (let i = 0; i < 1_000; i++) await limit.take('a');
    expect(limiter.questions).toBe(5);
  });

  it('asks nobody about a caller that is over the limit until the window ends', async () => {
    const { limit, limiter } = limitOf(2);
    for (let i = 0; i < 100; i++) await limit.take('a');
    expect(limiter.questions).toBeLessThanOrEqual(3);
  });

  it('never counts more than 20,000 callers’ leases, and forgets no count by it', async () => {
    const { limit } = limitOf(2);
    await limit.take('first');
    await limit.take('first');
    for (let i = 0; i < 20_001; i++) await limit.take(`caller ${i}`);
    expect((await limit.take('first')).allowed).toBe(false);
  });

  it('lets requests through when nobody can count', async () => {
    const broken = new RateLimiterMemory({ points: 1, duration: 60 });
    broken.consume = () => Promise.reject(new Error('no store'));
    const limit = new RateLimit(1, broken);
    for (let i = 0; i < 5; i++) expect((await limit.take('a')).allowed).toBe(true);
  });
});
