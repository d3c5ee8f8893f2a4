import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unifiedDiff } from './text-diff.ts';

const diff = (from: string, to: string) => unifiedDiff(from, to, 'a', 'b');

describe('a diff', () => {
  it('is empty for equal texts', () => {
    expect(diff('x', 'x')).toBe('');
  });

  it('has three lines of context, and hunks', () => {
    const lines = Array.from({ length: 20 }, (_, index) => String(index));
    const to = lines.with(1, 'one').with(17, 'seventeen').join('\n');
    expect(diff(lines.join('\n'), to)).toBe(`--- a
+++ b
@@ -1,5 +1,5 @@
 0
-1
+one
 2
 3
 4
@@ -15,6 +15,6 @@
 14
 15
 16
-17
+seventeen
 18
 19
`);
  });

  it.each([
    ['Hello', 'Bye', '@@ -1 +1 @@\n-Hello\n+Bye\n'],
    ['', 'Bye', '@@ -0,0 +1 @@\n+Bye\n'],
    ['Hello', '', '@@ -1 +0,0 @@\n-Hello\n'],
    ['a\nb\n', 'a\nc\n', '@@ -1,2 +1,2 @@\n a\n-b\n+c\n'],
  ])('of %j and %j', (from, to, hunks) => {
    expect(diff(from, to)).toBe(`--- a\n+++ b\n${hunks}`);
  });

  it('of texts that share too little is the one instead of the other', () => {
    const text = (word: string) => Array.from({ length: 3_000 }, (_, index) => `${word} ${index}`).join('\n');
    const lines = diff(text('a'), text('b')).split('\n');
    expect(lines[2]).toBe('@@ -1,3000 +1,3000 @@');
    expect(lines).toHaveLength(3 + 6_000 + 1);
  });

  it('has the lines of both texts', () => {
    const line = fc.constantFrom('', 'a', 'b', 'c d');
    const text = fc.array(line, { minLength: 1, maxLength: 12 }).map((lines) => `${lines.join('\n')}\n`);
    fc.assert(
      fc.property(text, text, (from, to) => {
        const body = diff(from, to)
          .split('\n')
          .slice(2, -1)
          .filter((one) => !one.startsWith('@@'));
        const isIn = (whole: string, signs: string) =>
          body
            .filter((one) => signs.includes(one.charAt(0)))
            .every((one) => whole.split('\n').includes(one.slice(1)));
        expect(isIn(from, ' -')).toBe(true);
        expect(isIn(to, ' +')).toBe(true);
        expect(diff(from, to) === '').toBe(from === to);
      }),
    );
  });
});
