import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { payloadOf, versionOf } from './prompts.ts';
import { errorOf, refused } from './replies.ts';
import { type Bearer, type Cast, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
});
afterAll(() => registry?.stop());

const newPrompt = () => registry.prompts.create(cast.editor, cast.teamId);
const on =
  (promptId: string, by: Bearer = cast.editor) =>
  (method: string, path: string, body?: unknown) =>
    registry.call(by, method, `/v1/prompts/${promptId}${path}`, body);

describe('tags', () => {
  it('move between versions, stay where they are, and are listed by version and bytes', async () => {
    const { id } = await newPrompt();
    const call = on(id);
    await registry.prompts.createVersion(cast.editor, id);
    await registry.prompts.createVersion(cast.editor, id);
    const set = async (ref: string, tag: string) =>
      versionOf(await call('POST', `/versions/${ref}/tags`, { tag }));
    expect((await set('1', 'prod')).tags).toEqual(['prod']);
    expect((await set('1', 'prod')).tags).toEqual(['prod']);
    expect((await set('1', 'Zeta')).tags).toEqual(['Zeta', 'prod']);
    expect((await set('2', 'prod')).tags).toEqual(['prod']);
    expect((await set('prod', '...')).version).toBe(2);
    expect((await set('2', '__proto__')).tags).toEqual(['...', '__proto__', 'prod']);
    expect((await on(id, cast.viewer)('GET', '/tags')).body).toEqual({
      tags: [
        { tag: 'Zeta', version: 1 },
        { tag: '...', version: 2 },
        { tag: '__proto__', version: 2 },
        { tag: 'prod', version: 2 },
      ],
    });
    expect(errorOf(await call('DELETE', '/tags/prod'))).toEqual({ status: 204, body: undefined });
    expect(errorOf(await call('DELETE', '/tags/prod'))).toEqual(refused(404, 'tag not found'));
    expect(errorOf(await call('DELETE', '/tags/not%20a%20tag'))).toEqual(refused(404, 'tag not found'));
    await call('DELETE', '/versions/2');
    expect((await call('GET', '/tags')).body).toEqual({ tags: [{ tag: 'Zeta', version: 1 }] });
  });

  it('are judged in the contract’s order', async () => {
    const { id } = await newPrompt();
    const set = async (body: unknown, by: Bearer = cast.editor, promptId = id) =>
      errorOf(await on(promptId, by)('POST', '/versions/9/tags', body));
    const format =
      'invalid tag format: must be 1-50 characters containing only letters, numbers, dashes, underscores, and dots';
    expect(await set(7, cast.outsider, 'x')).toEqual(refused(400, 'invalid prompt id'));
    expect(await set(7, cast.outsider)).toEqual(refused(404, 'prompt not found'));
    expect(await set(7, cast.viewer)).toEqual(refused(403, 'forbidden'));
    expect(await set(7)).toEqual(refused(400, 'invalid request body'));
    for (const body of [{}, { tag: '' }, { tag: null }])
      expect(await set(body)).toEqual(refused(400, 'tag is required'));
    for (const tag of ['a b', 'é', 'a\n', ' a', 'x'.repeat(51), 'a/b', 'a,b', '.', '..'])
      expect(await set({ tag })).toEqual(refused(400, format));
    expect(await set({ tag: 'x'.repeat(50) })).toEqual(refused(404, 'version not found'));
  });
});

describe('tags of one or two dots', () => {
  /** The path goes out as it is, which `fetch` would not let it. */
  const raw = (method: string, path: string) =>
    new Promise<number>((resolve, reject) => {
      const headers = { authorization: `Bearer ${cast.editor.token}` };
      const { hostname, port } = new URL(registry.url);
      request({ hostname, port, method, path, headers }, (reply) => {
        reply.resume().on('end', () => resolve(reply.statusCode ?? 0));
      })
        .on('error', reject)
        .end();
    });

  it('that were set before they were refused are readable and removable', async () => {
    const { id } = await newPrompt();
    const { version } = await registry.prompts.createVersion(cast.editor, id);
    for (const tag of ['.', '..'])
      await registry.pool.query('insert into prompt_tags (prompt_id, tag, version) values ($1, $2, $3)', [
        id,
        tag,
        version,
      ]);
    expect((await on(id)('GET', '/tags')).body).toMatchObject({ tags: [{ tag: '.' }, { tag: '..' }] });
    expect((await registry.call(cast.viewer, 'GET', `/v1/prompts/${id}?tag=..`)).body).toMatchObject({
      version: { version, tags: ['.', '..'] },
    });
    expect(await raw('GET', `/v1/prompts/${id}/versions/..`)).toBe(200);
    expect(await raw('DELETE', `/v1/prompts/${id}/tags/..`)).toBe(204);
    expect(await raw('DELETE', `/v1/prompts/${id}/tags/%2E`)).toBe(204);
    expect((await on(id)('GET', '/tags')).body).toEqual({ tags: [] });
  });
});

