import { afterAll, beforeAll, expect, test } from 'vitest';
import { promptOf, versionOf } from './prompts.ts';
import { type Cast, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
});
afterAll(() => registry?.stop());

test('a prompt is created, gets a version, which is promoted twice and is live', async () => {
  const { editor, teamId } = cast;
  const created = await registry.call(editor, 'POST', `/v1/teams/${teamId}/prompts`, { name: 'Greeting Prompt' });
  expect(created.status).toBe(201);
  const prompt = promptOf(created);
  expect(prompt).toMatchObject({ slug: 'greeting_prompt', name: 'Greeting Prompt', description: '', status: 'active', team_id: teamId });

  const version = await registry.call(editor, 'POST', `/v1/prompts/${prompt.id}/versions`, { template: 'Hello {{.name}}' });
  expect(version.status).toBe(201);
  expect(versionOf(version)).toMatchObject({ version: 1, status: 'draft', published_at: null, tags: [] });

  const stable = await registry.prompts.promote(editor, prompt.id, 1);
  expect(versionOf(stable).status).toBe('stable');
  const live = await registry.prompts.promote(editor, prompt.id, 1);
  expect(versionOf(live).status).toBe('live');

  const found = await registry.call(editor, 'GET', '/v1/prompts/greeting_prompt?version=1');
  expect(found.body).toMatchObject({ prompt: { id: prompt.id }, version: { status: 'live' } });
});
