import { expect, it } from 'vitest';
import { z } from 'zod';
import { namedValues } from './values.ts';

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
