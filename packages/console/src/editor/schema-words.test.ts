import { expect, it } from 'vitest';
import type { JsonObject } from '../json/mod.ts';
import { type SchemaRow, schemaRows } from './schema-rows.ts';
import { isTightened, wordsOf, wordsOfTightening } from './schema-words.ts';

function rowOf(authored: JsonObject, required: readonly string[] = []): SchemaRow {
  const [row] = schemaRows(
    { properties: { a: { default: 'x' } } },
    { properties: { a: authored }, required },
  );
  if (row === undefined) throw new Error('there is a row');
  return row;
}

it('says what values a variable may have', () => {
  expect(wordsOf(rowOf({}))).toEqual(['Default: "x"']);
  expect(
    wordsOf(
      rowOf({ enum: ['a', 1, null], minLength: 1, maximum: 2.5, additionalProperties: false, default: 'y' }),
    ),
  ).toEqual(['One of "a", 1, null', 'At least 1 characters', 'At most 2.5', 'No other keys', 'Default: "y"']);
  expect(wordsOf(rowOf({ const: { b: [] }, enum: Array.from({ length: 12 }, (_, n) => n) }))).toEqual([
    'One of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …',
    'Always {"b":[]}',
    'Default: "x"',
  ]);
});

it('calls tightened what is judged, not what is only shown', () => {
  expect(
    isTightened(rowOf({ description: 'D', examples: ['x'], properties: { b: { type: 'string' } } })),
  ).toBe(false);
  expect(isTightened(rowOf({ type: 'string' }))).toBe(true);
  expect(isTightened(rowOf({ maxItems: 3 }))).toBe(true);
  expect(isTightened(rowOf({}, ['a']))).toBe(true);
});

it('says what a proposal demands', () => {
  const spot = { place: 'a', at: ['properties', 'a'] };
  expect(wordsOfTightening({ ...spot, keyword: 'type', types: ['string', 'null'] })).toBe(
    'must be of type string or null',
  );
  expect(wordsOfTightening({ ...spot, keyword: 'enum', values: ['b', 'c'] })).toBe('must be one of "b", "c"');
  expect(wordsOfTightening({ ...spot, keyword: 'required', name: 'a' })).toBe('is required');
});
