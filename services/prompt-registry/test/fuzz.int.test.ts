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
  'messages',
  'config',
  'note',
] as const;
const message = fc.dictionary(
  fc.constantFrom('role', 'template', 'parts', 'placeholder', 'required', 'type', 'url', 'media_type'),
  fc.oneof(fc.constantFrom('user', 'system', 'text', 'media', 'image/png', 'history'), json, text),
);
/** Nearly what a version may hold. */
const content = fc.record(
  {
    template: text,
    messages: fc.array(
      fc.oneof(
        message,
        fc.record({ role: fc.constantFrom('user', 'assistant'), parts: fc.array(message) }),
        fc.record({ role: fc.constant('user'), template: text }),
      ),
    ),
    config: fc.dictionary(
      fc.constantFrom('model', 'max_tokens', 'stop', 'seed', 'tools', 'tool_choice', 'response_schema', 'x'),
      fc.oneof(json, fc.array(fc.dictionary(fc.constantFrom('name', 'parameters', 'schema'), json))),
    ),
    note: text,
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  json,
  content,
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
  'include',
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

it('no content of a version is answered with a 5xx, and what is saved can be read, checked and compared', async () => {
  const { id } = await registry.prompts.create(cast.editor, cast.teamId);
  await registry.prompts.createPayload(cast.editor, id, { variables: { a: 1, history: [{ role: 'user' }] } });
  const versions = `/v1/prompts/${id}/versions`;
  await registry.prompts.createVersion(cast.editor, id);
  await fc.assert(
    fc.asyncProperty(content, async (sent) => {
      const validated = await registry.call(cast.allKey, 'POST', '/v1/templates/validate', sent);
      const saved = await registry.call(cast.allKey, 'PUT', `${versions}/1`, sent);
      for (const { status, body: answer } of [validated, saved])
        expect(status, JSON.stringify([sent, answer])).toBeLessThan(500);
      if (saved.status !== 200) return;
      for (const [method, path] of [
        ['GET', '/1?include=program'],
        ['GET', '/diff?from=1&to=1'],
        ['POST', '/1/check'],
      ] as const)
        expect((await registry.call(cast.allKey, method, `${versions}${path}`)).status).toBe(200);
    }),
    { numRuns: 150 },
  );
}, 60_000);
