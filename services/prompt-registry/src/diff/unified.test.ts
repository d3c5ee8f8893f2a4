import { describe, expect, it } from 'vitest';
import { hunksOf } from './hunks.ts';
import { unifiedDiff } from './unified.ts';

describe('a unified diff', () => {
  it('is the one of the specification', () => {
    const from = 'You are a tutor.\nTopic: {{.topic}}\nBe brief.';
    const to = 'You are a tutor.\nTopic: {{.topic}}\nLevel: {{.level}}\nBe kind.';
    expect(unifiedDiff(from, to, 'v2', 'v5')).toBe(
      '--- v2\n+++ v5\n@@ -1,3 +1,4 @@\n You are a tutor.\n Topic: {{.topic}}\n-Be brief.\n+Level: {{.level}}\n+Be kind.\n',
    );
  });

  it('shows a newline at the end as an empty last line', () => {
    expect(unifiedDiff('a', 'a\n', 'v1', 'v2')).toBe('--- v1\n+++ v2\n@@ -1 +1,2 @@\n a\n+\n');
  });

  it('of equal texts is empty, headers included', () => {
    expect(unifiedDiff('a\nb', 'a\nb', 'v1', 'v1')).toBe('');
    expect(unifiedDiff('', '', 'v1', 'v1')).toBe('');
  });

  it('keeps a carriage return as part of its line', () => {
    expect(unifiedDiff('a\r\nb', 'a\nb', 'v1', 'v2')).toBe('--- v1\n+++ v2\n@@ -1,2 +1,2 @@\n-a\r\n+a\n b\n');
  });

  it('splits hunks at an unchanged run of seven lines, and not at one of six', () => {
    const lines = (count: number) =>
      ['x', ...Array.from({ length: count }, (_, i) => `l${i}`), 'y'].join('\n');
    const changed = (count: number) => lines(count).replace('x', 'X').replace('y', 'Y');
    expect(hunksOf(lines(6), changed(6))).toHaveLength(1);
    expect(hunksOf(lines(7), changed(7))).toHaveLength(2);
  });

  it('numbers the lines of both texts', () => {
    expect(hunksOf('a\nb\nc', 'a\nB\nc')[0]?.lines).toEqual([
      { kind: 'context', fromLine: 1, toLine: 1, text: 'a' },
      { kind: 'removed', fromLine: 2, toLine: null, text: 'b' },
      { kind: 'added', fromLine: null, toLine: 2, text: 'B' },
      { kind: 'context', fromLine: 3, toLine: 3, text: 'c' },
    ]);
  });

  it('matches lines within 2,000 insertions and deletions, and beyond them sees two texts', () => {
    const pair = (deleted: number, inserted: number) => {
      const text = (mark: string, count: number) =>
        Array.from({ length: 1_200 }, (_, i) => (i < count ? `${mark}${i}\nshared ${i}` : `shared ${i}`));
      // No common beginning or end, which would not be searched.
      return [text('a', deleted), text('b', inserted)].map((lines, side) =>
        [`first ${side}`, ...lines, `last ${side}`].join('\n'),
      );
    };
    const shared = (deleted: number, inserted: number) => {
      const [from = '', to = ''] = pair(deleted, inserted);
      return hunksOf(from, to)
        .flatMap(({ lines }) => lines)
        .filter(({ kind }) => kind === 'context').length;
    };
    expect(shared(998, 998)).toBeGreaterThan(1_000 - 4);
    expect(shared(998, 999)).toBe(0);
    expect(shared(999, 998)).toBe(0);
    // The same lines in another order: nothing but the search can tell.
    const moved = Array.from({ length: 4_000 }, (_, i) => `line ${i % 2_000}`);
    expect(hunksOf(moved.join('\n'), moved.toReversed().join('\n'))).toHaveLength(1);
  });

  it('of two entirely different large texts takes no quadratic time', () => {
    const text = (word: string) => Array.from({ length: 60_000 }, (_, i) => `${word}${i}`).join('\n');
    // Without a bound on its work: hours.
    expect(hunksOf(text('a'), text('b'))).toHaveLength(1);
  });

  it('of texts of nothing but newlines takes no quadratic time', () => {
    expect(hunksOf('\n'.repeat(500_000), 'x\n'.repeat(250_000))).toHaveLength(1);
  });
});
