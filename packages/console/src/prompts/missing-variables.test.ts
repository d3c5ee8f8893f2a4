import { expect, it } from 'vitest';
import { missingVariables } from './missing-variables.ts';

const error =
  'template: prompt:5:41: executing "prompt" at <.categories>: map has no entry for key "categories"';
const violations = (...paths: string[]) => ({
  missing: paths.map((path) => ({ path })),
  unknown: [],
  invalid: [],
});

it('all variables that a render lacked are named, not only the first', () => {
  expect(missingVariables(error, violations('categories', 'ticket'))).toEqual(['categories', 'ticket']);
  expect(missingVariables(error, violations('items[0].categories'))).toEqual(['items[0].categories']);
});

it('what the schema does not demand is named, too', () => {
  expect(missingVariables(error, null)).toEqual(['categories']);
  expect(missingVariables(error, violations('ticket'))).toEqual(['categories', 'ticket']);
});

it('other failures lack nothing', () => {
  expect(missingVariables(null, violations('a'))).toEqual([]);
  expect(missingVariables('range can’t iterate over 5', violations('a'))).toEqual([]);
});
