import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type State, versionOf } from './prompts.ts';
import { errorOf, refused } from './replies.ts';
import { type Bearer, type Cast, type Reply, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
});
afterAll(() => registry?.stop());

const newPrompt = () => registry.prompts.create(cast.editor, cast.teamId);
const numbersOf = ({ body }: Reply) =>
  (body as { versions: { version: number }[] }).versions.map(({ version }) => version);

/** The version's part of the path follows the prompt's. */
const on = (promptId: string, by: Bearer = cast.editor) => ({
  call: (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    registry.call(by, method, `/v1/prompts/${promptId}/versions${path}`, body, headers),
});

describe('the state table', () => {
  const modify = 'only draft versions can be modified';
  const remove = 'only draft versions can be deleted';
  const demote = 'only live versions can be demoted: conflict';
  /** The state afterwards, or the refusal; as in the contract. */
  const table: Record<State, Record<'update' | 'delete' | 'promote' | 'demote' | 'archive', string>> = {
    draft: { update: 'draft', delete: 'gone', promote: 'stable', demote, archive: 'archived' },
    stable: { update: modify, delete: remove, promote: 'live', demote, archive: 'archived' },
    live: {
      update: modify,
      delete: remove,
      promote: 'cannot promote version in live status: conflict',
      demote: 'stable',
      archive: 'archived',
    },
    archived: {
      update: modify,
      delete: remove,
      promote: 'cannot promote version in archived status: conflict',
      demote,
      archive: 'version is already archived: conflict',
    },
  };
  const states = new Set(['draft', 'stable', 'live', 'archived']);
  const cells = Object.entries(table).flatMap(([state, row]) =>
    Object.entries(row).map(([operation, outcome]) => ({ state: state as State, operation, outcome })),
  );

  it.each(cells)('$operation of a $state version: $outcome', async ({ state, operation, outcome }) => {
    const { id } = await newPrompt();
    const { version } = await registry.prompts.versionIn(cast.editor, id, state);
    const { call } = on(id);
    const before = versionOf(await call('GET', `/${version}`));
    const reply = await (operation === 'update'
      ? call('PUT', `/${version}`, { template: 'new text' })
      : operation === 'delete'
        ? call('DELETE', `/${version}`)
        : call('POST', `/${version}/${operation}`));
    const afterwards = await call('GET', `/${version}`);
    if (outcome === 'gone') {
      expect(errorOf(reply)).toEqual({ status: 204, body: undefined });
      expect(errorOf(afterwards)).toEqual(refused(404, 'version not found'));
    } else if (states.has(outcome)) {
      expect(reply.status).toBe(200);
      expect(versionOf(reply)).toEqual(versionOf(afterwards));
      expect(versionOf(reply)).toMatchObject({
        status: outcome,
        template: operation === 'update' ? 'new text' : before.template,
      });
      const { published_at: published } = versionOf(reply);
      if (operation === 'promote') expect(published && published > (before.published_at ?? '')).toBe(true);
      else expect(published).toBe(before.published_at);
    } else {
      expect(errorOf(reply)).toEqual(refused(422, outcome));
      expect(versionOf(afterwards)).toEqual(before);
    }
  });

  it.each(['draft', 'stable', 'live', 'archived'] as const)(
    'a %s version is duplicated, tagged, read and compared',
    async (state) => {
      const { id } = await newPrompt();
      const { version } = await registry.prompts.versionIn(cast.editor, id, state, 'text');
      await registry.prompts.tag(cast.editor, id, version, 'prod');
      const { call } = on(id);
      const duplicate = await call('POST', '/prod/duplicate');
      expect(duplicate.status).toBe(201);
      expect(versionOf(duplicate)).toMatchObject({
        version: version + 1,
        status: 'draft',
        template: 'text',
        tags: [],
        published_at: null,
      });
      expect(versionOf(await call('GET', '/prod'))).toMatchObject({ version, status: state, tags: ['prod'] });
      expect((await call('GET', `/diff?from=${version}&to=${version + 1}`)).body).toMatchObject({ diff: '' });
    },
  );

  it('promoting another version leaves the former one stable, its publication kept', async () => {
    const { id } = await newPrompt();
    const first = await registry.prompts.versionIn(cast.editor, id, 'live');
    const { published_at: published } = versionOf(await on(id).call('GET', `/${first.version}`));
    const second = await registry.prompts.versionIn(cast.editor, id, 'live');
    expect(versionOf(await on(id).call('GET', `/${first.version}`))).toMatchObject({
      status: 'stable',
      published_at: published,
    });
    expect(versionOf(await on(id).call('GET', `/${second.version}`)).status).toBe('live');
    await on(id).call('POST', `/${second.version}/archive`);
    expect(numbersOf(await on(id).call('GET', '?status=live'))).toEqual([]);
  });

  it('has no row for a version that does not exist', async () => {
    const { id } = await newPrompt();
    const { call } = on(id);
    for (const ref of ['1', 'nope', '-1', '99999999999', '0']) {
      for (const [method, path, body] of [
        ['GET', '', undefined],
        ['PUT', '', { template: 'x' }],
        ['DELETE', '', undefined],
        ['POST', '/promote', undefined],
        ['POST', '/demote', undefined],
        ['POST', '/archive', undefined],
        ['POST', '/duplicate', undefined],
        ['POST', '/tags', { tag: 'x' }],
        ['POST', '/check', undefined],
      ] as const) {
        expect(errorOf(await call(method, `/${ref}${path}`, body))).toEqual(
          refused(404, 'version not found'),
        );
      }
    }
  });
});

describe('creating a version', () => {
  it('answers with every field and counts from 1', async () => {
    const { id } = await newPrompt();
    const reply = await on(id).call('POST', '', { template: '  ' });
    expect(reply.status).toBe(201);
    expect(Object.keys(versionOf(reply))).toEqual([
      'id',
      'prompt_id',
      'version',
      'template',
      'status',
      'created_at',
      'published_at',
      'tags',
      'variables',
      'kind',
      'note',
      'created_by',
      'content_hash',
      'input_schema',
    ]);
    expect(versionOf(reply)).toMatchObject({ version: 1, template: '  ', prompt_id: id });
  });

  it('never gives a number twice, also after the newest draft was deleted', async () => {
    const { id } = await newPrompt();
    await registry.prompts.createVersion(cast.editor, id);
    const second = await registry.prompts.createVersion(cast.editor, id);
    await on(id).call('DELETE', `/${second.version}`);
    expect((await registry.prompts.createVersion(cast.editor, id)).version).toBe(3);
  });

  it.each([
    [{}, 'template is required'],
    [{ template: '' }, 'template is required'],
    [{ template: null }, 'template is required'],
    [{ template: 7 }, 'invalid request body'],
    [{ template: 'a\0' }, 'invalid request body'],
    [{ template: '{{' }, 'invalid template: template: :1: unclosed action'],
    [{ template: 'a\n{{foo}}' }, 'invalid template: template: :2: function "foo" not defined'],
    [{ template: '{{$y}}' }, 'invalid template: template: :1: undefined variable "$y"'],
    [{ template: 'x'.repeat(524_289) }, 'template must be at most 524288 bytes'],
    [{ template: 'é'.repeat(262_145) }, 'template must be at most 524288 bytes'],
  ])('refuses %#', async (body, error) => {
    const { id } = await newPrompt();
    expect(errorOf(await on(id).call('POST', '', body))).toEqual(refused(400, error));
  });

  it('takes a template of 524,288 bytes, and gives back every character of it', async () => {
    const { id } = await newPrompt();
    const template = `${'é\r\n\t"\\\u2028😀'.repeat(30_000)}`.slice(0, 100_000);
    expect((await registry.prompts.createVersion(cast.editor, id, template)).template).toBe(template);
    expect((await registry.prompts.createVersion(cast.editor, id, 'x'.repeat(524_288))).version).toBe(2);
  });

  it('refuses what render could not parse under its name, a root template defined twice', async () => {
    const { id } = await newPrompt();
    const reply = await on(id).call('POST', '', { template: 'text {{define "prompt"}}x{{end}}' });
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({
      error: expect.stringMatching(/^invalid template: template: :1: .*"prompt"/),
    });
  });

  it('judges id, then the gate, then the body', async () => {
    const { id } = await newPrompt();
    expect(errorOf(await on('x', cast.outsider).call('POST', '', 7))).toEqual(
      refused(400, 'invalid prompt id'),
    );
    expect(errorOf(await on(id, cast.outsider).call('POST', '', 7))).toEqual(
      refused(404, 'prompt not found'),
    );
    expect(errorOf(await on(id, cast.viewer).call('POST', '', 7))).toEqual(refused(403, 'forbidden'));
    expect(errorOf(await on(id).call('POST', '', 7))).toEqual(refused(400, 'invalid request body'));
  });
});

describe('updating a draft', () => {
  it('judges gate, version, state, body and template in that order', async () => {
    const { id } = await newPrompt();
    await registry.prompts.versionIn(cast.editor, id, 'stable');
    await registry.prompts.createVersion(cast.editor, id);
    expect(errorOf(await on(id, cast.viewer).call('PUT', '/9', 7))).toEqual(refused(403, 'forbidden'));
    expect(errorOf(await on(id).call('PUT', '/9', 7))).toEqual(refused(404, 'version not found'));
    expect(errorOf(await on(id).call('PUT', '/1', 7))).toEqual(
      refused(422, 'only draft versions can be modified'),
    );
    expect(errorOf(await on(id).call('PUT', '/2', 7))).toEqual(refused(400, 'invalid request body'));
    expect(errorOf(await on(id).call('PUT', '/2', {}))).toEqual(refused(400, 'template is required'));
    expect(errorOf(await on(id).call('PUT', '/2', { template: '{{' }))).toEqual(
      refused(400, 'invalid template: template: :1: unclosed action'),
    );
  });

  it('changes the template alone', async () => {
    const { id } = await newPrompt();
    const draft = await registry.prompts.createVersion(cast.editor, id, 'old');
    await registry.prompts.tag(cast.editor, id, 1, 'prod');
    const updated = versionOf(await on(id).call('PUT', '/prod', { template: 'new {{.x}}' }));
    expect(updated).toEqual({
      ...draft,
      template: 'new {{.x}}',
      tags: ['prod'],
      variables: updated.variables,
      content_hash: updated.content_hash,
      input_schema: updated.input_schema,
    });
    expect(updated.variables.map(({ path }) => path)).toEqual(['x']);
  });
});

describe('reading versions', () => {
  it('lists the newest first, by status and by any of several tags', async () => {
    const { id } = await newPrompt();
    for (const state of ['live', 'stable', 'draft', 'archived'] as const)
      await registry.prompts.versionIn(cast.editor, id, state);
    await registry.prompts.tag(cast.editor, id, 1, 'a');
    await registry.prompts.tag(cast.editor, id, 1, 'B');
    await registry.prompts.tag(cast.editor, id, 3, 'c');
    const list = (query = '') => on(id, cast.viewer).call('GET', query);
    expect(numbersOf(await list())).toEqual([4, 3, 2, 1]);
    expect(numbersOf(await list('?status=stable'))).toEqual([2]);
    expect(numbersOf(await list('?status=nonsense'))).toEqual([]);
    expect(numbersOf(await list('?status=&tags='))).toEqual([4, 3, 2, 1]);
    expect(numbersOf(await list('?tags=%20,%20,'))).toEqual([4, 3, 2, 1]);
    expect(numbersOf(await list('?tags=%20a%20,c,nope'))).toEqual([3, 1]);
    expect(numbersOf(await list('?tags=a,c&status=live'))).toEqual([1]);
    expect((await list('?tags=a')).body).toMatchObject({ versions: [{ tags: ['B', 'a'] }] });
  });

  it('in pages go on to the end', async () => {
    const { id } = await newPrompt();
    for (let index = 0; index < 5; index += 1) await registry.prompts.createVersion(cast.editor, id);
    const paged: number[] = [];
    let cursor = '';
    do {
      const page = await on(id).call('GET', `?limit=2&cursor=${cursor}`);
      paged.push(...numbersOf(page));
      cursor = (page.body as { next_cursor?: string }).next_cursor ?? '';
    } while (cursor !== '');
    expect(paged).toEqual([5, 4, 3, 2, 1]);
    expect(errorOf(await on(id).call('GET', '?limit=0'))).toEqual(refused(400, 'invalid limit'));
    expect(errorOf(await on(id).call('GET', '?cursor=x'))).toEqual(refused(400, 'invalid cursor'));
  });

  it('finds a version by number in its spellings, or by tag, case-sensitively', async () => {
    const { id } = await newPrompt();
    await registry.prompts.createVersion(cast.editor, id);
    await registry.prompts.tag(cast.editor, id, 1, 'Prod.v1-x_');
    for (const ref of ['1', '+1', '001', 'Prod.v1-x_', 'Prod%2Ev1-x_']) {
      expect(versionOf(await on(id).call('GET', `/${ref}`)).version).toBe(1);
    }
    expect(errorOf(await on(id).call('GET', '/prod.v1-x_'))).toEqual(refused(404, 'version not found'));
  });
});

describe('optimistic concurrency', () => {
  it('an editor who saw an older state is refused, one who saw the newest is not', async () => {
    const { id } = await newPrompt();
    await registry.prompts.createVersion(cast.editor, id, 'base');
    const { call } = on(id);
    const seen = (await call('GET', '/1')).headers.get('etag') ?? '';
    expect(seen).toMatch(/^"[\w-]+"$/);
    const first = await call('PUT', '/1', { template: 'by the first' }, { 'if-match': seen });
    expect(first.status).toBe(200);
    expect(first.headers.get('etag')).not.toBe(seen);
    expect(errorOf(await call('PUT', '/1', { template: 'by the second' }, { 'if-match': seen }))).toEqual(
      refused(412, 'precondition failed'),
    );
    expect(errorOf(await call('DELETE', '/1', undefined, { 'if-match': seen }))).toEqual(
      refused(412, 'precondition failed'),
    );
    expect(errorOf(await call('POST', '/1/promote', undefined, { 'if-match': seen }))).toEqual(
      refused(412, 'precondition failed'),
    );
    expect(versionOf(await call('GET', '/1'))).toMatchObject({ template: 'by the first', status: 'draft' });
    const newest = first.headers.get('etag') ?? '';
    expect(
      (await call('PUT', '/1', { template: 'again' }, { 'if-match': `"other", W/${newest}` })).status,
    ).toBe(200);
    expect((await call('POST', '/1/promote', undefined, { 'if-match': '*' })).status).toBe(200);
  });

  it('is judged after the state and the template', async () => {
    const { id } = await newPrompt();
    await registry.prompts.versionIn(cast.editor, id, 'stable');
    await registry.prompts.createVersion(cast.editor, id);
    const stale = { 'if-match': '"stale"' };
    expect(errorOf(await on(id).call('PUT', '/1', { template: 'x' }, stale))).toEqual(
      refused(422, 'only draft versions can be modified'),
    );
    expect(errorOf(await on(id).call('PUT', '/2', { template: '{{' }, stale)).status).toBe(400);
  });
});

describe('the diff', () => {
  it('has exactly five fields; `structured` adds the hunks', async () => {
    const { id } = await newPrompt();
    await registry.prompts.versionIn(cast.editor, id, 'archived', 'a\nb\nc');
    await registry.prompts.createVersion(cast.editor, id, 'a\nB\nc');
    const diff = '--- v1\n+++ v2\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n';
    const expected = {
      from_version: 1,
      to_version: 2,
      from_template: 'a\nb\nc',
      to_template: 'a\nB\nc',
      diff,
    };
    expect((await on(id, cast.viewer).call('GET', '/diff?from=1&to=2')).body).toEqual(expected);
    expect((await on(id).call('GET', '/DIFF?from=2&to=2')).body).toMatchObject({ diff: '' });
    for (const format of ['Structured', 'unified', ''])
      expect(errorOf(await on(id).call('GET', `/diff?from=1&to=2&format=${format}`))).toEqual(
        refused(400, 'invalid format, must be structured'),
      );
    expect((await on(id).call('GET', '/diff?from=1&to=2&format=structured')).body).toEqual({
      ...expected,
      hunks: [
        {
          from_start: 1,
          from_lines: 3,
          to_start: 1,
          to_lines: 3,
          lines: [
            { kind: 'context', from_line: 1, to_line: 1, text: 'a' },
            { kind: 'removed', from_line: 2, to_line: null, text: 'b' },
            { kind: 'added', from_line: null, to_line: 2, text: 'B' },
            { kind: 'context', from_line: 3, to_line: 3, text: 'c' },
          ],
        },
      ],
    });
  });

  it('follows a draft while it changes, and stays the same from then on', async () => {
    const { id } = await newPrompt();
    for (const template of ['a', 'b']) await registry.prompts.createVersion(cast.editor, id, template);
    const { call } = on(id);
    const diff = async () => (await call('GET', '/diff?from=1&to=2')).body;
    for (const template of ['c', 'd']) {
      await call('PUT', '/2', { template });
      expect(await diff()).toMatchObject({
        to_template: template,
        diff: expect.stringContaining(`+${template}`),
      });
    }
    for (const version of ['1', '2']) await call('POST', `/${version}/promote`);
    const settled = await diff();
    expect(settled).toMatchObject({ diff: '--- v1\n+++ v2\n@@ -1 +1 @@\n-a\n+d\n' });
    expect(await diff()).toEqual(settled);
  });

  it('judges its parameters before the access, and from before to', async () => {
    const { id } = await newPrompt();
    await registry.prompts.createVersion(cast.editor, id);
    const diff = async (query: string, by: Bearer = cast.outsider, promptId = id) =>
      errorOf(await on(promptId, by).call('GET', `/diff${query}`));
    expect(await diff('', cast.outsider, 'x')).toEqual(refused(400, 'invalid prompt id'));
    for (const query of ['', '?from=1', '?to=1', '?from=&to=1']) {
      expect(await diff(query)).toEqual(refused(400, 'from and to query parameters are required'));
    }
    for (const from of ['0', '-1', 'x', '1.5', 'prod'])
      expect(await diff(`?from=${from}&to=x`)).toEqual(refused(400, 'invalid from version'));
    expect(await diff('?from=1&to=x')).toEqual(refused(400, 'invalid to version'));
    expect(await diff('?from=1&to=1')).toEqual(refused(404, 'prompt not found'));
    expect(await diff('?from=8&to=9', cast.viewer)).toEqual(refused(404, 'from version not found'));
    expect(await diff('?from=2147483648&to=9', cast.viewer)).toEqual(refused(404, 'from version not found'));
    expect(await diff('?from=1&to=9', cast.viewer)).toEqual(refused(404, 'to version not found'));
  });
});
