import { expect, it } from 'vitest';
import { millisecondsText, usageSeries, windowOf } from './usage-series.ts';

const now = Date.parse('2026-03-04T10:20:00Z');
const row = (hour: string, version: number, renders: number, failures = 0, p95: number | null = 1) => ({
  hour,
  version,
  renders,
  failures,
  p50_ms: null,
  p95_ms: p95,
  p99_ms: null,
});

it('a range ends with the present step and lies on whole ones', () => {
  expect(windowOf('24h', now)).toMatchObject({
    from: new Date('2026-03-03T11:00:00Z'),
    to: new Date('2026-03-04T11:00:00Z'),
  });
  expect(windowOf('7d', now)).toMatchObject({
    from: new Date('2026-02-26T00:00:00Z'),
    to: new Date('2026-03-05T00:00:00Z'),
  });
});

it('every step has a bar, also one without renders', () => {
  const { bars, totals, renders } = usageSeries(
    [
      row('2026-03-04T10:00:00Z', 2, 5, 1),
      row('2026-03-04T10:00:00.000000Z', 1, 3),
      row('2026-03-04T09:00:00Z', 1, 2, 0, 4),
    ],
    windowOf('24h', now),
  );
  expect(bars).toHaveLength(24);
  expect(bars.at(-1)?.cells.map(({ version }) => version)).toEqual([1, 2]);
  expect(bars.at(-1)).toMatchObject({ renders: 8, failures: 1 });
  expect(totals).toEqual([
    { version: 2, renders: 5, failures: 1, worstP95: 1 },
    { version: 1, renders: 5, failures: 0, worstP95: 4 },
  ]);
  expect(renders).toBe(10);
});

it('durations read like durations', () => {
  expect([0.0625, 1.44, 120.4, null].map(millisecondsText)).toEqual(['0.06 ms', '1.4 ms', '120 ms', '–']);
});
