import { compile } from '@px0/template';
import { describe, expect, it } from 'vitest';
import { checkInputSchema, effectiveSchema, type InputSchema, tightened, tightenings } from '../mod.ts';

type Variables = Readonly<Record<string, unknown>>;

/** What is proposed for a template: `place: keyword value`. */
function proposals(template: string, payloads: readonly Variables[], authored: InputSchema = {}): string[] {
  const schema = effectiveSchema(compile(template).inputSchema, authored);
  return tightenings(schema, payloads).map((found) => {
    if (found.keyword === 'required') return `${found.place}: required`;
    return `${found.place}: ${(found.keyword === 'type' ? found.types : found.values).join(' | ')}`;
  });
}

/** One payload for each value of `a`. */
function valuesOfA(...values: readonly unknown[]): Variables[] {
  return values.map((a) => ({ a }));
}

describe('what payloads say of a schema', () => {
  it.each<[string, Variables[], string[]]>([
    ['{{.a}}', valuesOfA('x', 'y'), ['a: string']],
    ['{{.a}}', valuesOfA('x', null), ['a: string | null']],
    ['{{.a}}', valuesOfA(1, 2), ['a: integer']],
    ['{{.a}}', valuesOfA(1, 2.5), ['a: number']],
    ['{{.a}}', valuesOfA(true, [], {}), ['a: boolean | array | object']],
    ['{{if .a}}{{end}}{{if .b}}{{.b}}{{end}}', [{ a: 1, b: 2 }, { a: 3 }], ['a: integer', 'b: integer']],
    ['{{index . "a"}}', [{ a: 'x' }, { a: 'y' }], ['a: required', 'a: string']],
    ['{{index . "a"}}', [{ a: 'x' }, {}], ['a: string']],
    [
      '{{range .a}}{{.t}}{{end}}',
      valuesOfA([{ t: 'x' }], [{ t: 'y' }, { t: 'z' }]),
      ['a: array', 'a[].t: string'],
    ],
    ['{{range .a}}{{.}}{{end}}', valuesOfA(['x'], []), ['a: array', 'a[]: string']],
    ['{{range .a}}{{.}}{{end}}', valuesOfA(null, ['x']), ['a: array | null', 'a[]: string']],
    ['{{.u.a}}{{if .u.b}}{{end}}', [{ u: { a: 1, b: 'x' } }], ['u.a: integer', 'u.b: string']],
    ['{{.u.a}}{{index .u "b"}}', [{ u: { a: 1, b: 'x' } }], ['u.a: integer', 'u.b: required', 'u.b: string']],
  ])('of %s and %j', (template, payloads, expected) => {
    expect(proposals(template, payloads)).toEqual(expected);
  });

  it.each<[string, string, Variables[]]>([
    ['nobody has saved one', '{{.a}}', []],
    ['the variable is in none', '{{index . "a"}}', [{ b: 1 }]],
    ['it is null in all', '{{.a}}', valuesOfA(null, null)],
    ['the template does not read the variable', '', [{ b: 'x' }]],
    ['the template demands it already', '{{upper .a}}', valuesOfA('x')],
    ['they break it already', '{{upper .a}}', valuesOfA(1)],
  ])('is nothing where %s', (_, template, payloads) => {
    expect(proposals(template, payloads)).toEqual([]);
  });

  it('is no demand where the template has an answer to the absence', () => {
    expect(proposals('{{.a | default "x"}}', valuesOfA('y'))).toEqual(['a: string']);
  });

  it('is a list of values if each of a few short texts came twice', () => {
    expect(proposals('{{.a}}', valuesOfA('b', 'a', 'b', 'a'))).toEqual(['a: string', 'a: a | b']);
    for (const values of [
      ['a', 'b', 'a'],
      ['a', 'a', 'a', 'b'],
      ['a', 'a', 'a', 'a'],
      ['a', 'b', 'a', 'b', null],
      ['a', '', 'a', ''],
      ['a', 'a\nb', 'a', 'a\nb'],
      ['a', 'b'.repeat(33), 'a', 'b'.repeat(33)],
      [...'abcdef', ...'abcdef'],
    ])
      expect(proposals('{{.a}}', valuesOfA(...values)), JSON.stringify(values)).toHaveLength(1);
    // Many times in one payload is once.
    expect(proposals('{{range .a}}{{.}}{{end}}', [{ a: ['x', 'y', 'x', 'y'] }])).not.toContain('a[]: x | y');
  });

  it('leaves what the author said', () => {
    const authored: InputSchema = {
      properties: { a: { enum: ['x', 'y', 'z'] }, b: { type: ['string', 'null'] } },
    };
    const payload = { a: 'x', b: 'x' };
    expect(proposals('{{.a}}{{.b}}', [payload, payload, { a: 'y', b: 'y' }], authored)).toEqual([
      'b: string',
    ]);
  });

  it('stops where an authored schema would be too deep', () => {
    const deep = JSON.parse(`${'['.repeat(40)}1${']'.repeat(40)}`);
    const schema = compile('{{.a}}').inputSchema;
    const found = tightenings(schema, [{ a: deep }]);
    expect(found).toHaveLength(15);
    checkInputSchema(tightened({}, found));
    const more = tightenings(schema, [{ a: [deep] }]);
    expect(more).toEqual(found);
  });
});

it('the chosen changes are put into what the author has', () => {
  const authored = {
    title: 'T',
    properties: { l: { description: 'D', type: ['array', 'null'] } },
    required: ['x'],
  };
  const { inputSchema } = compile('{{range .l}}{{index . "t"}}{{end}}{{index . "__proto__"}}');
  const payload = JSON.parse('{"l":[{"t":1}],"__proto__":"p"}');
  const found = tightenings(effectiveSchema(inputSchema, checkInputSchema(authored)), [payload]);
  expect(JSON.parse(JSON.stringify(tightened(authored, found)))).toEqual(
    JSON.parse(`{
      "title": "T",
      "properties": {
        "l": {
          "description": "D", "type": "array",
          "items": { "required": ["t"], "properties": { "t": { "type": "integer" } } }
        },
        "__proto__": { "type": "string" }
      },
      "required": ["x", "__proto__"]
    }`),
  );
  expect(tightened(authored, [])).toBe(authored);
});
