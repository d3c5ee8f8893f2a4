import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { characters, normaliseSlug } from './slug.ts';

/** Any code points; fast-check's own arbitrary for that takes a second to build. */
const anyText = fc.string({ unit: fc.nat({ max: 0x10ffff }).map((point) => String.fromCodePoint(point)) });

describe('a slug', () => {
  test.each([
    ['My-Custom_Slug!', 'my_custom_slug'],
    ['  Hello   World ', 'hello_world'],
    ['v1.2', 'v1_2'],
    ['Café', 'café'],
    ['!!!', ''],
    ['', ''],
    ['__a__b__', 'a_b'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['İstanbul', 'istanbul'],
    ['x²½Ⅷ', 'x'],
    ['e\u0301a', 'e_a'],
    ['٣ apples', '٣_apples'],
    ['𝔘nicode', '𝔘nicode'],
    ['日本語 プロンプト', '日本語_プロンプト'],
  ])('%j becomes %j', (text, slug) => {
    expect(normaliseSlug(text)).toBe(slug);
  });

  test('is its own normal form', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const slug = normaliseSlug(text);
        expect(normaliseSlug(slug)).toBe(slug);
      }),
    );
  });

  test('never grows beyond the text that it came from', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(characters(normaliseSlug(text))).toBeLessThanOrEqual(characters(text));
      }),
    );
  });
});
