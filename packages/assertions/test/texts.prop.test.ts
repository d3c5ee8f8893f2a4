import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonKind } from '../src/json-text.ts';
import { countCharacters, firstDifference, includesText } from '../src/text-search.ts';

const letters = fc.string({ unit: fc.constantFrom('a', 'b', '😀', '😁', '\u{10000}') });

it('a part is found by the quick way and by the sure one alike', () => {
  fc.assert(
    fc.property(letters, letters, fc.nat(200), (text, part, times) => {
      // Long enough for the sure way.
      const filling = 'ab'.repeat(1_500);
      const needle = filling + part;
      const haystack = filling + text + filling.repeat(1 + (times % 3)) + text + part;
      expect(includesText(haystack, needle)).toBe(haystack.includes(needle));
      expect(includesText(text, part)).toBe(text.includes(part));
    }),
  );
});

it('a part that nearly fits everywhere is looked for in time that grows with the texts only', () => {
  const part = `${'a'.repeat(32_768)}b${'a'.repeat(32_767)}`;
  expect(includesText('a'.repeat(4_000_000), part)).toBe(false);
  expect(includesText('a'.repeat(4_000_000) + part, part)).toBe(true);
});

it('texts differ first in the character that is not the same', () => {
  fc.assert(
    fc.property(letters, letters, letters, (start, one, other) => {
      const characters = [...(start + one)];
      const others = [...(start + other)];
      const at = characters.findIndex((character, index) => character !== others[index]);
      const expected =
        at >= 0 ? at + 1 : characters.length < others.length ? characters.length + 1 : undefined;
      expect(firstDifference(start + one, start + other)).toBe(expected);
      expect(countCharacters(one)).toBe([...one].length);
    }),
  );
});

it('a text is JSON exactly when JSON.parse reads it', () => {
  const written = fc
    .json()
    .chain((json) =>
      fc.tuple(
        fc.constant(json),
        fc.nat(json.length),
        fc.constantFrom('', '"', '\\', ',', ']', '}', '0', ' '),
      ),
    );
  fc.assert(
    fc.property(written, ([json, at, change]) => {
      const text = json.slice(0, at) + change + json.slice(at + (change === '' ? 0 : 1));
      expect(jsonKind(text)).toBe(kindByParsing(text));
    }),
    { examples: [[['[1]', 0, '']], [['{"a":{}}', 0, '']], [['"\u2028"', 0, '']]] },
  );
  expect([10_000, 10_001].map((depth) => jsonKind('['.repeat(depth) + ']'.repeat(depth)))).toEqual([
    'array',
    undefined,
  ]);
  expect(jsonKind(`[${'{},'.repeat(2_000_000)}1]`)).toBe('array');
});

function kindByParsing(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return 'array';
    return typeof value === 'object' && value !== null ? 'object' : 'other';
  } catch {
    return undefined;
  }
}
