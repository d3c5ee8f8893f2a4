import { compile } from '@px0/template';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkInputSchema, effectiveSchema, type InputSchema, SchemaFault, savedSchema } from '../mod.ts';

/** The effective schema of a template and what its author wants; the fault if there is one. */
function effective(template: string, authored: Readonly<Record<string, unknown>>): unknown {
  try {
    const { $schema, ...schema } = effectiveSchema(compile(template).inputSchema, checkInputSchema(authored));
    return schema;
  } catch (error) {
    if (error instanceof SchemaFault) return error.message;
    throw error;
  }
}

describe('an effective schema', () => {
  it('is what the template needs when the author wants nothing', () => {
    const { inputSchema } = compile('{{.a}}');
    expect(effectiveSchema(inputSchema, undefined)).toBe(inputSchema);
    expect(effectiveSchema(inputSchema, {})).toEqual(inputSchema);
  });

  it.each([
    [
      '{{.a}}{{.b | default "x"}}',
      { properties: { c: { type: 'string' }, a: { minLength: 1 } }, required: ['c', 'a', 'd'] },
      {
        type: 'object',
        properties: { a: { minLength: 1 }, b: { default: 'x' }, c: { type: 'string' } },
        required: ['a', 'c', 'd'],
      },
    ],
    [
      '{{range .l}}{{.t}}{{end}}',
      {
        title: 'T',
        properties: {
          l: {
            type: ['null', 'array', 'string'],
            minItems: 1,
            items: { properties: { t: { type: 'string' } } },
          },
        },
      },
      {
        type: 'object',
        properties: {
          l: {
            type: ['null', 'array'],
            items: { type: 'object', properties: { t: { type: 'string' } }, required: ['t'] },
            minItems: 1,
          },
        },
        required: ['l'],
        title: 'T',
      },
    ],
    [
      '{{if eq .x "a"}}{{end}}{{.y | default "z"}}',
      { properties: { x: { examples: ['b'], description: 'D' }, y: { default: 'other' } } },
      {
        type: 'object',
        properties: { x: { examples: ['b'], description: 'D' }, y: { default: 'other' } },
        required: ['x'],
      },
    ],
    [
      '{{upper .x}}',
      { properties: { x: { enum: ['A'] } }, additionalProperties: false },
      {
        type: 'object',
        properties: { x: { type: 'string', enum: ['A'] } },
        required: ['x'],
        additionalProperties: false,
      },
    ],
    ['{{.__proto__.a}}', { properties: { a: {} } }, expect.objectContaining({ required: ['__proto__'] })],
  ])('of %j and %j', (template, authored, schema) => {
    expect(effective(template, authored)).toEqual(schema);
  });

  it.each([
    [
      '{{range .tags}}{{end}}',
      { tags: { type: 'string' } },
      'tags: the template needs array, object or null',
    ],
    ['{{index .l 0}}', { l: { type: ['object', 'null'] } }, 'l: the template needs array or string'],
    ['{{upper .x}}', { x: { type: ['number', 'integer'] } }, 'x: the template needs string'],
    ['{{.a.b}}', { a: { type: 'array' } }, 'a: the template needs object'],
    ['{{range .l}}{{upper .t}}{{end}}', { l: { items: { type: 'null' } } }, 'l[]: the template needs object'],
    [
      '{{range .l}}{{len .t}}{{end}}',
      { l: { items: { properties: { t: { type: 'boolean' } } } } },
      'l[].t: the template needs string, array or object',
    ],
    ['{{.a.tone}}', { a: { additionalProperties: false } }, 'a.tone: is read by the template'],
    ['{{if .a}}{{.b.c}}{{end}}', { b: { additionalProperties: false } }, 'b.c: is read by the template'],
  ])('of %j does not exist with the properties %j', (template, properties, fault) => {
    expect(effective(template, { properties })).toBe(fault);
  });

  it('does not exist where the author refuses a variable that the template reads', () => {
    const authored = { properties: { name: {} }, additionalProperties: false };
    expect(effective('{{.name}}{{if .name}}{{.tone}}{{end}}', authored)).toBe(
      'tone: is read by the template',
    );
    expect(effective('{{index . "the tone"}}', { additionalProperties: false })).toBe(
      '["the tone"]: is read by the template',
    );
  });

  it('has 512 properties and 65,536 bytes at most when it is saved, whoever wants them', () => {
    const names = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}${n}`);
    const saved = (template: string, authored: InputSchema) => () =>
      savedSchema(compile(template).inputSchema, checkInputSchema(authored));
    const reads = (count: number) =>
      names('a', count)
        .map((name) => `{{.${name}}}`)
        .join('');
    const wants = (count: number) => ({
      properties: {
        a0: {},
        l: { items: { properties: Object.fromEntries(names('b', count).map((name) => [name, {}])) } },
      },
    });
    expect(saved(reads(256), wants(255))).not.toThrow();
    const tooMany = 'variables: must have at most 512 properties with those that the template reads';
    expect(saved(reads(256), wants(256))).toThrow(new SchemaFault('', tooMany.slice(11)));
    const long = (bytes: number) => `{{eq .x "${'é'.repeat(bytes / 2)}"}}`;
    const title = (bytes: number) => ({ title: 'x'.repeat(bytes) });
    const room = 65_536 - JSON.stringify({ ...compile(long(10_000)).inputSchema, title: '' }).length - 5_000;
    expect(saved(long(10_000), title(room))).not.toThrow();
    expect(saved(long(10_000), title(room + 1))).toThrow(
      new SchemaFault('', 'must be at most 65536 bytes with what the template needs'),
    );
  });

  it('takes an integer for a number', () => {
    const number: InputSchema = { properties: { a: { type: 'number' } } };
    const integer: InputSchema = { properties: { a: { type: ['string', 'integer'] } } };
    expect(effectiveSchema(number, integer)).toEqual({ properties: { a: { type: 'integer' } } });
    expect(effectiveSchema(integer, number)).toEqual({ properties: { a: { type: 'integer' } } });
  });
});

const KEYS = ['a', 'b', 'c'] as const;
const TYPES = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'] as const;

const templates = fc
  .array(
    fc.constantFrom(
      '{{.a}}',
      '{{.a.b}}',
      '{{.b | default "x"}}',
      '{{upper .b}}',
      '{{range .c}}{{.a}}{{end}}',
      '{{range .c}}{{len .b}}{{end}}',
      '{{index .c 0}}',
      '{{index .a "c"}}',
      '{{if .a}}{{.b.c}}{{end}}',
      '{{if eq .c "x"}}{{end}}',
    ),
    { maxLength: 4 },
  )
  .map((pieces) => pieces.join(''));

const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(null, true, 0, 1.5, '', 'x', [], {}),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 3 }),
  ),
})).value;

function schemas(depth: number): fc.Arbitrary<InputSchema> {
  const own = {
    type: fc.uniqueArray(fc.constantFrom(...TYPES), { minLength: 2, maxLength: 6 }),
    enum: fc.array(values, { minLength: 1, maxLength: 4 }),
    required: fc.uniqueArray(fc.constantFrom(...KEYS), { maxLength: 1 }),
    minItems: fc.nat(1),
    maxLength: fc.nat(1),
    minimum: fc.nat(1),
  };
  if (depth === 0) return fc.record(own, { requiredKeys: [] });
  const inner = {
    properties: fc.dictionary(fc.constantFrom(...KEYS), schemas(depth - 1), { maxKeys: 3 }),
    additionalProperties: fc.boolean(),
    items: schemas(depth - 1),
  };
  return fc.record({ ...own, ...inner }, { requiredKeys: [] });
}

it('accepts what the template and its author accept', () => {
  const ajv = new Ajv2020({ strict: false, validateSchema: false });
  let compared = 0;
  const properties = fc.dictionary(fc.constantFrom(...KEYS), schemas(2), { maxKeys: 3 });
  const data = fc.dictionary(fc.constantFrom(...KEYS), values, { maxKeys: 3 });
  fc.assert(
    fc.property(templates, properties, fc.array(data, { minLength: 20, maxLength: 20 }), (text, own, all) => {
      const inferred = compile(text).inputSchema;
      const authored = checkInputSchema({ properties: own });
      let schema: InputSchema;
      try {
        schema = effectiveSchema(inferred, authored);
      } catch (error) {
        if (error instanceof SchemaFault) return;
        throw error;
      }
      const [both, one, other] = [schema, inferred, authored].map((each) => ajv.compile(each));
      for (const value of all) {
        expect(both?.(value), JSON.stringify({ text, own, value })).toBe(one?.(value) && other?.(value));
        compared += 1;
      }
      checkInputSchema(schema);
    }),
    { numRuns: 60 },
  );
  expect(compared).toBeGreaterThan(200);
});
