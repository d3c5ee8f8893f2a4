import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { namedValues, settableTag } from './values.ts';

const schema = z.object({ tags: namedValues(z.int().min(1)) });

it('keeps every name, those of objects’ own properties too', () => {
  const text = '{"tags":{"__proto__":1,"constructor":2,"toString":3,"a":4}}';
  expect(JSON.stringify(schema.parse(JSON.parse(text)))).toBe(text);
});

it('says which value is wrong', () => {
  expect(schema.safeParse(JSON.parse('{"tags":{"__proto__":"x"}}')).error?.issues[0]).toMatchObject({
    path: ['tags', '__proto__'],
    message: 'Invalid input: expected number, received string',
  });
  for (const tags of [null, [], 'x', undefined])
    expect(schema.safeParse({ tags }).error?.issues[0]).toMatchObject({ path: ['tags'] });
});

it('lets every tag of the rule be set but those of one or two dots', () => {
  const tag = fc.oneof(fc.stringMatching(/^[A-Za-z0-9._-]{0,52}$/), fc.stringMatching(/^[.a\n é]{0,4}$/));
  fc.assert(
    fc.property(tag, (text) => {
      const isTag = /^[A-Za-z0-9._-]{1,50}$/.test(text) && text !== '.' && text !== '..';
      expect(new RegExp(settableTag).test(text)).toBe(isTag);
    }),
  );
  for (const dots of [1, 2, 3, 50, 51])
    expect(new RegExp(settableTag).test('.'.repeat(dots))).toBe(dots > 2 && dots <= 50);
});
