import { describe, expect, it } from 'vitest';
import { signingKeyAt } from './signing-key.ts';

const now = Date.parse('2026-06-01T00:00:00Z');
const key = (activates_at: string, retires_at: string | null = null) => ({ activates_at, retires_at });

describe('the key that signs', () => {
  it('is the youngest active one', () => {
    const old = key('2026-01-01T00:00:00Z');
    const young = key('2026-05-01T00:00:00Z');
    expect(signingKeyAt([young, old], now)).toBe(young);
  });

  it('is not one that was published too recently to be known everywhere', () => {
    const old = key('2026-01-01T00:00:00Z');
    expect(signingKeyAt([old, key('2026-06-01T00:05:00Z')], now)).toBe(old);
  });

  it('is not a retired one', () => {
    expect(signingKeyAt([key('2026-01-01T00:00:00Z', '2026-06-01T00:00:00Z')], now)).toBeUndefined();
    expect(signingKeyAt([], now)).toBeUndefined();
  });
});
