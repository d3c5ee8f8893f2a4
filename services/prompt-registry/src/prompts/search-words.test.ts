import { expect, test } from 'vitest';
import { searchWords } from './search-words.ts';

test.each([
  ['Refund mail, v1.2', ['refund', 'mail', 'v1', '2']],
  ['under_score-and/slash', ['under', 'score', 'and', 'slash']],
  ['ÄRGER ärger', ['ärger']],
  ['e\u0301te\u0301', ['été']],
  ['x²½', ['x21', '2']],
  ["!!! & ' | :*", []],
  ['हिन्दी', ['हिन्दी']],
])('%j is known by %j', (text, words) => {
  expect(searchWords(text)).toEqual(words);
});

test('a word is cut where the database would refuse it', () => {
  expect(searchWords('𝔘'.repeat(5_000))).toEqual(['U'.toLowerCase().repeat(100)]);
});
