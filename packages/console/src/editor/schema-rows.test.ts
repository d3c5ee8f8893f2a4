import { compile } from '@px0/template';
import { describe, expect, it } from 'vitest';
import { inputSchemaOf } from '../preview/mod.ts';
import {
  rowNamedIn,
  type SchemaRow,
  schemaRows,
  typesOf,
  withKeywords,
  withRefusal,
  withRequired,
} from './schema-rows.ts';

const needed = compile(
  '{{.name}}{{if .vip}}{{.plan.code}}{{end}}{{range .items}}{{upper .title}}{{end}}',
).inputSchema;

function row(place: string, authored = {}): SchemaRow {
  const found = schemaRows(needed, authored).find((one) => one.place === place);
  if (found === undefined) throw new Error(`there is no row ${place}`);
  return found;
}

describe('the table of variables', () => {
  it('has what the template reads and what its author names, as indented paths', () => {
    const authored = {
      properties: {
        items: { items: { properties: { 'unit price': { type: 'number' } } } },
        tone: { enum: ['formal'] },
      },
      required: ['tone', 'mood'],
    };
    const rows = schemaRows(needed, authored).map((one) => [
      '  '.repeat(one.depth) + one.place,
      typesOf(one)?.join('|') ?? 'any',
      one.isRequiredByTemplate ? 'always' : one.isRequired,
      one.needed === undefined ? 'author' : 'template',
    ]);
    expect(rows).toEqual([
      ['name', 'any', 'always', 'template'],
      ['vip', 'any', 'always', 'template'],
      ['plan', 'any', false, 'template'],
      ['  plan.code', 'any', false, 'template'],
      ['items', 'array|object|null', 'always', 'template'],
      ['  items[]', 'object', false, 'template'],
      ['    items[].title', 'string', 'always', 'template'],
      ['    items[]["unit price"]', 'number', false, 'author'],
      ['tone', 'any', true, 'author'],
      ['mood', 'any', true, 'author'],
    ]);
  });

  it('shows what is written while it is no schema yet', () => {
    const authored = { properties: { name: 5, tone: { type: ['string', 7, 'text'] } }, required: 'x' };
    expect(schemaRows(needed, authored).map(({ place }) => place)).toContain('tone');
    expect(typesOf(row('tone', authored))).toEqual(['string']);
    expect(schemaRows({}, { properties: [], items: {} })).toEqual([]);
  });

  it('finds the row that a refusal names', () => {
    const rows = schemaRows(needed, {});
    expect(rowNamedIn('items[].title: pattern is not supported', rows)?.place).toBe('items[].title');
    expect(rowNamedIn('items: the template needs array, object or null', rows)?.place).toBe('items');
    expect(rowNamedIn('variables: must be at most 65536 bytes', rows)).toBeUndefined();
  });
});

describe('an edited row', () => {
  it('changes its own keywords and nothing else', () => {
    const authored = {
      title: 'T',
      properties: { name: { 'x-a': 1, type: 'string', maxLength: 9 }, tone: {} },
    };
    const next = withKeywords(authored, row('name'), {
      type: ['string', 'null'],
      maxLength: undefined,
      enum: ['a'],
    });
    expect(JSON.stringify(next)).toBe(
      '{"title":"T","properties":{"name":{"x-a":1,"type":["string","null"],"enum":["a"]},"tone":{}}}',
    );
    const title = { type: 'string', minLength: 1 };
    const deep = withKeywords({}, row('items[].title'), title);
    expect(deep).toEqual({ properties: { items: { items: { properties: { title } } } } });
    // What says nothing is not left behind.
    expect(withKeywords(deep, row('items[].title'), { type: undefined, minLength: undefined })).toEqual({});
  });

  it('can be required, or no longer', () => {
    const once = withRequired({}, row('plan'), true);
    expect(once).toEqual({ required: ['plan'] });
    expect(withRequired(once, row('plan.code'), true)).toEqual({
      required: ['plan'],
      properties: { plan: { required: ['code'] } },
    });
    expect(withRequired(once, row('plan', once), false)).toEqual({});
    expect(withRequired({}, row('items[]'), true)).toEqual({});
  });

  it('is listed where others are refused', () => {
    const names = ['name', 'vip', 'plan', 'items'];
    const refusing = withRefusal({ properties: { vip: { type: 'boolean' } } }, [], names, true);
    expect(inputSchemaOf(needed, refusing)).toMatchObject({
      ok: true,
      schema: { additionalProperties: false },
    });
    const edited = withKeywords(refusing, row('name'), { type: 'string' });
    expect(withKeywords(edited, row('name'), { type: undefined })).toEqual(refusing);
    expect(withRefusal(refusing, [], names, false)).toEqual({ properties: { vip: { type: 'boolean' } } });
  });
});

it('px0 would not keep a schema that loosens or refuses what the template needs', () => {
  expect(inputSchemaOf(needed, { properties: { items: { type: 'string' } } })).toEqual({
    ok: false,
    message: 'items: the template needs array, object or null',
  });
  expect(inputSchemaOf(needed, { additionalProperties: false })).toEqual({
    ok: false,
    message: 'name: is read by the template',
  });
});
