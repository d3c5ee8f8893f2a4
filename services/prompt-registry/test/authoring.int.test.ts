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

it('chats and configurations are refused until the flag says that every process knows them', async () => {
  const { id } = await registry.prompts.create(cast.editor, cast.teamId);
  const call = (method: string, path: string, body?: unknown) =>
    registry.call(cast.editor, method, `/v1/prompts/${id}/versions${path}`, body);
  const messages = [{ role: 'user', template: 'Hi' }];
  await call('POST', '', { messages, config: { model: 'm' } });
  await call('POST', '', { template: 'text' });

  await registry.restart({ AUTHORING: 'off' });
  const unavailable = refused(503, 'service unavailable');
  for (const [method, path, body] of [
    ['POST', '', { messages }],
    ['POST', '', { template: 'a', config: { model: 'm' } }],
    ['POST', '/1/duplicate', undefined],
    ['PUT', '/2', { messages }],
    ['PUT', '/2', { config: { model: 'm' } }],
    ['PUT', '/1', { config: { model: 'n' } }],
  ] as const)
    expect(errorOf(await call(method, path, body)), `${method} ${path}`).toEqual(unavailable);
  // What can be judged without it is.
  expect(errorOf(await call('POST', '', { messages: [{ role: 'robot', template: 'b' }] })).status).toBe(400);
  // What an old process knows, and what it leaves alone, is as ever.
  expect((await call('POST', '', { template: 'a', config: {}, note: 'why', messages: [] })).status).toBe(201);
  expect(versionOf(await call('PUT', '/2', { template: 'b', note: 'why' })).note).toBe('why');
  expect(versionOf(await call('PUT', '/1', { note: 'why' })).messages).toEqual(messages);
  expect(versionOf(await call('POST', '/2/duplicate')).template).toBe('b');
  expect(versionOf(await call('PUT', '/1', { template: 'c', messages: [], config: {} })).kind).toBe('text');
  expect((await call('POST', '/2/promote')).status).toBe(200);
});
