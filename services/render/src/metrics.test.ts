import { usageLatencyBoundsMs } from '@px0/contracts';
import { describe, expect, it } from 'vitest';
import { RenderMetrics } from './metrics.ts';

const latencies = new Array<number>(usageLatencyBoundsMs.length + 1).fill(0);
const counted = (promptId: string, renders: number, failures: number) => ({
  versions: [{ promptId, number: 1, renders, failures, latencies }],
});
const values = (metrics: RenderMetrics, promptId: string): (number | undefined)[] =>
  ['rendered', 'failed'].map(
    (outcome) =>
      metrics
        .observations()
        .find(
          ({ attributes }) =>
            attributes?.['px0.prompt.id'] === promptId && attributes['px0.render.outcome'] === outcome,
        )?.value,
  );

describe('the counts of renders by prompt', () => {
  it('add up over windows, outcome by outcome', () => {
    const metrics = new RenderMetrics();
    metrics.add(counted('a', 3, 1));
    metrics.add(counted('a', 2, 0));
    expect(values(metrics, 'a')).toEqual([5, 1]);
  });

  it('tell violations of contracts by their outcome, of the prompts that have some and of all others together', () => {
    const metrics = new RenderMetrics();
    metrics.add(counted('a', 3, 1));
    const told = () =>
      metrics
        .contractObservations()
        .map(
          ({ value, attributes }) =>
            `${attributes?.['px0.prompt.id']} ${attributes?.['px0.contract.outcome']} ${value}`,
        );
    expect(told()).toEqual(['other violation 0', 'other warning 0']);
    metrics.countContract('a', 'violation');
    metrics.countContract('a', 'violation');
    for (let i = 0; i < 1_000; i += 1) metrics.countContract(`prompt-${i}`, 'warning');
    expect(told()).toHaveLength(2 * 201);
    expect(told().slice(0, 4)).toEqual([
      'a violation 2',
      'a warning 0',
      'prompt-0 violation 0',
      'prompt-0 warning 1',
    ]);
    expect(told().slice(-2)).toEqual(['other violation 0', 'other warning 801']);
    expect(values(metrics, 'a')).toEqual([3, 1]);
  });

  it('never have more than two hundred prompts, and lose none: the rest is counted together', () => {
    const metrics = new RenderMetrics();
    for (let i = 0; i < 1_000; i += 1) metrics.add(counted(`prompt-${i}`, 1, 0));
    const observations = metrics.observations();
    expect(new Set(observations.map(({ attributes }) => attributes?.['px0.prompt.id'])).size).toBe(201);
    expect(observations.reduce((sum, { value }) => sum + value, 0)).toBe(1_000);
    expect(values(metrics, 'other')).toEqual([800, 0]);
  });
});
