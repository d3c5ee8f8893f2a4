import { expect, it } from 'vitest';
import { promptPageSearch } from './prompt-page-search.ts';

it('keeps what the page can show', () => {
  const search = { tab: 'usage', show: 'draft', range: '7d', by: 'hour', kind: 'live', who: 'someone' };
  expect(promptPageSearch(search)).toEqual(search);
});

it('drops what is the default or makes no sense', () => {
  expect(promptPageSearch({ tab: 'versions', range: '24h' })).toEqual({});
  expect(
    promptPageSearch({ tab: 'x', show: 1, range: '2y', by: 'minute', kind: 'toString', who: '' }),
  ).toEqual({});
});
