import { describe, expect, it } from 'vitest';
import { microseconds } from './timestamp.ts';

describe('microseconds', () => {
  it.each([
    ['2026-01-01T00:00:05Z', '2026-01-01T00:00:05.1Z'],
    ['2026-01-01T00:00:05.1Z', '2026-01-01T00:00:05.100001Z'],
    ['2026-01-01T00:00:05.000001Z', '2026-01-01T00:00:05.00001Z'],
    ['2026-01-01T00:00:05.999999Z', '2026-01-01T00:00:06Z'],
    ['2026-01-01T00:00:05.1Z', '2026-01-01T00:00:05.12Z'],
  ])('puts %s before %s', (earlier, later) => {
    expect(microseconds(earlier)).toBeLessThan(microseconds(later));
  });

  it('is exact to the sixth digit', () => {
    expect(microseconds('1970-01-01T00:00:01.234567Z')).toBe(1_234_567);
    expect(microseconds('1970-01-01T00:00:01.2Z')).toBe(1_200_000);
  });
});
