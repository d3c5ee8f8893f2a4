import { describe, expect, it } from 'vitest';
import { readQuery } from './read-query.ts';
import type { RouteDefinition } from './route.ts';
import { routes } from './routes/mod.ts';
import { queryRules } from './values.ts';

const read = (route: RouteDefinition, query: string) => readQuery(route, [...new URLSearchParams(query)]);
const dryRun = (query: string) => read(routes.importPrompts, query);
const refused = { refusal: 'invalidDryRun' };

describe('a switch', () => {
  it.each(['1', 't', 'T', 'TRUE', 'true', 'True'])('is on with %s', (word) => {
    expect(dryRun(`dry_run=${word}`)).toEqual({ query: { dry_run: true } });
  });

  it.each(['0', 'f', 'F', 'FALSE', 'false', 'False'])('is off with %s', (word) => {
    expect(dryRun(`dry_run=${word}`)).toEqual({ query: { dry_run: false } });
  });

  it('is absent when it is not given', () => {
    expect(dryRun('')).toEqual({ query: {} });
  });

  it.each([
    '',
    'yes',
    'on',
    'TrUe',
    'true%20',
    '%20true',
    'true%00',
    '2',
    'null',
    '"true"',
    'true;x',
    'ｔｒｕｅ',
  ])('with %j is refused', (value) => {
    expect(dryRun(`dry_run=${value}`)).toEqual(refused);
  });

  it.each(['dry_run=true&dry_run=false', 'dry_run=true&dry_run=true', 'dry_run&dry_run=true'])(
    'that is repeated is refused: %s',
    (query) => {
      expect(dryRun(query)).toEqual(refused);
    },
  );

  it.each([
    'dryrun=true',
    'dry-run=true',
    'Dry_Run=true',
    'dryRun=1',
    'DRY_RUN',
    'dry_run[]=true',
    'dry_run[x]=1',
    'dry+run=true',
    '%20dry_run=true',
    'dry=true',
    'dry_run_only=true',
    'dry_run=true&dryRun=false',
  ])('whose name is misspelt is refused: %s', (query) => {
    expect(dryRun(query)).toEqual(refused);
  });

  it('does not stand in the way of parameters that nobody knows', () => {
    expect(dryRun('dry_run=true&trace=1&d=2&__proto__=x')).toEqual({
      query: Object.fromEntries([
        ['dry_run', true],
        ['trace', '1'],
        ['d', '2'],
        ['__proto__', 'x'],
      ]),
    });
  });
});

describe('a parameter with a fixed set of words', () => {
  it('takes its words', () => {
    expect(read(routes.promoteVersion, 'require=payloads')).toEqual({ query: { require: 'payloads' } });
    expect(read(routes.exportPrompts, 'format=json')).toEqual({ query: { format: 'json' } });
    expect(read(routes.exportPrompts, 'format=yaml&slugs=a&slugs=b')).toEqual({
      query: { format: 'yaml', slugs: 'a' },
    });
    expect(read(routes.getPromptUsage, 'step=')).toEqual({ query: {} });
  });

  it.each([
    'require=',
    'require=Payloads',
    'require=payload',
    'require=true',
    'require=payloads,',
    'require=,payloads',
    'require=payloads,payloads',
    'require=payloads&require=payloads',
    'Require=payloads',
    'require[]=payloads',
    'required=payloads',
    'requires=payloads',
  ])('is refused with anything else: %s', (query) => {
    expect(read(routes.promoteVersion, query)).toEqual({ refusal: 'invalidRequire' });
  });

  it.each([
    [routes.exportPrompts, 'format=YAML', 'invalidExportFormat'],
    [routes.exportPrompts, 'format=csv', 'invalidExportFormat'],
    [routes.exportPrompts, 'format=', 'invalidExportFormat'],
    [routes.exportPrompts, 'format=yaml&format=json', 'invalidExportFormat'],
    [routes.diffVersions, 'format=unified', 'invalidDiffFormat'],
    [routes.diffVersions, 'format=constructor', 'invalidDiffFormat'],
    [routes.getPromptUsage, 'step=week', 'invalidStep'],
  ])('is refused with a word of no set', (route, query, refusal) => {
    expect(read(route, query)).toEqual({ refusal });
  });

  it('is listed with its refusal by its route', () => {
    for (const route of Object.values<RouteDefinition>(routes)) {
      for (const field of Object.values(route.query.shape)) {
        const rule = queryRules.get(field as Parameters<typeof queryRules.get>[0]);
        if (rule !== undefined) expect(route.errors).toContain(rule.refusal);
      }
    }
  });
});
