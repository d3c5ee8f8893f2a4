import { expect, it } from 'vitest';
import { latestReturns } from './epoch.ts';
import { Returns } from './returns.ts';
import { SubjectTable } from './subject-table.ts';

const message = (sequence: number, epoch = '') => ({ sequence, epoch: () => epoch });
const mark = (epoch: string, sequence: number, wentBack?: Record<string, string>, streamCreatedAt = 'a') => ({
  epoch,
  sequence,
  streamCreatedAt,
  ...(wentBack && { wentBack }),
});

it('an epoch that begins for another reason changes nothing', () => {
  const returns = new Returns();
  expect([...returns.enter(mark('5', 10))]).toEqual([]);
  expect(returns.counts('tenancy', message(1, '4'))).toBe(true);
  expect(returns.since('tenancy')).toBe('');
});

it('of a context that went back, only what was published since counts', () => {
  const returns = new Returns();
  expect([...returns.enter(mark('5', 10, { tenancy: '5' }))]).toEqual(['tenancy']);
  expect(returns.counts('tenancy', message(9, '4'))).toBe(false);
  expect(returns.counts('tenancy', message(11, '4'))).toBe(false);
  expect(returns.counts('tenancy', message(11, '5'))).toBe(true);
  expect(returns.counts('tenancy', message(10))).toBe(false);
  expect(returns.counts('tenancy', message(11))).toBe(true);
  expect(returns.counts('registry', message(1, '4'))).toBe(true);
});

it('a later epoch repeats it, and a reader that missed the first is told by the second', () => {
  const [there, away] = [new Returns(), new Returns()];
  there.enter(mark('5', 10, { tenancy: '5' }));
  const second = mark('6', 20, { tenancy: '5', registry: '6' });
  expect([...there.enter(second)]).toEqual(['registry']);
  expect([...away.enter(second)]).toEqual(['tenancy', 'registry']);
  expect(there.counts('tenancy', message(15, '5'))).toBe(true);
  // The database may have lost it since, which only those notice who hold it.
  expect(away.counts('tenancy', message(15, '5'))).toBe(true);
  expect(away.counts('tenancy', message(15))).toBe(false);
});

it('sequences of another stream mean nothing', () => {
  const returns = new Returns();
  returns.enter(mark('5', 1_000, { tenancy: '5' }));
  expect([...returns.enter(mark('6', 1, { tenancy: '5' }, 'b'))]).toEqual([]);
  expect(returns.counts('tenancy', message(2, '6'))).toBe(true);
});

it('of several that know of returns, the latest counts', () => {
  expect(latestReturns(undefined, { a: '9', b: '10' }, { a: '10', b: '9' })).toEqual({ a: '10', b: '10' });
  expect(latestReturns(undefined, {})).toBeUndefined();
});

it('a revision that is forgotten is replaced by a lower one, and stays alive until then', () => {
  const table = new SubjectTable();
  table.note('a', 9, 1, true);
  table.note('b', 9, 2, true);
  table.forgetRevisions((subject) => subject === 'a');
  expect([...table.held(() => true)]).toEqual([{ subject: 'b', revision: 9 }]);
  table.note('a', 3, 4, true);
  expect(table.revision('a')).toBe(3);
  table.forgetRevisions(() => true);
  expect([...table.dropNotShownAbove(3, () => true)]).toEqual([{ subject: 'b', alive: true }]);
});
