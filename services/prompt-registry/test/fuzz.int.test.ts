import { type RouteDefinition, routes } from '@px0/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cast, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;
let promptId: string;
let payloadId: string;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
  promptId = (await registry.prompts.create(cast.editor, cast.teamId)).id;
  await registry.prompts.createVersion(cast.editor, promptId);
  payloadId = (await registry.prompts.createPayload(cast.editor, promptId, { variables: {} })).id;
});
afterAll(() => registry?.stop());

const table: Readonly<Record<string, RouteDefinition>> = routes;
const own = Object.values(table).filter(({ owner }) => owner === 'prompt-registry');

/** What breaks parsers, databases and templates. */
const text = fc.oneof(
  fc.constantFrom(
    '',
    '1',
    '-1',
    '007',
    '99999999999999999999',
    'NaN',
    'null',
    '\0',
    '\ud800',
    "' or 1=1 --",
    '{{',
    '{{.a}}',
    '{{range .}}',
    '%',
    '%00',
    '../..',
    'é',
    '½',
    '🙂',
    '0000-01-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    'prod',
    'payloads',
    'structured',
    'true',
    'x'.repeat(300),
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ maxLength: 20 }),
);
const json = fc.oneof(fc.jsonValue({ maxDepth: 3 }), text, fc.constant({ deep: [[[[[[]]]]]] }));
const fields = [
  'name',
  'slug',
  'description',
  'folder',
  'contract',
  'note',
  'from',
  'to',
  'template',
  'tag',
  'team_id',
  'variables',
  'document',
  'yaml',
] as const;
const body = fc.oneof(
  json,
  fc.dictionary(fc.constantFrom(...fields), json),
  fc.constant({ document: { kind: 'px0/prompts/v1', prompts: [{}] } }),
);
const parameters = [
  'status',
  'archived',
  'q',
  'in',
  'include',
  'folder',
  'tag',
  'tags',
  'sort',
  'limit',
  'cursor',
  'version',
  'team',
  'team_id',
  'from',
  'to',
  'format',
  'require',
  'dry_run',
  'slugs',
];
const query = fc.dictionary(fc.constantFrom(...parameters), text, { maxKeys: 4 });

it('no input is answered with a 5xx', async () => {
  const known: Record<string, () => string> = {
    id: () => promptId,
    teamID: () => cast.teamId,
    payloadID: () => payloadId,
    version: () => '1',
  };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...own),
      fc.array(fc.option(text, { freq: 3 }), { minLength: 3, maxLength: 3 }),
      query,
      body,
      fc.option(fc.constantFrom('"x"', '*', '', ',,,W/', '"'.repeat(100))),
      async (route, texts, parametersUsed, content, ifMatch) => {
        const values = [...texts];
        const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => {
          const strange = values.pop();
          return encodeURIComponent((strange ?? known[name]?.() ?? 'x').toWellFormed());
        });
        const search = new URLSearchParams(parametersUsed);
        const reply = await registry.call(
          cast.allKey,
          route.method,
          `${path}?${search}`,
          route.method === 'GET' ? undefined : content,
          ifMatch === null ? {} : { 'if-match': ifMatch },
        );
        expect(reply.status, `${route.method} ${path}?${search} ${JSON.stringify(reply.body)}`).toBeLessThan(
          500,
        );
        if (reply.status >= 400) expect(Object.keys(reply.body ?? {})).toEqual(['error']);
      },
    ),
    { numRuns: 300 },
  );
}, 60_000);
