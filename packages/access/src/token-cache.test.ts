import { describe, expect, it } from 'vitest';
import { TokenCache } from './token-cache.ts';

describe('the token cache', () => {
  it('never holds more than its capacity', () => {
    const cache = new TokenCache<number>(10);
    for (let number = 0; number < 1_000; number += 1) {
      cache.set(`t${number}`, number);
      expect(cache.size).toBeLessThanOrEqual(10);
    }
  });

  it('keeps what is used while others come and go', () => {
    const cache = new TokenCache<number>(10);
    cache.set('busy', 1);
    for (let number = 0; number < 1_000; number += 1) {
      cache.set(`t${number}`, number);
      expect(cache.get('busy')).toBe(1);
    }
    expect(cache.get('t0')).toBeUndefined();
  });

  it('forgets what is deleted, in either generation', () => {
    const cache = new TokenCache<number>(4);
    cache.set('a', 1);
    cache.set('b', 2);
    cache.set('c', 3);
    cache.delete('a');
    cache.delete('c');
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([undefined, 2, undefined]);
    cache.clear();
    expect(cache.size).toBe(0);
  });
});
