import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inOrderOfText } from '../src/judge/findings.ts';
import { suggestion } from '../src/judge/suggestion.ts';
import { compileJudge } from '../src/mod.ts';

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

it('elements are visited in the order of their paths', () => {
  for (const count of [0, 1, 2, 9, 10, 11, 99, 101, 1_234]) {
    const paths = Array.from({ length: count }, (_, index) => `[${index}]`);
    const visited: string[] = [];
    inOrderOfText(count, (index) => visited.push(`[${index}]`));
    expect(visited).toEqual(paths.toSorted(byBytes));
  }
});

it('of very many problems the first are told, and all are counted', () => {
  const judge = compileJudge({
    properties: {
      rows: { items: { properties: { cells: { items: { type: 'string' } } }, additionalProperties: false } },
    },
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(40), fc.nat(3)), { maxLength: 120 }), (shape) => {
      const rows = shape.map(([wrong, unknown]) => ({
        cells: Array.from({ length: wrong }, (_, index) => (index % 3 === 0 ? 'fine' : index)),
        ...Object.fromEntries(Array.from({ length: unknown }, (_, index) => [`k${index}`, null])),
      }));
      const invalid = rows.flatMap(({ cells }, row) =>
        cells.flatMap((cell, index) => (cell === 'fine' ? [] : [`rows[${row}].cells[${index}]`])),
      );
      const unknown = rows.flatMap((row, at) =>
        Object.keys(row).flatMap((key) => (key === 'cells' ? [] : [`rows[${at}].${key}`])),
      );
      const detail = [
        ...(unknown.length > 0 ? [`unknown ${told(unknown, '', ', ')}`] : []),
        ...(invalid.length > 0 ? [told(invalid, ' must be a string', '; ')] : []),
      ].join('; ');
      expect(judge({ rows })?.detail ?? '').toBe(detail);
    }),
    { numRuns: 60 },
  );
});

function told(paths: readonly string[], after: string, separator: string): string {
  const first = paths.toSorted(byBytes).slice(0, 10);
  const more = paths.length > 10 ? ` and ${paths.length - 10} more` : '';
  return first.map((path) => path + after).join(separator) + more;
}

it('what is suggested is the nearest name of a full table', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', 'B', 'é'), maxLength: 10 });
  fc.assert(
    fc.property(name, fc.array(name, { maxLength: 8 }), (wanted, candidates) => {
      const most = wanted.length <= 3 ? 1 : wanted.length <= 7 ? 2 : 3;
      const near = candidates
        .map((candidate) => ({
          candidate,
          distance: alignment(wanted.toLowerCase(), candidate.toLowerCase()),
        }))
        .filter(({ distance }) => distance <= most && distance < wanted.length)
        .sort((a, b) => a.distance - b.distance || byBytes(a.candidate, b.candidate));
      expect(suggestion(wanted, candidates)).toBe(near[0]?.candidate);
    }),
    { numRuns: 500 },
  );
});

/** Optimal string alignment as it is defined, by recursion. */
function alignment(left: string, right: string): number {
  const known = new Map<string, number>();
  const distance = (i: number, j: number): number => {
    if (i === 0 || j === 0) return i + j;
    const found = known.get(`${i},${j}`);
    if (found !== undefined) return found;
    const ways = [
      distance(i - 1, j) + 1,
      distance(i, j - 1) + 1,
      distance(i - 1, j - 1) + (left[i - 1] === right[j - 1] ? 0 : 1),
    ];
    if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1])
      ways.push(distance(i - 2, j - 2) + 1);
    const least = Math.min(...ways);
    known.set(`${i},${j}`, least);
    return least;
  };
  return distance(left.length, right.length);
}

it('a key without a value is absent', () => {
  const judge = compileJudge({ properties: { a: { type: 'string' } }, required: ['a', 'b'] });
  expect(judge({ a: undefined, b: undefined })?.detail).toBe('missing a, b');
});

it('numbers in phrases are those of ECMAScript', () => {
  const phrase = (maximum: number) => compileJudge({ properties: { a: { maximum } } })({ a: 1e308 })?.detail;
  expect(phrase(1e21)).toBe('a must be at most 1e+21');
  expect(phrase(-0)).toBe('a must be at most 0');
  expect(phrase(123456789012345680000)).toBe('a must be at most 123456789012345680000');
});
