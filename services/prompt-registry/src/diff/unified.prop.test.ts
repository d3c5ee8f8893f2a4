import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyUnified } from './testing/apply-unified.ts';
import { unifiedDiff } from './unified.ts';

const text = fc
  .array(fc.constantFrom('a', 'b', 'c', '', ' ', '-x', '+y', '@@', '\r', 'Be brief.'), { maxLength: 40 })
  .map((lines) => lines.join('\n'));

/** An edited copy shares long runs with its source, so hunks split. */
const pair = fc.oneof(
  fc.tuple(text, text),
  fc
    .tuple(
      fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 120 }),
      fc.array(fc.nat({ max: 119 }), { maxLength: 6 }),
    )
    .map(([numbers, edits]): [string, string] => {
      const lines = numbers.map(String);
      const edited = lines.flatMap((line, index) =>
        edits.includes(index) ? (index % 2 ? [] : [`${line}!`, 'new']) : [line],
      );
      return [lines.join('\n'), edited.join('\n')];
    }),
);

describe('a unified diff', () => {
  it('applied to the old text yields the new one', () => {
    fc.assert(
      fc.property(pair, ([from, to]) => {
        expect(applyUnified(from, unifiedDiff(from, to, 'v1', 'v2'))).toBe(to);
      }),
      { numRuns: 1_000 },
    );
  });

  it('has hunks whose headers count their lines, and no change without a change', () => {
    fc.assert(
      fc.property(pair, ([from, to]) => {
        const diff = unifiedDiff(from, to, 'v1', 'v2');
        expect(diff === '').toBe(from === to);
        // Never more than three lines of context before, between and after changes, six where two changes share it.
        expect(diff).not.toMatch(/@@\n(?: .*\n){4}/);
      }),
    );
  });

  it.skipIf(spawnSync('python3', ['--version']).status !== 0)('has the form of Python’s difflib', () => {
    // Python builds its own diff from the very lines that both sides matched: for edits of one region there is only one choice.
    const pairs = fc
      .sample(
        fc.tuple(
          fc.uniqueArray(
            fc.string({ minLength: 1, maxLength: 3 }).filter((line) => !/[\n\r]/.test(line)),
            { maxLength: 60 },
          ),
          fc.nat({ max: 60 }),
          fc.nat({ max: 4 }),
          fc.array(fc.constantFrom('\u0001new', '\u0001other'), { maxLength: 4 }),
          fc.boolean(),
        ),
        400,
      )
      .map(([lines, at, deleted, inserted, twice]): [string, string] => {
        const changed = lines.toSpliced(at % (lines.length + 1), deleted, ...inserted);
        return [lines.join('\n'), (twice ? ['\u0001top', ...changed] : changed).join('\n')];
      });
    const script = [
      'import sys, json, difflib',
      'split = lambda t: [l + "\\n" for l in t.split("\\n")]',
      'out = ["".join(difflib.unified_diff(split(a), split(b), "v1", "v2", n=3)).replace("--- v1 \\n", "--- v1\\n").replace("+++ v2 \\n", "+++ v2\\n") for a, b in json.load(sys.stdin)]',
      'json.dump(out, sys.stdout)',
    ].join('\n');
    const python = spawnSync('python3', ['-c', script], {
      input: JSON.stringify(pairs),
      maxBuffer: 64 * 1024 * 1024,
    });
    const expected: unknown = JSON.parse(python.stdout.toString('utf8'));
    expect(pairs.map(([from, to]) => unifiedDiff(from, to, 'v1', 'v2'))).toEqual(expected);
  });
});
