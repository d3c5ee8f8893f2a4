import { compile, FUNCTION_NAMES } from '@px0/template';
import { expect, it } from 'vitest';
import { functionReference, keywordExample, keywordReference } from './function-reference.ts';

it('the editor explains exactly the functions that there are', () => {
  expect(Object.keys(functionReference).toSorted()).toEqual([...FUNCTION_NAMES].toSorted());
});

it('every example is a template', () => {
  for (const { example } of Object.values(functionReference)) {
    expect(() => compile(example.startsWith('{{if') ? `${example}{{end}}` : example)).not.toThrow();
  }
});

it('every keyword has an example as it is written', () => {
  const examples = keywordReference.map(keywordExample);
  expect(examples.slice(0, 4)).toEqual([
    '{{if .condition}}…{{end}}',
    '{{else}}',
    '{{else if .condition}}',
    '{{range .items}}…{{end}}',
  ]);
  for (const example of examples) expect(example).toMatch(/^\{\{[^#]*\}\}$/);
});
