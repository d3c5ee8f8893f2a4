import { describe, expect, it } from 'vitest';
import { ReconnectPolicy } from './reconnect.ts';

const retryMs = [0, 2_000] as const;

describe('the next attempt', () => {
  it('comes soon after a stream that had lived', () => {
    const policy = new ReconnectPolicy(() => 0.5);
    expect(policy.afterBreak({ livedMs: 10_000, retryMs })).toBe(1_000);
    expect(policy.afterBreak({ livedMs: 10_000, retryMs: [1_000, 2_000] })).toBe(1_500);
  });

  it('comes later with each failure, by full jitter, within 30 s, and soon again after a good stream', () => {
    const policy = new ReconnectPolicy(() => 0.5);
    const waits = Array.from({ length: 8 }, () => policy.afterBreak({ livedMs: 9_999, retryMs }));
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    policy.afterBreak({ livedMs: 10_000, retryMs });
    expect(policy.afterBreak({ livedMs: 0, retryMs })).toBe(500);
    expect(new ReconnectPolicy(() => 0).afterBreak({ livedMs: 0, retryMs })).toBe(0);
  });

  it('never comes before the time that px0 named', () => {
    const policy = new ReconnectPolicy(() => 0.5);
    expect(policy.afterBreak({ livedMs: 0, retryMs, retryAfterMs: 5_000 })).toBe(5_000);
    expect(policy.afterBreak({ livedMs: 10_000, retryMs, retryAfterMs: 5_000 })).toBe(5_000);
  });

  it('of a caller that is refused comes ever more rarely, until px0 delivers again', () => {
    const policy = new ReconnectPolicy(() => 0.5);
    const waits = Array.from({ length: 7 }, () => policy.afterRefusal());
    expect(waits).toEqual([30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000]);
    policy.delivered();
    expect(policy.afterRefusal()).toBe(30_000);
  });

  it('of many processes is spread', () => {
    expect(new ReconnectPolicy(() => 0).spread(30_000)).toBe(27_000);
    expect(new ReconnectPolicy(() => 0.999).spread(30_000)).toBeCloseTo(33_000, -2);
  });
});
