import { isInWord } from '@px0/template/pinned-text';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { searchWords } from './search-words.ts';

it.each([
  ['Refund mail, v1.2', ['refund', 'mail', 'v1', '2']],
  ['under_score-and/slash', ['under', 'score', 'and', 'slash']],
  ['ÄRGER ärger', ['ärger']],
  ['e\u0301te\u0301', ['été']],
  ['x²½', ['x21', '2']],
  ["!!! & ' | :*", []],
  ['हिन्दी', ['हिन्दी']],
  ['ΟΔΟΣ ΣΑΣ', ['οδος', 'σας']],
  ['\u0301', ['\u0301']],
  ['№ ①', ['no', '1']],
  // Letters of later versions of Unicode are none here, and those that got a capital there keep their case.
  ['a\u{10d50}b \u{16ea0} \u1c8a \u019b', ['a', 'b', '\u019b']],
])('%j is known by %j', (text, words) => {
  expect(searchWords(text)).toEqual(words);
});

it('a word is cut where the database would refuse it', () => {
  expect(searchWords('𝔘'.repeat(5_000))).toEqual(['U'.toLowerCase().repeat(100)]);
});

it('marks beyond what a letter can bear are left out', () => {
  const marks = '\u0301\u0323'.repeat(50_000);
  expect(searchWords(`x${marks} y`)).toEqual([['x', ...marks.slice(0, 30)].join('').normalize('NFKC'), 'y']);
});

it('words are those that the platform makes of what Unicode 15 has', () => {
  const later = /[\u019b\u0264\ua7cb\ua7d3\ua7d5]/;
  const byPlatform = (text: string) =>
    new Set(
      text
        .normalize('NFKC')
        .toLowerCase()
        .match(/[\p{L}\p{N}\p{M}]+/gu) ?? [],
    );
  fc.assert(
    fc.property(
      fc.string({
        unit: fc
          .oneof(fc.nat({ max: 0x7f }), fc.nat({ max: 0x2fff }))
          .map((point) => String.fromCodePoint(point)),
      }),
      (text) => {
        const isKnown = (one: string) =>
          isInWord(one.codePointAt(0) ?? 0) || !/[\p{L}\p{N}\p{M}\p{Cn}]/u.test(one);
        const known = [...text].filter((one) => !later.test(one) && isKnown(one)).join('');
        expect(searchWords(known)).toEqual(
          [...byPlatform(known)].map((word) => [...word].slice(0, 100).join('')),
        );
      },
    ),
  );
});
