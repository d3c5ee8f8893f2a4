import fc from 'fast-check';
import { expect, it } from 'vitest';
import { asJson } from '../json/mod.ts';
import { linesOf, valuesIn } from './value-lines.ts';

const text = fc.oneof(
  fc.string(),
  fc.constantFrom('', ' ', ' a', 'a b', '1', '"a"', '"', 'null', 'a\nb', 'a\r', '{', '[]', 'true'),
);

it('values are the same after they were shown and read', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(text, fc.jsonValue({ maxDepth: 2 }))), (values) => {
      // JSON knows one zero.
      const json = JSON.parse(JSON.stringify(values)).map(asJson);
      expect(valuesIn(linesOf(json, 'values'), 'values')).toEqual(json);
    }),
  );
  fc.assert(
    fc.property(fc.array(text), (values) => {
      expect(valuesIn(linesOf(values, 'texts'), 'texts')).toEqual(values);
    }),
  );
});

it('a text needs no quotes, and a number is one unless only texts are allowed', () => {
  expect(valuesIn('formal\n\n5\ntrue\n', 'values')).toEqual(['formal', 5, true]);
  expect(valuesIn('formal\n5\n"5"', 'texts')).toEqual(['formal', '5', '5']);
  expect(linesOf(['formal', '5', 5], 'values')).toBe('formal\n"5"\n5');
  expect(linesOf(['formal', '5'], 'texts')).toBe('formal\n5');
});
