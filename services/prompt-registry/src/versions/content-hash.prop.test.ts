/** Equal programs hash alike, whatever the order of their keys, and different ones do not. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ProgramState } from '@px0/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { canonicalProgram, contentHashOf, digestOf } from './content-hash.ts';

const folder = join(import.meta.dirname, '..', '..', 'test', 'vectors');
const vectors = z
  .array(
    z.object({ id: z.string(), program: z.custom<ProgramState>(), canonical: z.string(), hash: z.string() }),
  )
  .parse(JSON.parse(readFileSync(join(folder, 'content-hash.json'), 'utf8')));

describe('a content hash', () => {
  it.each(vectors)('is the one of another implementation: $id', ({ program, canonical, hash }) => {
    expect(canonicalProgram(program)).toBe(canonical);
    expect(contentHashOf(program)).toBe(hash);
    expect(`sha256:${digestOf(hash).toString('hex')}`).toBe(hash);
  });

  // Few values, so that equal programs and ones that differ in a single place are common.
  const text = fc.constantFrom('', 'a', 'b', 'e\u0301', '\u00e9', '{}', '"a"');
  const unit = fc.constantFrom('message 0', 'message 1');
  const entry = fc.oneof(
    fc.record({ role: fc.constantFrom('system', 'user', 'assistant'), unit }),
    fc.record({ placeholder: unit, required: fc.constant(true) }, { requiredKeys: ['placeholder'] }),
  );
  const program = fc.record(
    {
      template: text,
      outline: fc.array(entry, { maxLength: 2 }),
      sources: fc.array(fc.tuple(unit, fc.nat(1), fc.nat(1), fc.nat(1)), { maxLength: 2 }),
      config: text,
      schema: fc.dictionary(text, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 }),
    },
    { requiredKeys: ['template'] },
  ) as fc.Arbitrary<ProgramState>;

  it('is equal for equal programs only', () => {
    fc.assert(
      fc.property(program, program, (one, other) => {
        expect(contentHashOf(one) === contentHashOf(other)).toBe(
          isDeepStrictEqual(asJson(one), asJson(other)),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(program, (one) => {
        expect(contentHashOf(reversed(one) as ProgramState)).toBe(contentHashOf(one));
      }),
    );
  });
});

/** As JSON holds it: a zero without a sign. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}
