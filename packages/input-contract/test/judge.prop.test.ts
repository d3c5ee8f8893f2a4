import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileJudge } from '../src/mod.ts';
import { rootSchema, variables } from './arbitraries.ts';

it('the judgement is that of another validator, and every refusal says why', () => {
  // In its other mode it takes an empty name that is missing for none.
  const ajv = new Ajv2020({ strict: false, ownProperties: true, allErrors: true });
  fc.assert(
    fc.property(rootSchema, fc.array(variables, { minLength: 12, maxLength: 12 }), (schema, samples) => {
      const judge = compileJudge(schema);
      const accepts = ajv.compile(schema);
      for (const sample of samples) {
        const violation = judge(sample);
        expect(violation === undefined).toBe(accepts(sample));
        expect(violation?.detail).not.toBe('');
      }
    }),
    { numRuns: 40 },
  );
});

it('where an absent key is no error nothing is missing, and all else is as before', () => {
  fc.assert(
    fc.property(rootSchema, variables, (schema, sample) => {
      const judge = compileJudge(schema);
      const strict = judge(sample);
      const lenient = judge(sample, 'default');
      expect(judge(sample, 'zero')).toEqual(lenient);
      expect(lenient?.problems.missing ?? []).toEqual([]);
      expect(lenient?.problems.unknown ?? []).toEqual(strict?.problems.unknown ?? []);
      expect(lenient?.problems.invalid ?? []).toEqual(strict?.problems.invalid ?? []);
    }),
  );
});