describe('payloads', () => {
  const numbers = '{"id":12345678901234567890,"tiny":1e-400,"huge":1e400,"sum":0.1000,"text":"é\\u2028"}';

  it('keep any JSON value, with every digit of its numbers', async () => {
    const { id } = await newPrompt();
    const post = (variables: string) =>
      fetch(`${registry.url}/v1/prompts/${id}/payloads`, {
        method: 'POST',
        headers: { authorization: `Bearer ${cast.editor.token}`, 'content-type': 'application/json' },
        body: `{"variables":${variables}}`,
      });
    const reply = await post(numbers);
    expect(reply.status).toBe(201);
    const text = await reply.text();
    expect(text).toContain('12345678901234567890');
    expect(text).toContain('"sum":0.1,');
    for (const value of ['null', '[]', '"text"', '7', 'false', '{"a":[{"b":null}]}', '""', '0']) {
      const other = await post(value);
      expect(other.status).toBe(201);
      expect(await other.text()).toContain(`"variables":${value},`);
    }
  });

  it('are created, listed the newest first, read, replaced and deleted', async () => {
    const { id } = await newPrompt();
    const call = on(id);
    const first = await registry.prompts.createPayload(cast.editor, id, { variables: { a: 1 } });
    expect(Object.keys(first)).toEqual([
      'id',
      'prompt_id',
      'name',
      'variables',
      'created_at',
      'updated_at',
      'assertions',
      'snapshot',
    ]);
    expect(first).toMatchObject({ prompt_id: id, name: null, variables: { a: 1 } });
    const second = await registry.prompts.createPayload(cast.editor, id, { variables: 1, name: 'second' });
    expect((await on(id, cast.viewer)('GET', '/payloads')).body).toEqual({ payloads: [second, first] });
    expect((await on(id, cast.viewer)('GET', `/payloads/${first.id.toUpperCase()}`)).body).toEqual({
      payload: first,
    });

    const { body: page } = await call('GET', '/payloads?limit=1');
    const { next_cursor: cursor } = page as { next_cursor: string };
    expect(page).toEqual({ payloads: [second], next_cursor: cursor });
    expect((await call('GET', `/payloads?limit=1&cursor=${cursor}`)).body).toEqual({ payloads: [first] });
    expect(errorOf(await call('GET', '/payloads?cursor=x'))).toEqual(refused(400, 'invalid cursor'));

    const put = async (body: unknown) => payloadOf(await call('PUT', `/payloads/${first.id}`, body));
    expect(await put({})).toEqual(first);
    expect(await put({ name: null })).toEqual(first);
    const named = await put({ name: 'named' });
    expect(named).toEqual({ ...first, name: 'named', updated_at: named.updated_at });
    expect(named.updated_at > first.updated_at).toBe(true);
    expect(await put({ variables: null })).toMatchObject({ name: 'named', variables: null });
    expect(await put({ name: '', variables: { b: 2 } })).toMatchObject({ name: '', variables: { b: 2 } });

    expect(errorOf(await call('DELETE', `/payloads/${first.id}`))).toEqual({ status: 204, body: undefined });
    for (const method of ['GET', 'DELETE']) {
      expect(errorOf(await call(method, `/payloads/${first.id}`))).toEqual(refused(404, 'payload not found'));
    }
    expect(errorOf(await call('PUT', `/payloads/${first.id}`, {}))).toEqual(
      refused(404, 'payload not found'),
    );
    const other = await newPrompt();
    expect(errorOf(await on(other.id)('GET', `/payloads/${second.id}`))).toEqual(
      refused(404, 'payload not found'),
    );
  });

  it('are judged in the contract’s order', async () => {
    const { id } = await newPrompt();
    const path = `/payloads/${randomUUID()}`;
    expect(errorOf(await on('x')('GET', '/payloads/x'))).toEqual(refused(400, 'invalid prompt id'));
    expect(errorOf(await on(id, cast.outsider)('GET', '/payloads/x'))).toEqual(
      refused(400, 'invalid payload id'),
    );
    expect(errorOf(await on(id, cast.outsider)('PUT', path, 7))).toEqual(refused(404, 'prompt not found'));
    expect(errorOf(await on(id, cast.viewer)('PUT', path, 7))).toEqual(refused(403, 'forbidden'));
    expect(errorOf(await on(id)('PUT', path, 7))).toEqual(refused(400, 'invalid request body'));
    expect(errorOf(await on(id)('PUT', path, { name: 'x'.repeat(256) }))).toEqual(
      refused(400, 'name must be at most 255 characters'),
    );
    expect(errorOf(await on(id)('PUT', path, { name: 'x' }))).toEqual(refused(404, 'payload not found'));
    expect(errorOf(await on(id)('POST', '/payloads', {}))).toEqual(
      refused(400, 'payload variables are required'),
    );
    expect(errorOf(await on(id)('POST', '/payloads', { variables: 1, name: 7 }))).toEqual(
      refused(400, 'invalid request body'),
    );
    expect(errorOf(await on(id)('POST', '/payloads', { variables: 1, name: 'x'.repeat(256) }))).toEqual(
      refused(400, 'name must be at most 255 characters'),
    );
  });

  it('refuse what Postgres cannot keep as an invalid request body', async () => {
    const { id } = await newPrompt();
    const deep = `${'['.repeat(3_000)}${']'.repeat(3_000)}`;
    for (const variables of ['{"a":"\\u0000"}', '{"\\u0000":1}', '1e999999999', deep]) {
      const reply = await registry.send('POST', `/v1/prompts/${id}/payloads`, {
        headers: { authorization: `Bearer ${cast.editor.token}`, 'content-type': 'application/json' },
        body: `{"variables":${variables}}`,
      });
      expect(errorOf(reply)).toEqual(refused(400, 'invalid request body'));
    }
    const halves = await registry.send('POST', `/v1/prompts/${id}/payloads`, {
      headers: { authorization: `Bearer ${cast.editor.token}`, 'content-type': 'application/json' },
      body: '{"variables":"\\ud800"}',
    });
    expect(payloadOf(halves).variables).toBe('\ufffd');
  });
});
