/** What a promotion may break of what callers send. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { versionOf } from './prompts.ts';
import { errorOf, refused } from './replies.ts';
import { type Cast, type Reply, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
});
afterAll(() => registry?.stop());

const call = (promptId: string, method: string, path: string, body?: unknown): Promise<Reply> =>
  registry.call(cast.editor, method, `/v1/prompts/${promptId}${path}`, body);

const promptWith = (fields: Record<string, unknown>, ...contents: readonly object[]) =>
  registry.prompts.createWith(cast.editor, cast.teamId, fields, ...contents);

describe('a promotion', () => {
  const older = { template: '{{.a}}' };
  const newer = { template: '{{.a}} {{.b}}' };

  it.each(['warn', 'enforce'])(
    'that breaks what callers send is refused under %s, unless allowed',
    async (contract) => {
      const id = await promptWith({}, older, newer);
      await call(id, 'PATCH', '', { contract });
      expect(errorOf(await call(id, 'POST', '/versions/2/promote'))).toEqual(
        refused(409, 'contract break: added required b'),
      );
      expect(versionOf(await call(id, 'GET', '/versions/1')).status).toBe('live');
      expect(versionOf(await call(id, 'POST', '/versions/2/promote?allow=contract_break')).status).toBe(
        'live',
      );
      const { body } = await call(id, 'GET', '/audit?limit=1');
      expect(body).toMatchObject({
        entries: [
          { action: 'version.promoted', details: { to: 'live', replaced: 1, allowed: 'contract_break' } },
        ],
      });
      // The way back wants less.
      expect((await call(id, 'POST', '/versions/1/promote')).status).toBe(200);
    },
  );

  it('is not asked under off, unless the request requires it', async () => {
    const id = await promptWith({}, older, newer);
    expect(errorOf(await call(id, 'POST', '/versions/2/promote?require=contract'))).toEqual(
      refused(409, 'contract break: added required b'),
    );
    const both = '?require=contract&allow=contract_break';
    expect((await call(id, 'POST', `/versions/2/promote${both}`)).status).toBe(200);
    expect((await call(id, 'POST', '/versions/1/promote')).status).toBe(200);
    expect((await call(id, 'POST', '/versions/2/promote')).status).toBe(200);
  });

  it('of a draft to stable, and one where nothing is live, breaks nothing', async () => {
    const id = await promptWith({ contract: 'enforce' }, older);
    await call(id, 'POST', '/versions', newer);
    expect(versionOf(await call(id, 'POST', '/versions/2/promote')).status).toBe('stable');
    expect((await call(id, 'POST', '/versions/2/promote')).status).toBe(409);
    expect((await call(id, 'POST', '/versions/1/demote')).status).toBe(200);
    expect((await call(id, 'POST', '/versions/2/promote')).status).toBe(200);
  });

  it('tells each break, of chats too', async () => {
    const id = await promptWith(
      { contract: 'warn' },
      { template: '{{.a}}{{.n}}', input_schema: { properties: { gone: {}, n: {} } } },
      {
        messages: [{ role: 'user', template: '{{.a}}{{.n}}' }],
        input_schema: {
          properties: { a: { type: ['string', 'null'] }, n: { type: 'number', maximum: 3 } },
          additionalProperties: false,
        },
      },
    );
    expect(errorOf(await call(id, 'POST', '/versions/2/promote'))).toEqual(
      refused(
        409,
        'contract break: became chat; narrowed a from any to string or null; narrowed n from any to number; ' +
          'refuses unknown variables in variables; removed gone; restricted n',
      ),
    );
  });

  it('is judged with payloads, after they have rendered', async () => {
    const id = await promptWith({ contract: 'warn' }, older, newer);
    await registry.prompts.createPayload(cast.editor, id, { name: 'one', variables: { a: 1 } });
    const promote = () => call(id, 'POST', '/versions/2/promote?require=payloads');
    expect(errorOf(await promote())).toEqual(refused(409, 'payloads fail with this version: one'));
    await registry.prompts.createPayload(cast.editor, id, { name: 'two', variables: { a: 1, b: 2 } });
    const { body } = await call(id, 'GET', '/payloads');
    const [one] = (body as { payloads: { id: string; name: string }[] }).payloads.filter(
      ({ name }) => name === 'one',
    );
    await call(id, 'DELETE', `/payloads/${one?.id}`);
    expect(errorOf(await promote())).toEqual(refused(409, 'contract break: added required b'));
    const allowed = await call(id, 'POST', '/versions/2/promote?require=payloads&allow=contract_break');
    expect(allowed.status).toBe(200);
  });

  it('refuses words that it does not know, after the caller’s right', async () => {
    const id = await promptWith({}, older, newer);
    const path = `/v1/prompts/${id}/versions/2/promote`;
    for (const query of ['allow=all', 'allow=', 'allow=contract_break,reassign', 'require=payloads&allow=x'])
      expect(errorOf(await registry.call(cast.editor, 'POST', `${path}?${query}`))).toEqual(
        refused(400, 'invalid allow, must be contract_break'),
      );
    expect(errorOf(await registry.call(cast.viewer, 'POST', `${path}?allow=x`))).toEqual(
      refused(403, 'forbidden'),
    );
    expect(errorOf(await registry.call(cast.editor, 'POST', `${path}?require=x`))).toEqual(
      refused(400, 'invalid require, must be payloads'),
    );
  });
});
