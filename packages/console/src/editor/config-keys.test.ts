import { expect, it } from 'vitest';
import { asJson, isObject, readJson } from '../json/mod.ts';
import { numberProblem, withKey } from './config-keys.ts';

it('a key is set in its place, and the digits of the others stay', () => {
  const config = asJson(readJson('{"seed":9007199254740993,"x-own":1.5,"model":"a"}'));
  const changed = withKey(isObject(config) ? config : {}, 'model', 'b');
  expect(JSON.stringify(changed)).toBe('{"seed":9007199254740993,"x-own":1.5,"model":"b"}');
  expect(JSON.stringify(withKey(changed, 'x-own', undefined))).toBe('{"seed":9007199254740993,"model":"b"}');
  expect(JSON.stringify(withKey({ a: 1 }, '__proto__', 2))).toBe('{"a":1,"__proto__":2}');
});

it.each([
  ['', true, true],
  ['300', true, true],
  ['0.5', true, false],
  ['1e3', true, false],
  ['0.5', false, true],
  ['-1.5e-3', false, true],
  ['.5', false, false],
  ['0.', false, false],
  ['NaN', false, false],
])('%j is a number for a key that is whole (%s): %s', (text, isWhole, isFine) => {
  expect(numberProblem(text, isWhole) === undefined).toBe(isFine);
});
