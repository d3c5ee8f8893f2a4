import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileJudge, contractChange, type InputSchema } from '../src/mod.ts';
import { rootSchema, twoOfOneValue, twoSchemas, VALUES, variables } from './arbitraries.ts';

const text = (schema: InputSchema) => ({ kind: 'text' as const, schema });

it('without a break, data that was accepted before is accepted after', () => {
  let accepted = 0;
  fc.assert(
    fc.property(
      twoSchemas,
      fc.array(variables, { minLength: 12, maxLength: 12 }),
      ({ from, to }, samples) => {
        if (contractChange(text(from), text(to)).breaks.length > 0) return;
        const [before, after] = [compileJudge(from), compileJudge(to)];
        for (const sample of samples) {
          if (before(sample) !== undefined) continue;
          accepted += 1;
          expect(after(sample)?.detail).toBeUndefined();
        }
      },
    ),
    { numRuns: 300 },
  );
  expect(accepted).toBeGreaterThan(50);
});

it('the same of one value, of all kinds', () => {
  const at = (schema: InputSchema): InputSchema => ({ properties: { v: schema } });
  fc.assert(
    fc.property(twoOfOneValue, ({ from, to }) => {
      if (contractChange(text(at(from)), text(at(to))).breaks.length > 0) return;
      const [before, after] = [compileJudge(at(from)), compileJudge(at(to))];
      const lost = VALUES.filter((v) => before({ v }) === undefined && after({ v }) !== undefined);
      expect(lost).toEqual([]);
    }),
    { numRuns: 3000 },
  );
});

it('a contract does not break itself, and nothing has changed in it', () => {
  fc.assert(
    fc.property(rootSchema, (schema) => {
      expect(contractChange(text(schema), text(structuredClone(schema)))).toEqual({
        breaks: [],
        notices: [],
      });
    }),
    { numRuns: 200 },
  );
});
