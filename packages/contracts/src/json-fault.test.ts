import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFault } from './json-fault.ts';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('the place where a text stops being JSON', () => {
  it.each([
    ['', 1, 1],
    ['abc', 1, 1],
    ['{"a":}', 1, 6],
    ['{"a":1', 1, 7],
    ['{"a":1,}', 1, 8],
    ['[1,]', 1, 4],
    ['[1 2]', 1, 4],
    ['{\n  "variables": {\n    name: "Ada"\n  }\n}', 3, 5],
    ['{\n  "name": "Ada"\n  "age": 3\n}', 3, 3],
    ["{'a':1}", 1, 2],
    ['"a\nb"', 1, 3],
    ['"a\\x"', 1, 3],
    ['"a', 1, 3],
    ['01', 1, 2],
    ['1.', 1, 2],
    ['-', 1, 1],
    ['{} {}', 1, 4],
    ['[}', 1, 2],
    ['{"a":1]', 1, 7],
    ['\ufeff{}', 1, 1],
    ['\n\n ]', 3, 2],
  ])('of %j is line %d, column %d', (text, line, column) => {
    expect(isJson(text)).toBe(false);
    expect(jsonFault(text)).toEqual({ line, column });
  });

  it('is nowhere in JSON, and somewhere in everything else', () => {
    const pieces = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"',
        '"a"',
        '1',
        '-',
        '.5',
        'e3',
        'true',
        'null',
        ' ',
        '\n',
        '\\n',
        'ü',
      ),
      { maxLength: 8 },
    );
    const text = fc.oneof(
      fc.json(),
      pieces.map((some) => some.join('')),
      fc.tuple(fc.json(), fc.nat()).map(([json, at]) => json.slice(0, at % (json.length + 1))),
    );
    fc.assert(
      fc.property(text, (some) => {
        expect(jsonFault(some) === undefined).toBe(isJson(some));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is not looked for far from the beginning of a text', () => {
    expect(jsonFault('['.repeat(10_000))).toEqual({ line: 1, column: 10_001 });
    expect(jsonFault(`${'\n'.repeat(200_000)}x`)).toEqual({ line: 200_001, column: 1 });
    expect(jsonFault(`["${'a'.repeat(200_000)}"`)).toEqual({ line: 1, column: 200_004 });
    const size = 4 * 1024 * 1024;
    for (const text of [
      '['.repeat(size),
      `["${'a'.repeat(size)}"`,
      `"${'\\n'.repeat(size / 2)}`,
      `${'\n'.repeat(size)}x`,
      `[${'1,'.repeat(size / 2)}`,
    ]) {
      expect(jsonFault(text)).toBeUndefined();
    }
  });
});
