import { compile } from '@px0/template';
import { expect, it } from 'vitest';
import { fieldsOf } from '../preview/mod.ts';
import { definitionsIn, keysAt, scopeAt } from './completion-scope.ts';

/** The scope at the `|` in a text, which is removed. */
function scope(text: string) {
  const at = text.indexOf('|');
  return scopeAt(text.slice(0, at) + text.slice(at + 1), at);
}

it('completion knows whether it stands in an action, and at its beginning', () => {
  expect(scope('Hi | {{.name}}')).toMatchObject({ isInAction: false });
  expect(scope('Hi {{|}}')).toMatchObject({ isInAction: true, isAtStart: true });
  expect(scope('Hi {{- |}}')).toMatchObject({ isInAction: true, isAtStart: true });
  expect(scope('Hi {{if |}}')).toMatchObject({ isInAction: true, isAtStart: false });
});

it('the dot is what the enclosing blocks make it', () => {
  expect(scope('{{range .items}}{{|').dot).toEqual(['items', null]);
  expect(scope('{{with .user}}{{range .tags}}{{end}}{{|').dot).toEqual(['user']);
  expect(scope('{{with .user}}a{{else}}{{|').dot).toEqual([]);
  expect(scope('{{with .user}}a{{end}}{{|').dot).toEqual([]);
  expect(scope('{{define "part"}}{{|').dot).toBeUndefined();
});

it('variables stand for what was assigned to them', () => {
  const { variables } = scope('{{$u := .user}}{{range $i, $item := .items}}{{|');
  expect(variables.get('$u')).toEqual(['user']);
  expect(variables.get('$item')).toEqual(['items', null]);
  expect(variables.get('$i')).toBeUndefined();
});

it('an action that is still being written counts for nothing', () => {
  expect(scope('{{range .items}}{{end}}{{range .other |').dot).toEqual([]);
});

it('open blocks are known', () => {
  expect(scope('{{if .a}}{{range .b}}{{|').openBlocks).toEqual(['if', 'range']);
});

it('keys come from the template and from the payload', () => {
  const fields = fieldsOf(compile('{{range .items}}{{.title}}{{end}}').variables);
  const data = { items: [{ title: 'x', note: 1 }], other: {} };
  expect(keysAt(fields, data, []).map(({ key, kind }) => [key, kind])).toEqual([
    ['items', 'list'],
    ['other', 'map'],
  ]);
  expect(keysAt(fields, data, ['items', null])).toEqual([
    { key: 'title', kind: 'scalar', sample: 'x' },
    { key: 'note', kind: 'scalar', sample: 1 },
  ]);
  expect(keysAt(fields, data, undefined)).toEqual([]);
});

it('a key that every object inherits has no sample but its own', () => {
  const names = ['constructor', 'toString', '__proto__'];
  const fields = fieldsOf(compile(names.map((name) => `{{.${name}}}`).join('')).variables);
  const samples = (data: string) =>
    keysAt(fields, JSON.parse(data), []).map(({ key, sample }) => [key, sample]);
  expect(samples('{}')).toEqual(names.map((name) => [name, undefined]));
  expect(samples('{"__proto__":1,"constructor":2}')).toEqual([
    ['constructor', 2],
    ['toString', undefined],
    ['__proto__', 1],
  ]);
  expect(keysAt([], JSON.parse('{"a":{"__proto__":{"b":1}}}'), ['a', '__proto__'])).toMatchObject([
    { key: 'b' },
  ]);
});

it('definitions are found by name', () => {
  const text = 'a {{define "rules"}}b{{end}} {{- block "sign off" .}}c{{end}} {{template "other"}} {{define';
  expect(definitionsIn(text)).toEqual(['rules', 'sign off']);
});
