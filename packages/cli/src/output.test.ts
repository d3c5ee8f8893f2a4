import { describe, expect, it } from 'vitest';
import { table } from './output.ts';

describe('a table', () => {
  it('has columns as wide as their widest cell, and no spaces at the end of a line', () => {
    expect(
      table(
        ['A', 'LONG', 'C'],
        [
          ['first', '1', ''],
          ['é', '22', 'c'],
        ],
      ),
    ).toBe(['A      LONG  C', 'first  1', 'é      22    c'].join('\n'));
  });
});
