/** Schemas and data of few names and values, so that they often meet. */
import fc, { type Arbitrary } from 'fast-check';
import type { InputSchema, JsonType } from '../src/mod.ts';

const TYPES: readonly JsonType[] = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'];
const DEPTH = 3;

const key = fc.constantFrom('a', 'ab', 'b', 'x-y');
const SCALARS = [null, true, false, 0, 1, 2, 3, 0.5, 1.5, 2.5, -1, -2, '', 'a', 'ab', '😀', 'abc', 'abcd'];
const scalar = fc.constantFrom<unknown>(...SCALARS);
const number = fc.constantFrom(-1, 0, 0.5, 1, 1.5, 2, 3);
const length = fc.constantFrom(0, 1, 2, 3);

function jsonOf(depth: number): Arbitrary<unknown> {
  if (depth === 0) return scalar;
  const inside = jsonOf(depth - 1);
  return fc.oneof(
    { weight: 2, arbitrary: scalar },
    { weight: 1, arbitrary: fc.array(inside, { maxLength: 3 }) },
    { weight: 2, arbitrary: fc.dictionary(key, inside, { maxKeys: 3, noNullPrototype: true }) },
  );
}

export const variables = fc.dictionary(key, jsonOf(DEPTH), { maxKeys: 4, noNullPrototype: true });

/** A keyword that a schema has once in so many times. */
function oneIn<Value>(times: number, arbitrary: Arbitrary<Value>): Arbitrary<Value | undefined> {
  return fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}

function schemaOf(depth: number): Arbitrary<InputSchema> {
  const types = fc.uniqueArray(fc.constantFrom(...TYPES), { minLength: 1, maxLength: 4 });
  const keywords: Record<string, Arbitrary<unknown>> = {
    type: oneIn(2, fc.oneof(fc.constantFrom(...TYPES), types)),
    enum: oneIn(8, fc.array(jsonOf(2), { minLength: 1, maxLength: 4 })),
    const: oneIn(16, jsonOf(1)),
    required: oneIn(2, fc.uniqueArray(key, { maxLength: 2 })),
    additionalProperties: oneIn(3, fc.boolean()),
  };
  for (const bound of ['minLength', 'maxLength', 'minItems', 'maxItems']) keywords[bound] = oneIn(8, length);
  for (const bound of ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'])
    keywords[bound] = oneIn(8, number);
  if (depth > 0) {
    const inside = schemaOf(depth - 1);
    keywords['properties'] = fc.dictionary(key, inside, { maxKeys: 3, noNullPrototype: true });
    keywords['items'] = oneIn(2, inside);
  }
  return fc.record(keywords, { noNullPrototype: true }).map(withoutUndefined);
}

function withoutUndefined(keywords: Readonly<Record<string, unknown>>): InputSchema {
  return Object.fromEntries(Object.entries(keywords).filter(([, value]) => value !== undefined));
}

export const rootSchema = schemaOf(DEPTH).map(
  ({ enum: _enum, const: _const, ...schema }): InputSchema => ({ ...schema, type: 'object' }),
);

const choices = fc.infiniteStream(fc.integer({ min: 0, max: 7 }));

/** Two schemas that differ little: parts of the one in the place of parts of the other. */
export const twoSchemas = fc
  .tuple(rootSchema, rootSchema, choices)
  .map(([from, other, chosen]) => ({ from, to: mixed(from, other, chosen) }));

/** The same of one value, which nothing is said to be in. */
export const twoOfOneValue = fc
  .tuple(schemaOf(0), schemaOf(0), choices)
  .map(([from, other, chosen]) => ({ from, to: mixed(from, other, chosen) }));

/** Values of all kinds. */
export const VALUES: readonly unknown[] = [
  ...SCALARS,
  [],
  [0],
  [0, 0],
  [0, 0, 0],
  [0, 0, 0, 0],
  {},
  { a: 0 },
];

function mixed(one: InputSchema, other: InputSchema, choices: Iterator<number>): InputSchema {
  const keywords = new Set([...Object.keys(one), ...Object.keys(other)]);
  const made: Record<string, unknown> = {};
  for (const keyword of keywords) {
    const [left, right] = [one[keyword], other[keyword]];
    if (keyword === 'properties') made[keyword] = mixedProperties(one, other, choices);
    else if (keyword === 'items' && one.items !== undefined && other.items !== undefined)
      made[keyword] = mixed(one.items, other.items, choices);
    else made[keyword] = choices.next().value === 0 ? right : left;
  }
  return withoutUndefined(made);
}

function mixedProperties(one: InputSchema, other: InputSchema, choices: Iterator<number>): unknown {
  const [left, right] = [one.properties ?? {}, other.properties ?? {}];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return Object.fromEntries(
    [...keys].flatMap((name): [string, InputSchema][] => {
      const [mine, theirs] = [left[name], right[name]];
      if (mine !== undefined && theirs !== undefined) return [[name, mixed(mine, theirs, choices)]];
      const taken = choices.next().value === 0 ? theirs : mine;
      return taken === undefined ? [] : [[name, taken]];
    }),
  );
}
