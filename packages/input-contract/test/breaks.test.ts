import { expect, it } from 'vitest';
import { breakDetail, contractChange } from '../src/mod.ts';
import { readBreaks } from './vectors.ts';

it.each(readBreaks())('$id', ({ from, to, kinds = ['text', 'text'], breaks, notices }) => {
  const [before, after] = kinds;
  const change = contractChange({ kind: before, schema: from }, { kind: after, schema: to });
  expect(change).toEqual({ breaks, notices });
});

it('of many breaks the first twenty are told', () => {
  const required = Array.from({ length: 25 }, (_, index) => `v${index + 10}`);
  const { breaks } = contractChange({ kind: 'text', schema: {} }, { kind: 'chat', schema: { required } });
  expect(breaks).toHaveLength(26);
  expect(breakDetail(breaks)).toBe(
    required
      .slice(0, 20)
      .map((name) => `added required ${name}`)
      .join('; '),
  );
});
