/** Documents with input schemas and contracts, and imports that would break what callers send. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { errorOf, refused } from './replies.ts';
import { type Cast, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
beforeAll(async () => {
  registry = await RunningRegistry.start();
});
afterAll(() => registry?.stop());

const importInto = (cast: Cast, body: unknown, query = '') =>
  registry.call(cast.editor, 'POST', `/v1/teams/${cast.teamId}/import${query}`, body);
const exportOf = async (cast: Cast) =>
  (await registry.call(cast.viewer, 'GET', `/v1/teams/${cast.teamId}/export`)).body;
const document = (...prompts: unknown[]) => ({ document: { kind: 'px0/prompts/v2', prompts } });
const one = (template: string, more: object = {}) => ({
  slug: 'a',
  name: 'a',
  versions: [{ number: 1, status: 'live', template }],
  ...more,
});

it('come back as they were, with the order of keys', async () => {
  const cast = await registry.cast();
  const schema = { 'x-z': 1, properties: { b: {}, a: { type: 'string' } }, required: ['a'] };
  const prompt = {
    ...{ slug: 'a', name: 'a', description: '', folder: '', contract: 'enforce', status: 'active' },
    versions: [
      { number: 1, status: 'live', template: '{{.b}}', input_schema: schema },
      { number: 2, status: 'draft', template: '{{.b}}' },
    ],
    ...{ tags: {}, payloads: [] },
  };
  expect((await importInto(cast, document(prompt))).status).toBe(200);
  expect(JSON.stringify(await exportOf(cast))).toBe(JSON.stringify(document(prompt)));
  expect((await importInto(cast, document(prompt))).body).toEqual({ dry_run: false, changes: [] });
  const other = { ...prompt, versions: [{ number: 1, template: '{{.b}}', input_schema: { title: 't' } }] };
  expect((await importInto(cast, document(other))).body).toMatchObject({
    changes: [{ action: 'create_version', subject: '1' }],
  });
});

it('leave a contract as it is where they do not say, and set it before what it judges', async () => {
  const cast = await registry.cast();
  await importInto(cast, document(one('{{.a}}', { contract: 'warn' })));
  expect((await importInto(cast, document(one('{{.a}}')))).body).toMatchObject({ changes: [] });
  const breaking = document(one('{{.a}}{{.b}}', { contract: 'off' }));
  expect((await importInto(cast, breaking)).body).toMatchObject({
    changes: [
      { action: 'set_contract', slug: 'a', subject: 'off' },
      { action: 'create_version' },
      { action: 'promote_version' },
      { action: 'promote_version' },
    ],
  });
  expect(await exportOf(cast)).toMatchObject({ document: { kind: 'px0/prompts/v1' } });
});

it('are refused as a whole when one of their versions breaks what callers send, unless that is allowed', async () => {
  const cast = await registry.cast();
  await importInto(cast, document(one('{{.a}}', { contract: 'enforce' })));
  const before = await exportOf(cast);
  const breaking = document({ slug: 'new', name: 'new' }, one('{{.a}}{{.b}}'));
  for (const query of ['', '?dry_run=true'])
    expect(errorOf(await importInto(cast, breaking, query))).toEqual(
      refused(409, 'contract break: added required b (a)'),
    );
  expect(await exportOf(cast)).toEqual(before);
  const sharper = document({ ...one('{{.a}}{{.b}}'), contract: 'off' });
  expect((await importInto(cast, sharper, '?dry_run=true')).status).toBe(200);
  expect((await importInto(cast, breaking, '?allow=contract_break')).status).toBe(200);
  // Back to what is there already: it wants less.
  expect((await importInto(cast, document(one('{{.a}}')))).status).toBe(200);
  expect(errorOf(await importInto(cast, document(one('{{.a}}{{.b}}'))))).toEqual(
    refused(409, 'contract break: added required b (a)'),
  );
});

it('ask for what may be allowed by its word, after the caller’s right', async () => {
  const cast = await registry.cast();
  expect(errorOf(await importInto(cast, 7, '?allow=all'))).toEqual(
    refused(400, 'invalid allow, must be contract_break'),
  );
  const path = `/v1/teams/${cast.teamId}/import?allow=all`;
  expect(errorOf(await registry.call(cast.viewer, 'POST', path, 7))).toEqual(refused(403, 'forbidden'));
});
