import { linkChat } from '@px0/template';
import { expect, it } from 'vitest';
import { CompiledTemplates } from './compiled-templates.ts';

/** Compiled, it takes some 50 MB. */
const dense = (name: string) => `{{.${name}}}`.repeat(60_000);

it('compiled templates are kept while a thread has room for them', () => {
  const templates = new CompiledTemplates();
  const [small, first] = [templates.of('{{.small}}'), templates.of(dense('a'))];
  expect(templates.of(dense('a'))).toBe(first);
  expect(templates.of('{{.small}}')).toBe(small);
  for (const name of ['b', 'c', 'd']) templates.of(dense(name));
  expect(templates.of('{{.small}}')).not.toBe(small);
  expect(templates.of(dense('a'))).not.toBe(first);
});

it('programs are kept apart from others of the same template', () => {
  const templates = new CompiledTemplates();
  const required = linkChat([{ placeholder: 'history', required: true }]);
  const optional = linkChat([{ placeholder: 'history' }]);
  expect(required.template).toBe(optional.template);
  const [compiled, text] = [templates.of(required), templates.of(required.template)];
  expect(() => compiled.messages({})).toThrow('missing history');
  expect(templates.of(optional).messages({})).toEqual([]);
  expect(text.messages({})).toBeUndefined();
  // As it comes from another thread: nothing of it is the same object.
  expect(templates.of(structuredClone(required))).toBe(compiled);
  expect(templates.of(required.template)).toBe(text);
  expect(templates.of({ template: required.template })).toBe(text);
});

it('the largest conversations are kept, too', () => {
  const templates = new CompiledTemplates();
  const parts = Array.from({ length: 20 }, () => ({ type: 'text' as const, template: 'x'.repeat(190) }));
  const chat = linkChat(Array.from({ length: 100 }, () => ({ role: 'user' as const, parts })));
  expect(chat.template.length).toBeGreaterThan(480_000);
  expect(templates.of(chat)).toBe(templates.of(structuredClone(chat)));
});
