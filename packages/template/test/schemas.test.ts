import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { satisfies } from '../fuzz/schema-judge.ts';
import { compile } from '../src/compile.ts';
import type { InferredSchema } from '../src/inference/inferred-schema.ts';
import { compileProgram } from '../src/program/compile-program.ts';
import { linkChat } from '../src/program/link-chat.ts';
import { readSchemas, type SchemaVector } from './vectors.ts';

const vectors = readSchemas();

function schemaOf({ template, entries = [] }: SchemaVector): InferredSchema {
  if (template !== undefined) return compile(template).inputSchema;
  return compileProgram(linkChat(entries)).inputSchema;
}

it('infers the schemas of schemas.json, byte for byte', () => {
  const wrong = vectors.flatMap((vector) => {
    const [expected, actual] = [JSON.stringify(vector.schema), JSON.stringify(schemaOf(vector))];
    return expected === actual ? [] : [{ id: vector.id, expected, actual }];
  });
  expect(wrong).toEqual([]);
  expect(vectors.length).toBe(196);
  expect(new Set(vectors.map(({ id }) => id)).size).toBe(vectors.length);
});

const VALUES: readonly unknown[] = [
  null,
  true,
  1.5,
  '',
  'x',
  [],
  {},
  [{ a: [] }],
  [null],
  { a: { b: 'x' } },
  { a: 'x', l: [{ a: 1 }, { b: 2 }] },
  { a: null, b: [], l: { a: 1 } },
  { history: [{ role: 'user' }], question: 'x', x: 'x' },
  { history: [{ role: 1 }], a: {} },
];

it('are valid in strict mode for a validator of JSON Schema 2020-12, which judges as the fuzz test does', () => {
  const ajv = new Ajv2020({ strict: true, strictTypes: false });
  const wrong = vectors.flatMap(({ id, schema }) => {
    const validate = ajv.compile(schema);
    return VALUES.filter((value) => validate(value) !== satisfies(schema, value)).map((value) => ({
      id,
      value,
    }));
  });
  expect(wrong).toEqual([]);
});
