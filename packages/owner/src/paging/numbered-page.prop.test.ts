import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pageRequest, positiveInteger, readPage } from './numbered-page.ts';

it.each([
  [undefined, undefined, 1, 10],
  ['', '', 1, 10],
  ['0', '0', 1, 10],
  ['-3', '-1', 1, 10],
  ['2', '5', 2, 5],
  ['+2', '100', 2, 100],
  ['1.5', '101', 1, 100],
  ['1e3', 'x', 1, 10],
  ['99999999999999999999', '7', Number.MAX_SAFE_INTEGER, 7],
])('page=%j and limit=%j mean page %i of %i', (page, limit, expectedPage, expectedLimit) => {
  const query = { ...(page === undefined ? {} : { page }), ...(limit === undefined ? {} : { limit }) };
  expect(pageRequest(query)).toEqual({ page: expectedPage, limit: expectedLimit });
});

it('any text is a positive, exact integer', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.bigInt().map(String)), (text) => {
      const value = positiveInteger(text, 1);
      expect(Number.isSafeInteger(value)).toBe(true);
      expect(value).toBeGreaterThan(0);
    }),
  );
});

it('the pages of a list, put together, are the list; a page past the end is empty and knows the total', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer(), { maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      async (list, limit) => {
        const read = (page: number) =>
          readPage(
            { page, limit },
            async () => list.length,
            async ({ offset, limit: size }) => list.slice(offset, offset + size),
          );
        const pages = Math.ceil(list.length / limit);
        const all = await Promise.all(Array.from({ length: pages }, (_, index) => read(index + 1)));
        expect(all.flatMap((page) => page.items)).toEqual(list);
        expect(await read(pages + 1)).toEqual({ page: pages + 1, limit, total: list.length, items: [] });
        expect((await read(Number.MAX_SAFE_INTEGER)).items).toEqual([]);
      },
    ),
  );
});
