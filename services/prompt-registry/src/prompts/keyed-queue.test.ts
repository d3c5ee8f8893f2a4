import { afterEach, describe, expect, it, vi } from 'vitest';
import { KeyedQueue } from './keyed-queue.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe('a keyed queue', () => {
  it('runs one at a time and in order for a key, and keys side by side', async () => {
    const queue = new KeyedQueue();
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`${name} begins`);
      await Promise.resolve();
      log.push(`${name} ends`);
    };
    await Promise.all([queue.run('a', work('a1')), queue.run('a', work('a2')), queue.run('b', work('b1'))]);
    expect(log.filter((line) => line.startsWith('a'))).toEqual([
      'a1 begins',
      'a1 ends',
      'a2 begins',
      'a2 ends',
    ]);
    expect(log.indexOf('b1 begins')).toBeLessThan(log.indexOf('a2 begins'));
  });

  it('goes on after work that failed', async () => {
    const queue = new KeyedQueue();
    const failed = queue.run('a', () => Promise.reject(new Error('no')));
    const next = queue.run('a', () => Promise.resolve('yes'));
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });

  it('refuses at once when too many wait, and takes more when they are through', async () => {
    const queue = new KeyedQueue(2);
    const first = Promise.withResolvers<void>();
    const waiting = ['one', 'two', 'three'].map(() => queue.run('a', () => first.promise));
    await expect(queue.run('a', () => Promise.resolve())).rejects.toThrow('too many writers');
    expect(await queue.run('b', () => Promise.resolve('another key'))).toBe('another key');
    first.resolve();
    await Promise.all(waiting);
    expect(await queue.run('a', () => Promise.resolve('again'))).toBe('again');
  });

  it('a caller that times out lets no later caller overtake earlier ones', async () => {
    vi.useFakeTimers();
    const queue = new KeyedQueue();
    const first = Promise.withResolvers<void>();
    const log: string[] = [];
    const one = queue.run('a', () => first.promise.then(() => void log.push('one')));
    const two = expect(queue.run('a', async () => void log.push('two'))).rejects.toThrow('too many writers');
    await vi.advanceTimersByTimeAsync(10_000);
    const three = queue.run('a', async () => void log.push('three'));
    await two;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(log).toEqual([]);
    first.resolve();
    await Promise.all([one, three]);
    expect(log).toEqual(['one', 'three']);
  });
});
