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

describe('a table on a terminal', () => {
  const head = ['SLUG', 'NAME', 'NOTE'];
  const rows = [['greeting', 'A name that is long', 'A note that is longer than the name']];

  it('is as wide as it is where nobody says how wide it may be', () => {
    expect(table(head, rows)).toContain('A note that is longer than the name');
  });

  it('loses the ends of its flexible columns, one after the other, and no more than it must', () => {
    const widthOf = (width: number) =>
      table(head, rows, { width, flexible: ['NOTE', 'NAME'] })
        .split('\n')
        .at(-1);
    expect(widthOf(66)).toBe('greeting  A name that is long  A note that is longer than the name');
    expect(widthOf(50)).toBe('greeting  A name that is long  A note that is lon…');
    expect(widthOf(40)).toBe('greeting  A name that is …  A note that…');
    expect(widthOf(1)).toBe('greeting  A name that…  A note that…');
  });

  it('counts characters, not their halves', () => {
    expect(table(['A'], [['👩👩👩👩👩👩👩👩👩👩👩👩👩']], { width: 12, flexible: ['A'] })).toBe(
      `A\n${'👩'.repeat(11)}…`,
    );
  });
});
