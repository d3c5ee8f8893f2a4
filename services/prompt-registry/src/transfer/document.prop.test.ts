import { parseBody, parseExactJson, routes } from '@px0/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FIRST_KIND, parseDocument } from './document.ts';
import { fromYaml, toYaml } from './yaml.ts';

/** Among them the names that every object of JavaScript has already. */
const tag = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '__defineGetter__',
    '.',
    '..',
    '1',
  ),
  fc.stringMatching(/^[A-Za-z0-9._-]{1,50}$/),
);
const key = fc.oneof(tag, fc.string());
const entries = <T>(name: fc.Arbitrary<string>, value: fc.Arbitrary<T>) =>
  fc.array(fc.tuple(name, value)).map((pairs) => Object.fromEntries(pairs));
const variables = entries(
  key,
  fc.oneof(fc.constantFrom('', 'x', 1.5, null, true), entries(key, fc.constant(1))),
);

it('what a document holds under any name is read, from JSON and from YAML', () => {
  fc.assert(
    fc.property(entries(tag, fc.constantFrom(1, 2)), variables, key, (tags, payload, name) => {
      const text = JSON.stringify({
        kind: FIRST_KIND,
        prompts: [
          {
            slug: 'x',
            name: 'x',
            versions: [1, 2].map((number) => ({ number, status: 'draft', template: 'x' })),
            tags,
            payloads: [{ name, variables: payload }],
          },
        ],
      });
      for (const document of [parseExactJson(text), fromYaml(toYaml(parseExactJson(text)))]) {
        const body = parseBody(routes.importPrompts, { document: structuredClone(document) });
        const [prompt] = parseDocument(body?.document ?? document).document.prompts;
        expect(JSON.stringify(prompt?.tags)).toBe(JSON.stringify(tags));
        expect(JSON.stringify(prompt?.payloads)).toBe(JSON.stringify([{ name, variables: payload }]));
      }
    }),
  );
});
