/** The verdict on a run under load: it finds what grows, and lets be what breathes. */
import { expect, it } from 'vitest';
import { growthOf } from './report.ts';
import type { Sample } from './sampler.ts';

const steady: Omit<Sample, 'atSeconds'> = {
  memory: { render: 200 },
  handles: { render: 40 },
  owed: 0,
  outbox: 90,
  lagMs: 3,
};

function samples(change: (at: number) => Partial<Sample>): Sample[] {
  return Array.from({ length: 40 }, (_none, at) => ({ atSeconds: at, ...steady, ...change(at) }));
}

it('memory that goes up and down is no growth; what rises all the time is', () => {
  expect(growthOf(samples((at) => ({ memory: { render: 200 + (at % 5) * 20 } })))).toEqual([]);
  expect(growthOf(samples((at) => ({ memory: { render: 200 + at * 10 } })))).toEqual([
    'memory of render, MiB grew from 350 to 550',
  ]);
});

it('so are handles, rows that are owed, rows, and lag', () => {
  expect(
    growthOf(
      samples((at) => ({
        handles: { render: 40 + at * 10 },
        owed: at * 10,
        outbox: at * 10,
        lagMs: at * 100,
      })),
    ),
  ).toHaveLength(4);
});

it('a measurement that is missing is no good sign', () => {
  expect(growthOf(samples(() => ({ memory: { render: Number.NaN } })))).toHaveLength(1);
});
