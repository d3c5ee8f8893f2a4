import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compactJson } from './compact-json.ts';

it('a JSON text without its blanks is what JSON.stringify makes of its value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 1, '\t', ' \r'), (value, space) => {
      const compact = JSON.stringify(value);
      const { bytes, marks } = compactJson(JSON.stringify(value, undefined, space));
      expect(Buffer.from(bytes).toString()).toBe(compact);
      expect(marks).toBeLessThanOrEqual(2 * valuesOf(value));
    }),
  );
});

it('keeps texts and numbers as they are written', () => {
  const text = String.raw`{ "a b\" , [" : "\\", "é" : 1.50e+400 , "n": [ 12345678901234567890 , { } ] }`;
  expect(Buffer.from(compactJson(text).bytes).toString()).toBe(
    String.raw`{"a b\" , [":"\\","é":1.50e+400,"n":[12345678901234567890,{}]}`,
  );
});

function valuesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, part) => sum + valuesOf(part), 1);
}
