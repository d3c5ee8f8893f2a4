import { expect, it } from 'vitest';
import { typedObject } from './typed-object.ts';

it('an empty text is an empty object, and an object is what it says', () => {
  expect(typedObject(' \n', 'A schema')).toEqual({ ok: true, value: {} });
  expect(typedObject('{"a": [1]}', 'A schema')).toMatchObject({ ok: true });
});

it('anything else is told, and why', () => {
  expect(typedObject('[]', 'A schema')).toEqual({ ok: false, problem: 'A schema is a JSON object.' });
  expect(typedObject('{', 'A schema')).toMatchObject({ problem: expect.stringMatching(/^Not saved: ./) });
});
