import { expect, it } from 'vitest';
import { exactTimeText, timeText } from './time-text.ts';

it('a time is told as a distance within a week, before and after, and otherwise as a date', () => {
  const now = Date.parse('2026-03-10T12:00:00Z');
  expect(timeText('2026-03-10T11:59:55Z', now)).toBe('just now');
  expect(timeText('2026-03-10T11:59:30Z', now)).toBe('30 seconds ago');
  expect(timeText('2026-03-10T09:00:00Z', now)).toBe('3 hours ago');
  expect(timeText('2026-03-09T11:00:00Z', now)).toBe('yesterday');
  expect(timeText('2026-03-13T13:00:00Z', now)).toBe('in 3 days');
  expect(timeText('2026-01-02T12:00:00Z', now)).toBe('Jan 2, 2026');
});

it('an exact time has its seconds, each part with two digits', () => {
  expect(exactTimeText(new Date(2026, 0, 2, 3, 4, 5).toISOString())).toBe('Jan 2, 2026, 03:04:05');
});
