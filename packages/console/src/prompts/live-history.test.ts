import { expect, it } from 'vitest';
import { liveAt, liveSteps, wentLive } from './live-history.ts';

const entry = (
  created_at: string,
  action: string,
  version: number,
  details: Readonly<Record<string, string | number>> = {},
) => ({ action, version, details, created_at });

/** Version 1 live on the 2nd, 2 on the 4th, none from the 6th, 3 on the 8th; the newest first. */
const steps = liveSteps([
  entry('2026-03-08T10:00:00Z', 'version.promoted', 3, { from: 'stable', to: 'live' }),
  entry('2026-03-07T10:00:00Z', 'version.archived', 1, { from: 'stable', to: 'archived' }),
  entry('2026-03-06T10:00:00Z', 'version.demoted', 2, { from: 'live', to: 'stable' }),
  entry('2026-03-04T10:00:00Z', 'version.promoted', 2, { from: 'stable', to: 'live', replaced: 1 }),
  entry('2026-03-02T10:00:00Z', 'version.promoted', 1, { from: 'stable', to: 'live' }),
  entry('2026-03-01T10:00:00Z', 'version.promoted', 1, { from: 'draft', to: 'stable' }),
]);
const on = (day: number) => liveAt(steps, Date.parse(`2026-03-0${day}T12:00:00Z`), 3);

it('knows what was live on a day', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 9].map(on)).toEqual([null, 1, 1, 2, 2, null, null, 3, 3]);
});

it('takes what is live now where nothing has happened since', () => {
  expect(liveAt([], 0, 5)).toBe(5);
  expect(liveAt([], 0, null)).toBeNull();
});

it('lists what went live in a period', () => {
  const period = { from: new Date('2026-03-04T00:00:00Z'), to: new Date('2026-03-09T00:00:00Z') };
  expect(wentLive(steps, period).map(({ version, before }) => [version, before])).toEqual([
    [2, 1],
    [3, null],
  ]);
});
