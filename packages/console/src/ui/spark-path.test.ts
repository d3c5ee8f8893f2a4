import { expect, it } from 'vitest';
import { sparkPath } from './spark-path.ts';

const size = { width: 30, height: 10 };

it('draws a bar for each value above zero, as high as its share of the highest', () => {
  expect(sparkPath([0, 5, 10], size)).toBe('M10 10v-5h7v5zM20 10v-10h7v10z');
});

it('shows a small value among large ones, and nothing for none', () => {
  expect(sparkPath([1, 100_000], size)).toContain('v-1h');
  expect(sparkPath([0, 0], size)).toBe('');
  expect(sparkPath([], size)).toBe('');
});
