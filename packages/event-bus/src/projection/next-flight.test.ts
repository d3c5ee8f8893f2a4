import { expect, it } from 'vitest';
import { NextFlight } from './next-flight.ts';

/** Questions that are answered when the test says so, with their number. */
function controlled() {
  const answers: ((value: number) => void)[] = [];
  const flight = new NextFlight(() => new Promise<number>((resolve) => answers.push(resolve)));
  return { flight, answers, answer: (index: number) => answers[index]?.(index) };
}

it('who comes while a question is under way shares the next one, which is sent after they came', async () => {
  const { flight, answers, answer } = controlled();
  const first = flight.request();
  const [second, third] = [flight.request(), flight.request()];
  expect(answers).toHaveLength(1);
  answer(0);
  expect(await first).toBe(0);
  await expect.poll(() => answers.length).toBe(2);
  answer(1);
  expect(await Promise.all([second, third])).toEqual([1, 1]);
});

it('a failed question is its callers’ alone', async () => {
  let calls = 0;
  const flight = new NextFlight(async () => {
    calls += 1;
    if (calls === 1) throw new Error('away');
    return calls;
  });
  const [first, second] = [flight.request(), flight.request()];
  await expect(first).rejects.toThrow('away');
  expect(await second).toBe(2);
});
