import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TextTable } from './text-table.ts';

it('finds each text that was added and no other', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀'), maxLength: 6 });
  fc.assert(
    fc.property(fc.uniqueArray(text, { maxLength: 40 }), fc.array(text), (texts, others) => {
      const table = new TextTable<number>();
      texts.forEach((one, index) => {
        expect(table.get(one)).toBeUndefined();
        table.add(one, index);
      });
      expect(table.size).toBe(texts.length);
      for (const one of [...texts, ...others])
        expect(table.get(one)).toBe(texts.includes(one) ? texts.indexOf(one) : undefined);
      table.clear();
      expect(table.size).toBe(0);
      for (const one of texts) expect(table.get(one)).toBeUndefined();
    }),
  );
});

it('finds a text in another string with the same content', () => {
  const table = new TextTable<string>();
  table.add('x'.repeat(5000), 'found');
  expect(table.get(Array.from({ length: 5000 }, () => 'x').join(''))).toBe('found');
});
