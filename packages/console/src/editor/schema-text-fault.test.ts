import { expect, it } from 'vitest';
import { prettyJson } from '../json/mod.ts';
import { schemaRows } from './schema-rows.ts';
import { schemaTextFault } from './schema-text-fault.ts';

const schema = {
  title: 'é',
  properties: { items: { type: 'string', items: { properties: { title: { pattern: 'a' } } } }, 'a b': {} },
  additionalProperties: 5,
};
const rows = schemaRows({ properties: { name: {}, items: {} } }, schema);

it.each([
  ['items[].title: pattern is not supported', '"pattern"'],
  ['items: the template needs array, object or null', '"type"'],
  ['["a b"]: must be an object', '"a b"'],
  ['variables: additionalProperties must be true or false', '"additionalProperties"'],
  ['name: is read by the template', '"properties"'],
  ['variables: must be at most 65536 bytes', '{'],
])('%s is shown at %s', (message, there) => {
  const text = prettyJson(schema).replaceAll('\n', '\r\n');
  const { offset, line } = schemaTextFault(text, message, rows);
  const shown = text.replaceAll('\r\n', '\n');
  expect(shown.slice(offset).startsWith(there), shown.slice(offset, offset + 20)).toBe(true);
  expect(shown.split('\n')[line - 1]).toContain(there);
});

it('of a text that is no JSON, something is shown', () => {
  expect(schemaTextFault('{"properties": [', 'variables: properties must be an object', []).line).toBe(1);
  expect(schemaTextFault('', 'variables: x', []).offset).toBe(0);
});
