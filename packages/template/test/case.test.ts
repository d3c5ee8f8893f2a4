import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compile } from '../src/compile.ts';
import { simpleLower, simpleUpper } from '../src/unicode/case.ts';

type Mapping = Readonly<Record<string, string>>;

/** Every code point that is mapped to another, in hexadecimal, by Go's tables. */
const vectors: { readonly upper: Mapping; readonly lower: Mapping } = JSON.parse(
  readFileSync(new URL('vectors/case.json', import.meta.url), 'utf8'),
);

it.each([
  ['upper', simpleUpper, 1450],
  ['lower', simpleLower, 1433],
] as const)('%s maps every code point as Go does', (name, map, count) => {
  const template = compile(`{{${name} .s}}`);
  const mapping = new Map(
    Object.entries(vectors[name]).map(([from, to]) => [Number.parseInt(from, 16), Number.parseInt(to, 16)]),
  );
  const wrong: string[] = [];
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint += 1) {
    if (map(codePoint) !== (mapping.get(codePoint) ?? codePoint)) wrong.push(codePoint.toString(16));
  }
  expect(wrong).toEqual([]);
  expect(mapping.size).toBe(count);
  const text = String.fromCodePoint(...mapping.keys());
  expect(template.render({ s: text })).toBe(String.fromCodePoint(...mapping.values()));
});
