import { describe, expect, it } from 'vitest';
import { nextChangeAfter, type Observed, stateAt } from './connection-state.ts';

const times = { initTimeoutMs: 2_000, beatMs: 15_000 };
const nothing: Observed = {
  isClosed: false,
  isRefused: false,
  holdsAnything: false,
  startedAt: 0,
  heardAt: undefined,
  confirmedAt: undefined,
  isPx0Stale: false,
};
const held = { ...nothing, holdsAnything: true };
const inStep = { ...held, heardAt: 100_000, confirmedAt: 100_000 };

describe('the state of a client', () => {
  it.each([
    ['initializing', 1_999, nothing],
    ['offline', 2_000, nothing],
    // A state file, a bundle.
    ['offline', 0, held],
    ['ready', 144_999, inStep],
    ['stale', 145_000, inStep],
    ['stale', 159_999, inStep],
    ['offline', 160_000, inStep],
    ['stale', 100_001, { ...inStep, isPx0Stale: true }],
    ['offline', 160_000, { ...inStep, heardAt: 159_999, isPx0Stale: true }],
    ['refused', 100_000, { ...inStep, isRefused: true }],
    ['closed', 100_000, { ...inStep, isRefused: true, isClosed: true }],
  ] as const)('is %s at %d ms', (state, now, observed) => {
    expect(stateAt(now, observed, times)).toBe(state);
  });

  it('may change only at the moments that it names', () => {
    expect(nextChangeAfter(0, nothing, times)).toBe(2_000);
    expect(nextChangeAfter(100_000, inStep, times)).toBe(45_000);
    expect(nextChangeAfter(145_000, inStep, times)).toBe(15_000);
    expect(nextChangeAfter(160_000, inStep, times)).toBeUndefined();
  });
});
