/** While processes of the release before may run, versions hold nothing that those do not know. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { versionOf } from './prompts.ts';
import { errorOf, refused } from './replies.ts';
import { type Cast, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
});
afterAll(() => registry?.stop());

it('chats, configurations, input schemas and contracts are refused until the flag says that every process knows them', async () => {
  const { id } = await registry.prompts.create(cast.editor, cast.teamId);
  const call = (method: string, path: string, body?: unknown) =>
    registry.call(cast.editor, method, `/v1/prompts/${id}/versions${path}`, body);
  const messages = [{ role: 'user', template: 'Hi' }];
  await call('POST', '', { messages, config: { model: 'm' } });
  await call('POST', '', { template: 'text' });
  await call('POST', '', { template: 'text', input_schema: { title: 't' } });

  await registry.restart({ AUTHORING: 'off' });
  const unavailable = refused(503, 'service unavailable');
  for (const [method, path, body] of [
    ['POST', '', { messages }],
    ['POST', '', { template: 'a', config: { model: 'm' } }],
    ['POST', '/1/duplicate', undefined],
    ['PUT', '/2', { messages }],
    ['PUT', '/2', { config: { model: 'm' } }],
    ['PUT', '/1', { config: { model: 'n' } }],
    ['POST', '', { template: 'a', input_schema: { title: 't' } }],
    ['PUT', '/2', { input_schema: { title: 't' } }],
    ['PUT', '/3', { template: 'other' }],
    ['POST', '/3/duplicate', undefined],
  ] as const)
    expect(errorOf(await call(method, path, body)), `${method} ${path}`).toEqual(unavailable);
  for (const contract of ['warn', 'enforce']) {
    const patched = await registry.call(cast.editor, 'PATCH', `/v1/prompts/${id}`, { contract });
    expect(errorOf(patched)).toEqual(unavailable);
    const fields = { name: contract, contract };
    const created = await registry.call(cast.editor, 'POST', `/v1/teams/${cast.teamId}/prompts`, fields);
    expect(errorOf(created)).toEqual(unavailable);
  }
  // What can be judged without it is.
  expect(errorOf(await call('POST', '', { messages: [{ role: 'robot', template: 'b' }] })).status).toBe(400);
  // What an old process knows, and what it leaves alone, is as ever.
  expect(
    (await call('POST', '', { template: 'a', config: {}, input_schema: {}, note: 'why', messages: [] }))
      .status,
  ).toBe(201);
  expect(versionOf(await call('PUT', '/2', { template: 'b', note: 'why' })).note).toBe('why');
  expect(versionOf(await call('PUT', '/1', { note: 'why' })).messages).toEqual(messages);
  expect(versionOf(await call('POST', '/2/duplicate')).template).toBe('b');
  expect(versionOf(await call('PUT', '/1', { template: 'c', messages: [], config: {} })).kind).toBe('text');
  expect(versionOf(await call('PUT', '/3', { note: 'why' })).authored_schema).toEqual({ title: 't' });
  expect(versionOf(await call('PUT', '/3', { input_schema: {} }))).not.toHaveProperty('authored_schema');
  expect((await call('POST', '/2/promote')).status).toBe(200);
});

it('an import of them is refused as a whole, unless the prompt has the version already', async () => {
  const own = await registry.cast();
  const importInto = (template: string, version: object, more: object = {}) =>
    registry.call(own.editor, 'POST', `/v1/teams/${own.teamId}/import`, {
      document: {
        kind: 'px0/prompts/v2',
        prompts: [
          { slug: 'a', name: 'a', versions: [{ number: 1, template: 'x', config: { model: 'm' } }] },
          {
            slug: 'b',
            name: 'b',
            folder: 'f',
            ...more,
            versions: [
              { number: 1, template },
              { number: 2, ...version },
            ],
          },
        ],
      },
    });
  const note = { template: 'y', note: 'why' };
  await registry.restart({ AUTHORING: 'on' });
  expect((await importInto('1', note)).status).toBe(200);
  await registry.restart({ AUTHORING: 'off' });
  for (const content of [
    { template: 'z', config: { model: 'm' } },
    { messages: [{ role: 'user', template: 'z' }] },
    { template: 'z', input_schema: { title: 't' } },
  ])
    expect(errorOf(await importInto('2', content))).toEqual(refused(503, 'service unavailable'));
  expect(errorOf(await importInto('1', note, { contract: 'warn' }))).toEqual(
    refused(503, 'service unavailable'),
  );
  expect((await importInto('1', note, { contract: 'off' })).body).toEqual({ dry_run: false, changes: [] });
  expect((await importInto('2', { ...note, template: 'z' })).body).toMatchObject({ changes: { length: 2 } });
});
