import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compatibilityForm,
  isInWord,
  lowerCase,
  simpleLower,
  simpleUpper,
  upperCase,
} from '../pinned-text.ts';
import { RangeTable } from './range-table.ts';
import { ASSIGNED, DIGITS, LETTERS, PRINTABLE, WORDS } from './tables.ts';

const CODE_POINTS = 0x110000;
/** Made from Go's own tables, which the encoded ones are compared with. */
const digests: unknown = JSON.parse(
  readFileSync(new URL('../../test/unicode-digests.json', import.meta.url), 'utf8'),
);

function digest(of: (codePoint: number) => number): string {
  const numbers = Int32Array.from({ length: CODE_POINTS }, (_, codePoint) => of(codePoint));
  return createHash('sha256').update(new Uint8Array(numbers.buffer)).digest('hex');
}

const inTable = (encoded: string) => {
  const table = new RangeTable(encoded);
  return (codePoint: number) => Number(table.has(codePoint));
};

it('the tables say of every code point what Go says', () => {
  expect({
    unicode: '15.0.0',
    LETTERS: digest(inTable(LETTERS)),
    DIGITS: digest(inTable(DIGITS)),
    PRINTABLE: digest(inTable(PRINTABLE)),
    WORDS: digest(inTable(WORDS)),
    ASSIGNED: digest(inTable(ASSIGNED)),
    UPPER: digest(simpleUpper),
    LOWER: digest(simpleLower),
  }).toEqual(digests);
});

/** What later versions of Unicode have given a partner, or encoded as a pair. */
const later = [0x19b, 0x264, 0x1c89, 0x1c8a, 0xa7cb, 0xa7d2, 0xa7d3, 0xa7d4, 0xa7d5]
  .concat([0xa7cc, 0xa7cd, 0xa7ce, 0xa7cf, 0xa7da, 0xa7db, 0xa7dc])
  .concat(between(0x10d50, 0x10d85), between(0x16ea0, 0x16ed3));

function between(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

describe('letters of later versions', () => {
  it('stay as they are in both directions', () => {
    for (const codePoint of later) {
      const text = String.fromCodePoint(codePoint);
      expect([simpleUpper(codePoint), simpleLower(codePoint)]).toEqual([codePoint, codePoint]);
      expect([upperCase(text), lowerCase(text)]).toEqual([text, text]);
    }
  });

  it('are in no word', () => {
    expect(isInWord(0x1c8a)).toBe(false);
    expect(isInWord(0x19b)).toBe(true);
  });
});

/** The platform has Unicode 15 or a later version, which may not change what 15 says of its own characters. */
const assigned = new RangeTable(ASSIGNED);
const changed = new Set(later.map((codePoint) => String.fromCodePoint(codePoint)));
const known = fc
  .oneof(fc.nat({ max: 0x2fff }), fc.nat({ max: 0x10ffff }))
  .filter((codePoint) => assigned.has(codePoint) && !(codePoint >= 0xd800 && codePoint <= 0xdfff))
  .map((codePoint) => String.fromCodePoint(codePoint))
  .filter((character) => !changed.has(character));
const sigmas = fc.constantFrom('Σ', 'Α', 'a', "'", '\u0301', '\u00ad', ' ', '.', 'ͺ', 'ª', '1', 'İ', 'ß');
const text = fc.string({ unit: fc.oneof(sigmas, known) });

describe('a text of characters that Unicode 15 has', () => {
  it('is mapped as the platform maps it', () => {
    for (let codePoint = 0; codePoint < CODE_POINTS; codePoint += 1) {
      const character = String.fromCodePoint(codePoint);
      if (!assigned.has(codePoint) || changed.has(character)) continue;
      if (upperCase(character) !== character.toUpperCase())
        expect(upperCase(character)).toBe(character.toUpperCase());
      if (lowerCase(character) !== character.toLowerCase())
        expect(lowerCase(character)).toBe(character.toLowerCase());
    }
    fc.assert(
      fc.property(text, (one) => {
        expect(lowerCase(one)).toBe(one.toLowerCase());
        expect(upperCase(one)).toBe(one.toUpperCase());
        expect(compatibilityForm(one)).toBe(one.normalize('NFKC'));
      }),
    );
  });

  it('is cut by one of a later version as by a character that means nothing', () => {
    expect(lowerCase('ΑΣ\u{10d50}Α')).toBe('ας\u{10d50}α');
    expect(compatibilityForm('a\u{10d69}\u0301')).toBe('a\u{10d69}\u0301');
  });
});
