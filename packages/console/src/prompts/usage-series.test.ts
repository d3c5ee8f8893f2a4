import { expect, it } from 'vitest';
import { windowOf } from './usage-ranges.ts';
import { millisecondsText, namedVersions, partsOf, shareText, usageSeries } from './usage-series.ts';

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

it('a week can be looked at by hour', () => {
  expect(windowOf('7d', now, 'hour')).toEqual({
    from: new Date('2026-02-25T11:00:00Z'),
    to: new Date('2026-03-04T11:00:00Z'),
    step: 'hour',
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

it('of many versions, the live one and those rendered most have a colour of their own, and the rest is one', () => {
  const hour = '2026-03-04T10:00:00Z';
  const usage = Array.from({ length: 25 }, (_, at) => row(hour, at + 1, at === 23 ? 1 : 100 - at));
  const series = usageSeries(usage, windowOf('24h', now));
  expect(namedVersions(series, 24)).toEqual([24, 4, 3, 2, 1]);
  expect(namedVersions(series, undefined)).toEqual([4, 3, 2, 1]);
  // A live version that nobody rendered needs no colour.
  expect(namedVersions(series, 26)).toEqual([4, 3, 2, 1]);
  const bar = series.bars.at(-1);
  const parts = bar === undefined ? [] : partsOf(bar, [24, 4, 3, 2, 1]);
  expect(parts.map(({ version }) => version)).toEqual(['others', 1, 2, 3, 4, 24]);
  expect(parts.reduce((sum, { renders }) => sum + renders, 0)).toBe(bar?.renders);
});

it('shares read like shares', () => {
  expect([shareText(0, 0), shareText(0, 9), shareText(1, 25), shareText(1, 400), shareText(1, 1e6)]).toEqual([
    '0%',
    '0%',
    '4%',
    '0.25%',
    '<0.01%',
  ]);
});
