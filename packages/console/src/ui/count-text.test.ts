import { expect, it } from 'vitest';
import { countText } from './count-text.ts';

it.each([
  [0, '0'],
  [999, '999'],
  [1_000, '1K'],
  [1_249, '1.2K'],
  [9_940, '9.9K'],
  [9_960, '10K'],
  [35_400, '35K'],
  [999_499, '999K'],
  [999_500, '1M'],
  [4_000_000, '4M'],
  [2_500_000_000, '2.5B'],
  [7e18, '7000000T'],
])('%s is %s', (count, text) => {
  expect(countText(count)).toBe(text);
});
