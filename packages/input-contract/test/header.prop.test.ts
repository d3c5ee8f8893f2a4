/** The sentence and the header, whatever names there are and however much is wrong. */
import { compareStrings, pathStep } from '@px0/template';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileJudge, type InputSchema } from '../src/mod.ts';

const MOST_BYTES = 2_048;
const VALUE = 'hush-7c1f';

const odd = fc.constantFrom(
  '\u0000',
  '\r\n',
  '\u007f',
  '\u0080',
  '\u2028',
  '\ud800',
  '"',
  '\\',
  'é',
  '😀',
  '__proto__',
);
const name = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: fc.constantFrom('a', 'b', '_', '1'), maxLength: 6 }) },
  { weight: 2, arbitrary: fc.array(odd, { maxLength: 4 }).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: fc.tuple(odd, fc.nat(1_100)).map(([part, times]) => part.repeat(times)) },
);

/** Objects in a list: which names are required, which are known, and which are given. */
const contents = fc
  .tuple(
    fc.uniqueArray(name, { minLength: 1, maxLength: 30 }),
    fc.array(fc.array(fc.nat(), { maxLength: 40 }), { minLength: 1, maxLength: 12 }),
  )
  .map(([names, rows]) => {
    const known = names.filter((_, index) => index % 3 !== 0);
    const required = known.filter((_, index) => index % 2 === 0);
    const objects = rows.map((chosen) =>
      Object.fromEntries(chosen.map((index): [string, string] => [names[index % names.length] ?? '', VALUE])),
    );
    return { known, required, objects };
  });

interface Expected {
  readonly missing: readonly string[];
  readonly unknown: readonly string[];
  readonly invalid: readonly string[];
}

function pathsOf({
  known,
  required,
  objects,
}: {
  known: readonly string[];
  required: readonly string[];
  objects: readonly object[];
}): Expected {
  const paths = (keysOf: (object: object) => readonly string[]) =>
    objects
      .flatMap((object, index) => keysOf(object).map((key) => `l[${index}]${pathStep(key, false)}`))
      .sort(compareStrings);
  return {
    missing: paths((object) => required.filter((key) => !Object.hasOwn(object, key))),
    unknown: paths((object) => Object.keys(object).filter((key) => !known.includes(key))),
    invalid: paths((object) => Object.keys(object).filter((key) => known.includes(key))),
  };
}

it('the header is ASCII, has the longest beginning that fits and counts the rest, and tells no value', () => {
  let cut = 0;
  fc.assert(
    fc.property(contents, ({ known, required, objects }) => {
      const integer = { type: 'integer' } as const;
      const properties = Object.fromEntries(known.map((key): [string, InputSchema] => [key, integer]));
      const judge = compileJudge({
        properties: { l: { items: { properties, required, additionalProperties: false } } },
      });
      const expected = pathsOf({ known, required, objects });
      const total = expected.missing.length + expected.unknown.length + expected.invalid.length;
      const violation = judge({ l: objects });
      if (violation === undefined) {
        expect(total).toBe(0);
        return;
      }
      const { header, problems, detail } = violation;
      expect(header).toMatch(/^[\x20-\x7e]*$/);
      expect(header.length).toBeLessThanOrEqual(MOST_BYTES);
      expect(JSON.parse(header)).toEqual(problems);
      const told = [problems.missing, problems.unknown, problems.invalid].map((list) =>
        list.map(({ path }) => path),
      );
      const all = [...expected.missing, ...expected.unknown, ...expected.invalid];
      expect(told.flat()).toEqual(all.slice(0, told.flat().length));
      expect(told.flat().length + (problems.more ?? 0)).toBe(total);
      expect(problems.more).not.toBe(0);
      if (problems.more !== undefined) {
        cut += 1;
        // The next would need its path, perhaps a name, and a phrase.
        const next = JSON.stringify(all[told.flat().length] ?? '').length;
        expect(header.length + 6 * next + 1_000).toBeGreaterThan(MOST_BYTES);
      }
      expect(header + detail).not.toContain(VALUE);
    }),
    { numRuns: 150 },
  );
  expect(cut).toBeGreaterThan(10);
});

/** How often the judge looks at something of the data. */
function looksAt(schema: InputSchema, data: object): number {
  let looks = 0;
  const watched = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    return new Proxy(value, {
      get: (target, key, receiver) => {
        looks += 1;
        return watched(Reflect.get(target, key, receiver));
      },
      ownKeys: (target) => {
        const keys = Reflect.ownKeys(target);
        looks += keys.length;
        return keys;
      },
    });
  };
  compileJudge({ properties: { l: schema } })({ l: watched(data) });
  return looks;
}

const texts = (count: number) => Array.from({ length: count }, (_, index) => `key_${index}`);
const object = (count: number) => Object.fromEntries(texts(count).map((key) => [key, 1]));
const nested = (depth: number): InputSchema =>
  depth === 0 ? { type: 'string' } : { items: nested(depth - 1) };
const lists = (depth: number, count: number): unknown[] =>
  depth === 1 ? new Array(count).fill(1) : [lists(depth - 1, count), 1];

it.each<[string, InputSchema, (count: number) => object]>([
  ['unknown names', { additionalProperties: false }, object],
  ['names beside a missing one', { required: texts(300).map((key) => `${key}x`) }, object],
  ['wrong elements', { items: { type: 'string' } }, (count) => new Array(count).fill(1)],
  ['wrong elements far inside', nested(14), (count) => lists(14, count)],
  [
    'objects that lack names',
    { items: { required: texts(20) } },
    (count) => new Array(count).fill({ key: 1 }),
  ],
  [
    'objects with unknown names',
    { items: { additionalProperties: false } },
    (count) => new Array(count).fill(object(20)),
  ],
  ['a value that is none of many', { enum: texts(256).map((key) => ({ [key]: [1] })) }, object],
  ['elements that are none of many', { items: { enum: texts(256) } }, (count) => new Array(count).fill([1])],
])('judging looks at all data as often, however much there is: %s', (_what, schema, make) => {
  const [few, many] = [looksAt(schema, make(1_000)), looksAt(schema, make(8_000))];
  expect(few).toBeGreaterThan(0);
  expect(many / few).toBeLessThan(8.5);
});
