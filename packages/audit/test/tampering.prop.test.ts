/** No byte of an export can be changed unnoticed, but for texts, which have a proof of their own. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ChainError, ChainVerifier } from '../src/mod.ts';
import { linesOf, vectorChains } from './vectors.ts';

const exported = vectorChains.flatMap(linesOf).map((line) => Buffer.from(line));

function verify(lines: readonly Buffer[]): void {
  const verifier = new ChainVerifier();
  for (const line of lines) verifier.add(line.toString());
  verifier.end();
}

const meaningOf = (line: Buffer): unknown => {
  const { text: _, ...rest } = JSON.parse(line.toString());
  return rest;
};

/** A byte of white space, or of an escape that means the same. */
function meansTheSame(before: Buffer, after: Buffer): boolean {
  try {
    expect(meaningOf(after)).toStrictEqual(meaningOf(before));
    return 'text' in JSON.parse(after.toString());
  } catch {
    return false;
  }
}

const tampering = fc.integer({ min: 0, max: exported.length - 1 }).chain((line) =>
  fc.record({
    line: fc.constant(line),
    at: fc.nat({ max: (exported[line]?.length ?? 1) - 1 }),
    flip: fc.integer({ min: 1, max: 255 }),
    how: fc.constantFrom('change', 'remove', 'insert'),
  }),
);

it('verifies as it is', () => {
  expect(() => verify(exported)).not.toThrow();
});

it('finds each byte that is changed, removed or put in', () => {
  fc.assert(
    fc.property(tampering, ({ line, at, flip, how }) => {
      const before = exported[line] ?? Buffer.alloc(0);
      const byte = (before[at] ?? 0) ^ flip;
      const after = Buffer.concat([
        before.subarray(0, at),
        Buffer.from(how === 'remove' ? [] : [byte]),
        before.subarray(how === 'insert' ? at : at + 1),
      ]);
      fc.pre(!meansTheSame(before, after));
      expect(() => verify(exported.with(line, after))).toThrow(ChainError);
    }),
    { numRuns: 2_000 },
  );
});
