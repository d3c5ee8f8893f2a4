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
