import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { compileJudge } from '../src/mod.ts';
import { readContracts } from './vectors.ts';

const cases = readContracts();

it.each(cases)('$id', ({ schema, variables, missing_key, ok, error, header }) => {
  const violation = compileJudge(schema)(variables, missing_key);
  if (violation === undefined) {
    expect(ok).toBe(true);
    return;
  }
  expect(`invalid variables: ${violation.detail}`).toBe(error);
  expect(violation.header).toBe(header);
  expect(JSON.parse(violation.header)).toEqual(violation.problems);
});

it('a header fits into an answer, and has as much in it as there is room for', () => {
  for (const { header } of cases) {
    if (header !== undefined) expect(header).toMatch(/^[ -~]{1,2048}$/);
  }
  expect(cases.some(({ header }) => header?.length === 2_048)).toBe(true);
});

it('what is accepted is what another validator accepts', () => {
  const ajv = new Ajv2020({ strict: false, ownProperties: true, validateFormats: false, allErrors: true });
  for (const { id, schema, variables, missing_key = 'error', ok } of cases) {
    if (missing_key === 'error') expect([id, ajv.validate(schema, variables)]).toEqual([id, ok === true]);
  }
});
