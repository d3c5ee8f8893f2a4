import { describe, expect, it } from 'vitest';
import { checkInputSchema, SchemaFault } from '../mod.ts';

/** What is said of a schema; undefined if nothing is wrong. */
function faultOf(schema: Readonly<Record<string, unknown>>): string | undefined {
  try {
    checkInputSchema(schema);
    return undefined;
  } catch (error) {
    if (error instanceof SchemaFault) return error.message;
    throw error;
  }
}

/** Schemas inside one another, the outermost included. */
function nested(levels: number): Record<string, unknown> {
  return levels === 1 ? {} : { properties: { a: nested(levels - 1) } };
}

function nestedList(levels: number): unknown[] {
  let list: unknown[] = [];
  for (let level = 1; level < levels; level++) list = [list];
  return list;
}

describe('an authored schema', () => {
  it.each([
    {},
    { type: 'object' },
    { type: ['object'], properties: {}, required: [], additionalProperties: false },
    {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'Greeting',
      description: 'What a greeting needs.',
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 80, default: 'Ada', examples: ['Ada', 'Grace'] },
        age: { type: ['integer', 'null'], minimum: 0, maximum: 150, deprecated: true },
        size: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 2.5 },
        tone: { enum: ['formal', 'friendly', 1, null, { a: [] }] },
        kind: { const: { a: 1 } },
        tags: { type: 'array', items: { type: 'string', format: 'email' }, minItems: 1, maxItems: 3 },
        extra: { type: 'object', additionalProperties: true, 'x-order': 3, 'x-': { any: ['thing'] } },
        ['__proto__']: { type: 'boolean' },
        'no identifier': {},
      },
      required: ['name', 'not listed'],
      additionalProperties: false,
    },
  ])('that uses what is supported is kept as it is: %j', (schema) => {
    expect(JSON.stringify(checkInputSchema(schema))).toBe(JSON.stringify(schema));
  });

  it.each([
    [{ pattern: '^a' }, 'variables: pattern is not supported'],
    [{ properties: { name: { pattern: '^a' } } }, 'name: pattern is not supported'],
    [{ properties: { a: { properties: { 'x-id': { $ref: '#' } } } } }, 'a["x-id"]: $ref is not supported'],
    [{ properties: { l: { items: { anyOf: [] } } } }, 'l[]: anyOf is not supported'],
    [{ properties: { l: { items: { properties: { t: { not: {} } } } } } }, 'l[].t: not is not supported'],
    [{ properties: { 'a b': { items: { multipleOf: 2 } } } }, '["a b"][]: multipleOf is not supported'],
    [{ $defs: {} }, 'variables: $defs is not supported'],
    [{ toString: 1 }, 'variables: toString is not supported'],
    [JSON.parse('{"__proto__":1}'), 'variables: __proto__ is not supported'],
    [{ type: 'string' }, 'variables: type must be object'],
    [{ type: ['object', 'null'] }, 'variables: type must be object'],
    [{ properties: { a: true } }, 'a: must be an object'],
    [{ properties: { a: null } }, 'a: must be an object'],
    [{ properties: { l: { items: [] } } }, 'l[]: must be an object'],
    [{ properties: [] }, 'variables: properties must be an object'],
    [{ required: 'a' }, 'variables: required must be a list of different names'],
    [{ required: [1] }, 'variables: required must be a list of different names'],
    [{ required: ['a', 'a'] }, 'variables: required must be a list of different names'],
    [{ additionalProperties: {} }, 'variables: additionalProperties must be true or false'],
    [{ description: 1 }, 'variables: description must be a string'],
    [{ examples: 'a' }, 'variables: examples must be a list'],
    [{ deprecated: 'yes' }, 'variables: deprecated must be true or false'],
  ])('is refused: %j', (schema, fault) => {
    expect(faultOf(schema)).toBe(fault);
  });

  const types = 'a: type must be string, number, integer, boolean, array, object or null, or a list of these';

  it.each([
    [{ type: 'text' }, types],
    [{ type: [] }, types],
    [{ type: ['string', 'string'] }, types],
    [{ type: ['string', 1] }, types],
    [{ enum: [] }, 'a: enum must be a list of 1 to 256 values'],
    [{ enum: 'a' }, 'a: enum must be a list of 1 to 256 values'],
    [{ minItems: -1 }, 'a: minItems must be an integer of at least 0'],
    [{ maxItems: 1.5 }, 'a: maxItems must be an integer of at least 0'],
    [{ minLength: '1' }, 'a: minLength must be an integer of at least 0'],
    [{ maxLength: null }, 'a: maxLength must be an integer of at least 0'],
    [{ minimum: '1' }, 'a: minimum must be a number'],
    [{ exclusiveMaximum: true }, 'a: exclusiveMaximum must be a number'],
    [{ const: 'a\0' }, 'a: const must not contain U+0000 or half a character'],
    [{ enum: [{ '\ud800': 1 }] }, 'a: enum must not contain U+0000 or half a character'],
    [{ properties: { '\0': {} } }, 'a: properties must not contain U+0000 or half a character'],
  ])('is refused for a property %j', (property, fault) => {
    expect(faultOf({ properties: { a: property } })).toBe(fault);
  });

  it('has 65,536 bytes at most', () => {
    const bytes = (schema: object) => Buffer.byteLength(JSON.stringify(schema));
    const room = 65_536 - bytes({ title: '' });
    expect(faultOf({ title: `é${'x'.repeat(room - 2)}` })).toBeUndefined();
    expect(faultOf({ title: `é${'x'.repeat(room - 1)}` })).toBe('variables: must be at most 65536 bytes');
  });

  it('is 16 levels deep at most, and so are its values', () => {
    expect(faultOf(nested(16))).toBeUndefined();
    expect(faultOf(nested(17))).toBe('variables: must be at most 16 levels deep');
    expect(faultOf({ default: nestedList(16) })).toBeUndefined();
    expect(faultOf({ 'x-deep': nestedList(17) })).toBe('variables: x-deep must be at most 16 levels deep');
    expect(faultOf({ enum: [nestedList(30_000)] })).toBe('variables: enum must be at most 16 levels deep');
  });

  it('has 512 properties at most, in all', () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, {}]));
    const schema = (count: number) => ({
      properties: { a: { properties: many(255) }, b: { properties: many(count) } },
    });
    expect(faultOf(schema(255))).toBeUndefined();
    expect(faultOf(schema(256))).toBe('variables: must have at most 512 properties');
  });

  it('has 256 values in an enum at most', () => {
    const values = (count: number) => Array.from({ length: count }, (_, n) => n);
    expect(faultOf({ properties: { a: { enum: values(256) } } })).toBeUndefined();
    expect(faultOf({ properties: { a: { enum: values(257) } } })).toBe(
      'a: enum must be a list of 1 to 256 values',
    );
  });

  it('takes numbers that were kept by their digits for the doubles that they are to every reader', () => {
    const schema = {
      properties: { a: { minimum: JSON.rawJSON('12345678901234567890'), enum: [JSON.rawJSON('1e5')] } },
    };
    expect(checkInputSchema(schema)).toEqual({
      properties: { a: { minimum: 12_345_678_901_234_567_000, enum: [100_000] } },
    });
    expect(faultOf({ properties: { a: { maximum: JSON.rawJSON('1e999') } } })).toBe(
      'a: maximum must be within the range of a 64-bit float',
    );
  });
});
