import { compile } from '@px0/template';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type JsonObject,
  type JsonPath,
  type JsonValue,
  valueAt,
  withoutValueAt,
  withValueAt,
} from '../json/mod.ts';
import { compileBody, previewOfBody } from './preview.ts';
import {
  emptyValue,
  type Field,
  fieldsOf,
  missingPaths,
  segmentsOf,
  unusedKeys,
  withPlaceholders,
} from './variable-fields.ts';

const fields = (template: string) => fieldsOf(compile(template).variables);
const outline = (all: readonly Field[]): unknown =>
  all.map(({ label, kind, children, element }) => [
    label,
    kind,
    outline(children),
    element && outline([element]),
  ]);

it('fields follow the structure that the template reads', () => {
  expect(outline(fields('{{.name}}{{range .items}}{{.title}}{{end}}{{with .user}}{{.age}}{{end}}'))).toEqual([
    ['name', 'scalar', [], undefined],
    ['items', 'list', [], [['item', 'map', [['title', 'scalar', [], undefined]], undefined]]],
    ['user', 'map', [['age', 'scalar', [], undefined]], undefined],
  ]);
});

it('paths are read as the language writes them', () => {
  expect(segmentsOf('messages[].role')).toEqual(['messages', null, 'role']);
  expect(segmentsOf('headers["x-id"].y')).toEqual(['headers', 'x-id', 'y']);
  expect(segmentsOf('["a]\\"b"]')).toEqual(['a]"b']);
  expect(segmentsOf('größe[][].x')).toEqual(['größe', null, null, 'x']);
});

it('what is missing is told by its place', () => {
  const all = fields('{{.name}}{{.tone | default "kind"}}{{range .items}}{{.title}}{{end}}');
  expect(missingPaths(all, { items: [{ title: 'x' }, {}] })).toEqual(['name', 'items[1].title']);
});

it('keys that the template does not read are told', () => {
  expect(unusedKeys(fields('{{.name}}'), { name: 1, nmae: 2 })).toEqual(['nmae']);
});

it('without values, the preview shows placeholders and names what is missing', () => {
  const text = 'Hi {{.name}}, {{range .items}}- {{.title}}{{end}}';
  expect(previewOfBody({ template: text }, compileBody({ template: text }), {})).toMatchObject({
    output: 'Hi ‹name›, - ‹title›',
    missing: ['name', 'items'],
    fault: { kind: 'execution', line: 1, message: 'at <.name>: map has no entry for key "name"' },
  });
});

it('a complete preview is what the language renders', () => {
  const text = 'Hi {{.name}}';
  expect(previewOfBody({ template: text }, compileBody({ template: text }), { name: 'Ada' })).toEqual({
    output: 'Hi Ada',
    fault: undefined,
    missing: [],
  });
});

it('a render error has its line, and no placeholders if nothing is missing', () => {
  const text = 'a\n{{range .items}}{{end}}';
  expect(previewOfBody({ template: text }, compileBody({ template: text }), { items: 5 })).toMatchObject({
    output: undefined,
    fault: { kind: 'execution', line: 2, message: "at <.items>: range can't iterate over 5" },
  });
});

it('a broken template has a fault with line and column from 1', () => {
  const text = 'é\né {{.name';
  expect(previewOfBody({ template: text }, compileBody({ template: text }), {}).fault).toMatchObject({
    kind: 'syntax',
    line: 2,
    message: 'unclosed action',
  });
});

/** Templates that read a random tree of variables. */
const key = fc.constantFrom('a', 'b', 'name', 'größe', '__proto__', 'constructor', 'toString');
const template: fc.Arbitrary<string> = fc.letrec<{ body: string; part: string }>((tie) => ({
  body: fc.array(tie('part'), { maxLength: 4 }).map((parts) => parts.join(' ')),
  part: fc.oneof(
    { maxDepth: 4 },
    key.map((name) => `{{.${name}}}`),
    fc.tuple(key, key).map(([name, child]) => `{{with .${name}}}{{.${child}}}{{end}}`),
    key.map((name) => `{{.${name} | default "x"}}`),
    fc.tuple(key, tie('body')).map(([name, body]) => `{{range .${name}}}${body}{{end}}`),
    fc.tuple(key, tie('body')).map(([name, body]) => `{{if .${name}}}${body}{{end}}`),
  ),
})).body;

const jsonObject = fc
  .dictionary(key, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 })
  .map((value): JsonObject => JSON.parse(JSON.stringify(value)));

/** Every place of the form with a value, down to the leaves. */
function places(field: Field, data: JsonValue, at: JsonPath): JsonPath[] {
  const value = valueAt(data, at);
  if (value === undefined) return [];
  const below = field.children.flatMap((child) => places(child, data, [...at, child.label]));
  const { element } = field;
  const items =
    Array.isArray(value) && element ? value.flatMap((_, index) => places(element, data, [...at, index])) : [];
  return [at, ...below, ...items];
}

it('writing back what each field shows leaves the JSON as it was', () => {
  fc.assert(
    fc.property(template, jsonObject, (text, data) => {
      let written: JsonValue = data;
      for (const field of fields(text)) {
        for (const place of places(field, data, [field.label])) {
          const value = valueAt(data, place);
          if (value !== undefined) written = withValueAt(written, place, value);
        }
      }
      expect(JSON.stringify(written)).toBe(JSON.stringify(data));
    }),
  );
});

it('a field reads what was written through it, and other keys stay', () => {
  fc.assert(
    fc.property(
      jsonObject,
      fc.array(fc.oneof(key, fc.nat(3)), { minLength: 1, maxLength: 4 }),
      fc.jsonValue(),
      (data, rest, value) => {
        const path = ['root', ...rest];
        const json: JsonValue = JSON.parse(JSON.stringify(value));
        const written = withValueAt(data, path, json);
        expect(valueAt(written, path)).toEqual(json);
        for (const name of Object.keys(data)) expect(valueAt(written, [name])).toEqual(valueAt(data, [name]));
        if (typeof path.at(-1) === 'string')
          expect(valueAt(withoutValueAt(written, path), path)).toBeUndefined();
      },
    ),
  );
});

it('placeholders fill in missing values and change no others', () => {
  fc.assert(
    fc.property(template, jsonObject, (text, data) => {
      const all = fields(text);
      const filled = withPlaceholders(all, data);
      expect(missingPaths(all, filled)).toEqual([]);
      for (const name of Object.keys(data)) expect(valueAt(filled, [name])).toBeDefined();
    }),
  );
});

it('a list item that is added has what the template requires of it', () => {
  const [list] = fields('{{range .items}}{{.title}}{{.note | default ""}}{{end}}');
  expect(list?.element && emptyValue(list.element)).toEqual({ title: '' });
});
