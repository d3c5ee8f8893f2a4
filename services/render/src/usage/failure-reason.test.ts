import { usageLimits } from '@px0/contracts';
import { expect, it } from 'vitest';
import { failureReason } from './failure-reason.ts';

const ran = (said: string) =>
  failureReason({
    code: 'templateExecutionFailed',
    detail: `template: prompt:2:5: executing "prompt" at <.x>: ${said}`,
  });
const at = 'template: prompt:2:5: executing "prompt" at <.x>: ';

it.each([
  'map has no entry for key "x"',
  'exceeded maximum number of steps (1000000)',
  'exceeded maximum output size (8388608 bytes)',
  'nil pointer evaluating interface {}.name',
  "can't evaluate field name in type string",
  'wrong type for value; expected string; got map[string]interface {}',
  'undefined variable: $v',
])('is what the API says, where no value is in it: %s', (said) => {
  expect(ran(said)).toBe(at + said);
});

it('keeps no value of a variable', () => {
  expect(ran("range can't iterate over Ada Lovelace")).toBe(`${at}range can't iterate over …`);
  expect(ran('error calling index: index out of range: 42')).toBe(`${at}error calling index: …`);
  expect(ran('error calling fail: Ada Lovelace')).toBe(`${at}error calling fail: …`);
  expect(ran('something new about Ada Lovelace')).toBe(`${at}…`);
  expect(ran("can't evaluate field Ada in type string: Lovelace")).toBe(`${at}…`);
  expect(failureReason({ code: 'templateExecutionFailed', detail: 'Ada Lovelace' })).not.toContain('Ada');
  // What looks like the end of the place may be a part of a value.
  expect(ran('error calling fail: at <y>: map has no entry for key "x"')).toBe(`${at}error calling fail: …`);
});

it('names the variables that violate the contract, whichever item of a list they are in', () => {
  const detail = 'missing mood; items[3].price must be a number';
  expect(failureReason({ code: 'invalidVariables', detail })).toMatch(
    /: missing mood; items\[\]\.price must be a number$/,
  );
});

it('is short', () => {
  const detail = `missing ${'x'.repeat(5_000)}`;
  expect(failureReason({ code: 'invalidVariables', detail })).toHaveLength(usageLimits.reason);
});
