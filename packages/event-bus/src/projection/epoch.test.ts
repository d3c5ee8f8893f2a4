import { expect, it } from 'vitest';
import { Names } from '../stream/names.ts';
import { Completeness } from './completeness.ts';
import { nanosecondsOf } from './epoch.ts';

it.each([
  ['2026-01-01T00:00:00Z', '1767225600000000000'],
  ['2026-01-01T00:00:00.5Z', '1767225600500000000'],
  ['2026-01-01T00:00:00.000000001Z', '1767225600000000001'],
  ['2026-01-01T01:00:00.123456789+01:00', '1767225600123456789'],
])('%s is spelled as deliveries spell it', (timestamp, nanoseconds) => {
  expect(nanosecondsOf(timestamp)).toBe(nanoseconds);
});

it('a prefix sets subjects and streams apart, and may not break them', () => {
  const names = new Names('t1_');
  expect(names.stream('state')).toBe('t1_PX0_STATE');
  expect(names.subjects('body')).toBe('t1_px0.body.>');
  expect(names.fromWire(names.onWire('px0.state.a.b.c'))).toBe('px0.state.a.b.c');
  expect(() => new Names('a.b')).toThrow('no stream prefix');
});

it('a context’s complete counts only in the epoch that it names, and is swept once', () => {
  const completeness = new Completeness(['identity', 'tenancy']);
  completeness.enter('7');
  completeness.note('identity', '6');
  completeness.note('tenancy', '7');
  expect(completeness.missing).toEqual(['identity']);
  expect(completeness.takeSweep()).toEqual(new Set(['tenancy']));
  completeness.note('tenancy', '7');
  expect(completeness.swept).toBe(true);
  completeness.note('identity', '7');
  expect(completeness.all).toBe(true);
  completeness.enter('8');
  expect(completeness.all).toBe(false);
});
