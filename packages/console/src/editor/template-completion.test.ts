import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { compile } from '@px0/template';
import { expect, it } from 'vitest';
import { fieldsOf } from '../preview/mod.ts';
import { templateCompletion } from './template-completion.ts';

const template = '{{.name}}{{range .items}}{{.title}}{{end}}';
const source = templateCompletion(() => ({
  fields: fieldsOf(compile(template).variables),
  data: { name: 'Ada', extra: 1 },
  definitions: ['rules', 'sign off'],
}));

/** The completions at the `|` in a text, which is removed. */
async function offered(text: string, isExplicit = false): Promise<string[] | undefined> {
  const at = text.indexOf('|');
  const state = EditorState.create({ doc: text.replace('|', '') });
  const result = await source(new CompletionContext(state, at, isExplicit));
  return result?.options.map(({ label }) => label);
}

it('outside of actions nothing is offered', async () => {
  expect(await offered('Hello |', true)).toBeUndefined();
  expect(await offered('{{.name}}|', true)).toBeUndefined();
});

it('after a dot the variables of the template and of the payload are offered', async () => {
  expect(await offered('{{.|}}')).toEqual(['name', 'items', 'extra']);
  expect(await offered('{{if .na|}}')).toEqual(['name', 'items', 'extra']);
});

it('inside a range the dot stands for an element', async () => {
  expect(await offered('{{range .items}}{{.|')).toEqual(['title']);
  expect(await offered('{{range $i, $item := .items}}{{$item.|')).toEqual(['title']);
  expect(await offered('{{range .items}}{{$.|')).toEqual(['name', 'items', 'extra']);
});

it('variables of the template are offered after a dollar sign', async () => {
  expect(await offered('{{$user := .name}}{{$|}}')).toEqual(['$', '$user']);
});

it('at the beginning of an action keywords are offered, those that end a block only inside one', async () => {
  const outside = await offered('{{|}}');
  expect(outside).toEqual(expect.arrayContaining(['.name', 'if', 'range', 'upper']));
  expect(outside).not.toContain('end');
  expect(await offered('{{if .name}}{{e|')).toContain('end');
});

it('after the beginning functions are offered, and no keywords', async () => {
  const inside = await offered('{{len u|}}');
  expect(inside).toBeDefined();
  expect(inside).toContain('upper');
  expect(inside).not.toContain('if');
});

it('in the name of a template that is called, the definitions of all messages are offered', async () => {
  expect(await offered('{{template "|')).toEqual(['rules', 'sign off']);
  expect(await offered('{{- template "ru|" .}}')).toEqual(['rules', 'sign off']);
});
