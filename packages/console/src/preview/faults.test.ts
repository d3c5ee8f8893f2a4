import { expect, it } from 'vitest';
import type { Body } from './content.ts';
import { faultsIn, repairedFields } from './faults.ts';
import { compileBody } from './preview.ts';

const faults = (body: Body) => faultsIn(body, compileBody(body));
const labels = (body: Body, before: string) => {
  const last = compileBody({ template: before });
  return repairedFields(body, last.ok ? last.variables : []).map(({ label }) => label);
};

it('all faults of a text are told, where the editor has them', () => {
  const text = 'é {{name}}\r\n{{if .x}}\r{% if y %}';
  const shown = 'é {{name}}\n{{if .x}}\n{% if y %}';
  expect(faults({ template: text })).toEqual([
    {
      kind: 'syntax',
      message: '“name” is not a function',
      at: undefined,
      line: 1,
      column: 3,
      offset: 2,
      end: 10,
      suggestion: '{{.name}}',
    },
    expect.objectContaining({ message: '{{if .x}} has no {{end}}', line: 2, offset: 11, end: 20 }),
    expect.objectContaining({
      kind: 'hint',
      line: 3,
      column: 1,
      offset: shown.indexOf('{%'),
      end: shown.length,
    }),
  ]);
});

it('faults of a conversation are at their messages and parts', () => {
  const body: Body = {
    messages: [
      { role: 'user', template: 'Hi {{.name' },
      { placeholder: 'history' },
      {
        role: 'user',
        parts: [
          { type: 'text', template: 'See' },
          { type: 'media', url: '{{photo}}' },
        ],
      },
    ],
  };
  expect(faults(body).map(({ at, suggestion }) => [at, suggestion])).toEqual([
    [{ entry: 0 }, '{{.name}}'],
    [{ entry: 2, part: 1 }, '{{.photo}}'],
  ]);
});

it('a fault that is in no single text is told, too', () => {
  const twice = { role: 'user', template: '{{define "a"}}b{{end}}c' } as const;
  expect(faults({ messages: [twice, twice] })).toMatchObject([{ kind: 'syntax', at: { entry: 1 } }]);
  expect(faults({ messages: [] })).toMatchObject([{ kind: 'form' }]);
  expect(faults({ template: 'Hi {{.name}}' })).toEqual([]);
});

it('a form keeps its fields while the text has errors, and gains those of what is right', () => {
  const before = '{{.name}}{{.order}}{{.late}}';
  expect(labels({ template: '{{.name}}{{.or{{.late}}{{.city}}' }, before)).toEqual([
    ...['name', 'order', 'late'],
    ...['or', 'city'],
  ]);
  expect(labels({ template: '{{.name}}{{if}}{{.late}}' }, '')).toEqual(['name', 'late']);
  expect(labels({ template: '{{"x'.repeat(40) }, before)).toEqual(['name', 'order', 'late']);
  const chat: Body = { messages: [{ role: 'user', template: '{{topic}}' }, { placeholder: 'history' }] };
  expect(labels(chat, '')).toEqual(['topic', 'history']);
});
