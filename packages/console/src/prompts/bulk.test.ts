import { expect, it, vi } from 'vitest';
import { forEachPrompt, promptCount, slugGroups } from './bulk.ts';

const refusal = (status: number) => Object.assign(new Error('no'), { status });

it('does it for each, a few at a time, and tells what failed in the order of the list', async () => {
  const items = Array.from({ length: 20 }, (_, at) => at);
  let running = 0;
  let most = 0;
  const progress: number[] = [];
  const { done, failed } = await forEachPrompt(
    items,
    async (item) => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      if (item % 5 === 0) throw refusal(403);
    },
    { onProgress: (finished) => progress.push(finished) },
  );
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(4);
  expect(failed.map(({ item }) => item)).toEqual([0, 5, 10, 15]);
  expect(done).toHaveLength(16);
  expect(progress).toEqual(items.map((at) => at + 1));
});

it('tries again what was refused for its pace, and nothing else', async () => {
  const act = vi.fn<(item: string) => Promise<void>>();
  act.mockRejectedValueOnce(refusal(429)).mockRejectedValueOnce(refusal(429)).mockResolvedValueOnce();
  const pause = vi.fn(() => Promise.resolve());
  expect(await forEachPrompt(['a'], act, { pause })).toEqual({ done: ['a'], failed: [] });
  expect(pause.mock.calls).toEqual([[1], [2]]);
  const lost = vi.fn(() => Promise.reject(refusal(0)));
  expect((await forEachPrompt(['a'], lost, { pause })).failed).toHaveLength(1);
  expect(lost).toHaveBeenCalledTimes(1);
  const never = vi.fn(() => Promise.reject(refusal(429)));
  expect((await forEachPrompt(['a'], never, { pause })).failed).toHaveLength(1);
});

it('groups slugs so that each request’s address stays short', () => {
  expect(slugGroups([])).toEqual([]);
  expect(slugGroups(['ab', 'cd', 'e'], 5)).toEqual(['ab,cd', 'e']);
  expect(slugGroups(['much-too-long', 'a'], 5)).toEqual(['much-too-long', 'a']);
});

it('counts prompts in words', () => {
  expect([1, 2, 1_000].map(promptCount)).toEqual(['1 prompt', '2 prompts', '1,000 prompts']);
});
