import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  checkInputSchema,
  compileJudge,
  contractChange,
  type Dict,
  effectiveSchema,
  type InputSchema,
  tightened,
  tightenings,
} from '../src/mod.ts';
import { rootSchema, variables } from './arbitraries.ts';

const payloadsOf = fc.array(variables, { maxLength: 6 });

/** Which of the proposals are taken. */
const chosenOf = (count: number) => fc.array(fc.boolean(), { minLength: count, maxLength: count });

it('a tightened schema accepts the payloads that were accepted, and nothing that was not', () => {
  let tightenedOnce = 0;
  let accepted = 0;
  fc.assert(
    fc.property(rootSchema, payloadsOf, chosenOf(40), payloadsOf, (inferred, payloads, chosen, others) => {
      const found = tightenings(inferred, payloads).filter((_, at) => chosen[at] !== false);
      const authored = checkInputSchema(tightened({}, found));
      const schema: InputSchema = effectiveSchema(inferred, authored);
      const [before, after] = [compileJudge(inferred), compileJudge(schema)];
      for (const payload of payloads) {
        if (before(payload) !== undefined) continue;
        expect(after(payload)).toBeUndefined();
        accepted += 1;
      }
      for (const other of others) if (after(other) === undefined) expect(before(other)).toBeUndefined();
      if (found.length > 0) tightenedOnce += 1;
      // A second look finds nothing but what was dropped.
      const again = tightenings(schema, payloads).map(({ place, keyword }) => `${place} ${keyword}`);
      for (const { place, keyword } of found) expect(again).not.toContain(`${place} ${keyword}`);
    }),
    { numRuns: 150 },
  );
  expect(tightenedOnce).toBeGreaterThan(20);
  expect(accepted).toBeGreaterThan(20);
});

it('payloads without a contract are all accepted by what is made of them', () => {
  const names: InputSchema = {
    type: 'object',
    properties: {
      a: { properties: { a: {}, b: {} } },
      ab: {},
      b: { items: { properties: { a: {} } } },
      'x-y': {},
    },
  };
  fc.assert(
    fc.property(fc.array(variables, { minLength: 1, maxLength: 8 }), (payloads: readonly Dict[]) => {
      const authored = checkInputSchema(tightened({}, tightenings(names, payloads)));
      const schema = effectiveSchema(names, authored);
      const judge = compileJudge(schema);
      for (const payload of payloads) expect(judge(payload)).toBeUndefined();
      expect(contractChange({ schema, kind: 'text' }, { schema: names, kind: 'text' }).breaks).toEqual([]);
    }),
    { numRuns: 80 },
  );
});
