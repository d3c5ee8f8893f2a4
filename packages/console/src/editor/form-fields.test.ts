import { effectiveSchema, type InputSchema } from '@px0/input-contract';
import { compileProgram } from '@px0/template';
import { describe, expect, it } from 'vitest';
import { fieldsOf } from '../preview/mod.ts';
import {
  blankInput,
  blankValue,
  blankVariables,
  type FormField,
  formFields,
  otherKeys,
} from './form-fields.ts';
import { problemsByPath } from './problems-by-path.ts';

function formOf(template: string, authored?: InputSchema, placeholders: readonly string[] = []) {
  const program = compileProgram({ template });
  return formFields(
    fieldsOf(program.variables),
    effectiveSchema(program.inputSchema, authored),
    new Set(placeholders),
  );
}

function named(fields: readonly FormField[], label: string): FormField {
  const field = fields.find((one) => one.label === label);
  if (field === undefined) throw new Error(`there is no field ${label}`);
  return field;
}

describe('the form for variables', () => {
  it('has an empty value for each name, as the schema wants it', () => {
    const fields = formOf(
      '{{.name}}{{range .items}}{{.title}}{{end}}{{range .tags}}{{.}}{{end}}{{.user.age}}{{.n}}',
      {
        properties: { n: { type: 'integer' }, tier: { enum: ['pro', 'free'] } },
      },
    );
    expect(blankVariables(fields)).toEqual({
      name: '',
      items: [{ title: '' }],
      tags: [],
      user: { age: '' },
      n: 0,
      tier: 'pro',
    });
    expect(blankVariables([])).toBeUndefined();
  });

  it('has what the template reads first, then what only the schema names', () => {
    const fields = formOf('{{.b}} {{.a.x}}', {
      properties: { c: { type: 'integer' }, a: { properties: { y: { type: 'string' } } } },
      required: ['d'],
    });
    expect(fields.map(({ label }) => label)).toEqual(['b', 'a', 'c', 'd']);
    expect(named(fields, 'a').children.map(({ path }) => path)).toEqual(['a.x', 'a.y']);
    expect(fields.map(({ isDemanded }) => isDemanded)).toEqual([true, true, false, true]);
  });

  it('offers the values of an enum, unless one of them is no scalar', () => {
    const fields = formOf('{{.a}}{{.b}}{{.c}}', {
      properties: { a: { enum: ['x', 1, null] }, b: { enum: ['x', []] }, c: { const: 'only' } },
    });
    expect(fields.map(({ choices }) => choices)).toEqual([['x', 1, null], undefined, ['only']]);
  });

  it('has an input of the type that the schema wants', () => {
    const fields = formOf('{{.n}}{{.b}}{{.s}}{{.l}}{{.m}}{{.o}}', {
      properties: {
        n: { type: ['integer', 'null'], description: 'How many.' },
        b: { type: 'boolean' },
        s: { type: ['string', 'number'] },
        l: { type: 'array', items: { type: 'number' } },
        m: { type: 'object', properties: { k: { type: 'boolean' } }, required: ['k'] },
        o: { type: 'object' },
      },
    });
    expect(fields.map(blankInput)).toEqual(['number', 'boolean', 'text', 'json', 'json', 'json']);
    expect(fields.map(({ kind }) => kind)).toEqual(['scalar', 'scalar', 'scalar', 'list', 'map', 'scalar']);
    expect(fields.map(blankValue)).toEqual([0, false, '', [], { k: false }, {}]);
    const items = named(fields, 'l').element;
    expect(items && blankValue(items)).toBe(0);
    expect(named(fields, 'n').hint).toBe('How many.');
  });

  it('leaves the messages of a placeholder whole', () => {
    const schema = {
      properties: { history: { type: 'array', items: { properties: { role: {} } } } },
    } as const;
    const [history] = formOf('{{range .history}}{{.role}}{{end}}', schema, ['history']);
    expect(history?.element).toBeUndefined();
  });

  it('hides no key of a value', () => {
    const [field] = formOf('{{.a.x}}');
    expect(field && otherKeys(field, { x: 1, y: 2 })).toEqual(['y']);
  });
});

it('a problem is told at its field, or at the one in which it lies', () => {
  const problems = problemsByPath({
    missing: [{ path: 'plain' }, { path: 'mood', given: 'moood' }, { path: 'c.name' }],
    unknown: [{ path: 'x' }],
    invalid: [{ path: 'c["a b"]', must: 'be a string' }],
  });
  // The field itself says that it is required.
  expect(problems.at('plain')).toEqual([]);
  expect(problems.at('mood')).toEqual(['missing mood (did you mean moood?)']);
  expect(problems.at('x')).toEqual(['unknown x']);
  expect(problems.at('c')).toEqual([]);
  expect(problems.within('c')).toEqual(['missing c.name', 'c["a b"] must be a string']);
});
