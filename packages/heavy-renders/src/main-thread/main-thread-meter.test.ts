import { compile } from '@px0/template';
import { describe, expect, it, vi } from 'vitest';
import { BudgetSpent, MainThreadMeter } from './main-thread-meter.ts';

describe('the meter of the main thread', () => {
  it('ends a render that takes long, and lets the others be', () => {
    const meter = new MainThreadMeter();
    const long = compile('{{range 1000}}{{range 1000}}{{end}}{{end}}');
    expect(() => long.render({}, { meter: meter.begin(false) })).toThrow(BudgetSpent);
    expect(compile('{{range 10}}x{{end}}').render({}, { meter: meter.begin(false) })).toBe('x'.repeat(10));
  });

  it.each([
    [false, 8],
    [true, 1],
  ])('gives a caller whose organization is busy (%s) %d ms', (isBusy, budget) => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(1_000);
    try {
      const meter = new MainThreadMeter().begin(isBusy);
      now.mockReturnValue(1_000 + budget);
      expect(() => meter.proceed(0)).not.toThrow();
      expect(() => meter.proceed(100)).toThrow(BudgetSpent);
      now.mockReturnValue(1_000);
      expect(() => meter.proceed(budget * 1e6)).not.toThrow();
      expect(() => meter.proceed(budget * 1e6 + 1_000)).toThrow(BudgetSpent);
    } finally {
      now.mockRestore();
    }
  });

  it('ends a render whose output is too long to be serialised there', () => {
    const template = compile('{{range 11}}{{$.text}}{{end}}');
    const meter = new MainThreadMeter().begin(false);
    expect(() => template.render({ text: 'x'.repeat(100_000) }, { meter })).toThrow(BudgetSpent);
  });
});
