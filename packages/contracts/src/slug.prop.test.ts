import { isLetterOrDigit } from '@px0/template/pinned-text';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { characters, normaliseSlug } from './slug.ts';

/** Any code points; fast-check's own arbitrary for that takes a second to build. */
const anyText = fc.string({ unit: fc.nat({ max: 0x10ffff }).map((point) => String.fromCodePoint(point)) });

describe('a slug', () => {
  it.each([
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
    // Letters that later versions of Unicode gave a capital, or encoded: not known to Unicode 15, or without case in it.
    ['a\u019b\u0264z', 'a\u019b\u0264z'],
    ['\u1c89a\u1c8a', 'a'],
    ['a\ua7cb\ua7dcz', 'a_z'],
    ['a\u{10d50}\u{10d70}\u{16ea0}\u{16ebb}z', 'a_z'],
  ])('%j becomes %j', (text, slug) => {
    expect(normaliseSlug(text)).toBe(slug);
  });

  it('is made of what Unicode 15 has as the platform would make it', () => {
    /** What the platform calls a letter or a digit may be one of a later version, so its own classes are cut by the table of 15. */
    const isKnown = (character: string) =>
      isLetterOrDigit(character.codePointAt(0) ?? 0) || !/[\p{L}\p{Nd}]/u.test(character);
    const byPlatform = (text: string) =>
      [...text]
        .map((character) => [...character.toLowerCase()][0] ?? '')
        .join('')
        .replace(/[^\p{L}\p{Nd}]+/gu, '_')
        .replace(/^_|_$/g, '');
    fc.assert(
      fc.property(anyText, (text) => {
        const known = [...text].filter(isKnown).join('');
        expect(normaliseSlug(known)).toBe(byPlatform(known));
      }),
    );
  });

  it('is its own normal form', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const slug = normaliseSlug(text);
        expect(normaliseSlug(slug)).toBe(slug);
      }),
    );
  });

  it('never grows beyond the text that it came from', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(characters(normaliseSlug(text))).toBeLessThanOrEqual(characters(text));
      }),
    );
  });
});
