import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { promptOf } from './prompts.ts';
import { errorOf, refused } from './replies.ts';
import { type Bearer, type Cast, type Reply, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
});
afterAll(() => registry?.stop());

const create = (body: unknown, by: Bearer = cast.editor, teamId = cast.teamId) =>
  registry.call(by, 'POST', `/v1/teams/${teamId}/prompts`, body);
const idsOf = ({ body }: Reply): string[] => {
  const list = body as { prompts: { id: string }[] };
  return list.prompts.map(({ id }) => id);
};

describe('creating a prompt', () => {
  it('answers with every field, times in UTC with up to six decimals', async () => {
    const reply = await create({ name: 'Every Field!', description: 'd' });
    expect(reply.status).toBe(201);
    const prompt = promptOf(reply);
    expect(Object.keys(prompt)).toEqual([
      'id',
      'team_id',
      'slug',
      'name',
      'description',
      'status',
      'created_at',
      'updated_at',
      'folder',
      'contract',
      'created_by',
    ]);
    expect(prompt.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/);
    expect(prompt.created_at).not.toMatch(/\.\d*0Z$/);
    expect(prompt.updated_at).toBe(prompt.created_at);
  });

  it.each([
    [
      'a name of 255 characters outside the BMP',
      () => ({ name: '𝔘'.repeat(255) }),
      { slug: '𝔘'.repeat(255) },
    ],
    [
      'a slug, which is normalised',
      () => ({ name: 'With slug', slug: 'My-Custom_Slug!' }),
      { slug: 'my_custom_slug' },
    ],
    ['an empty slug, which is derived', () => ({ name: 'Empty Slug', slug: '' }), { slug: 'empty_slug' }],
    [
      'null for what is absent',
      () => ({ name: 'Nulls', slug: null, description: null }),
      { slug: 'nulls', description: '' },
    ],
    [
      'unknown fields, which are ignored',
      () => ({ name: 'Unknown', status: 'archived', id: 7 }),
      { status: 'active' },
    ],
    [
      'a name with blanks around, which are kept',
      () => ({ name: '  padded ' }),
      { name: '  padded ', slug: 'padded' },
    ],
    [
      'a description of 16,384 characters',
      () => ({ name: 'Long', description: 'é'.repeat(16_384) }),
      { slug: 'long' },
    ],
  ])('takes %s', async (_, body, expected) => {
    const reply = await create(body());
    expect(errorOf(reply)).toMatchObject({ status: 201, body: { prompt: expected } });
  });

  it.each([
    [{}, 400, 'name is required'],
    [null, 400, 'name is required'],
    [{ name: '' }, 400, 'name is required'],
    [{ name: '  ' }, 400, 'name is required'],
    [{ name: 7 }, 400, 'invalid request body'],
    [{ name: 'x', slug: 7 }, 400, 'invalid request body'],
    [{ name: 'a\0b' }, 400, 'invalid request body'],
    [[], 400, 'invalid request body'],
    [{ name: 'x'.repeat(256) }, 400, 'name must be at most 255 characters'],
    [{ name: 'x', description: 'x'.repeat(16_385) }, 400, 'description must be at most 16384 characters'],
    [{ name: 'x', slug: 'x'.repeat(256) }, 400, 'slug must be at most 255 characters'],
    [{ name: 'x', slug: '!!!' }, 400, 'slug must contain at least one letter or digit'],
    [{ name: '!!!' }, 400, 'slug must contain at least one letter or digit'],
  ])('refuses %j', async (body, status, error) => {
    expect(errorOf(await create(body))).toEqual(refused(status, error));
  });

  it('refuses a name and a slug that the team uses, archived prompts included, and no other team’s', async () => {
    const { editor, admin, orgId } = cast;
    const taken = await registry.prompts.create(editor, cast.teamId, { name: 'Taken Name' });
    await registry.call(admin, 'POST', `/v1/prompts/${taken.id}/archive`);
    const conflict = refused(
      409,
      'prompt with this name or slug already exists; please provide a unique name',
    );
    expect(errorOf(await create({ name: 'Taken Name', slug: 'another' }))).toEqual(conflict);
    expect(errorOf(await create({ name: 'Another Name', slug: 'taken name' }))).toEqual(conflict);
    expect((await create({ name: 'taken name', slug: 'case differs' })).status).toBe(201);

    const other = await registry.tenancy.createTeam(orgId);
    await registry.tenancy.setMember(other, cast.editor.id, 'editor');
    expect((await create({ name: 'Taken Name' }, editor, other)).status).toBe(201);
  });

  it('judges id, then right, then body', async () => {
    expect(errorOf(await create('nonsense', cast.editor, 'x'))).toEqual(refused(400, 'invalid id'));
    expect(errorOf(await create('nonsense', cast.viewer))).toEqual(refused(403, 'forbidden'));
    expect(errorOf(await create('nonsense', cast.editor, randomUUID()))).toEqual(refused(403, 'forbidden'));
    expect(errorOf(await create('nonsense'))).toEqual(refused(400, 'invalid request body'));
  });

  it.each([
    ['no content type', {}, '{"name":"x"}'],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, '{"name":"x"}'],
    ['an empty body', { 'content-type': 'application/json' }, ''],
    ['broken JSON', { 'content-type': 'application/json' }, '{"name":"x"'],
    ['trailing characters', { 'content-type': 'application/json' }, '{"name":"x"} x'],
  ])('refuses %s as an invalid request body', async (_, headers, body) => {
    const authorization = `Bearer ${cast.editor.token}`;
    const reply = await registry.send('POST', `/v1/teams/${cast.teamId}/prompts`, {
      headers: { authorization, ...headers },
      body,
    });
    expect(errorOf(reply)).toEqual(refused(400, 'invalid request body'));
  });

  it('refuses a body above 4 MiB', async () => {
    const reply = await create({ name: 'x'.repeat(4 * 1024 * 1024) });
    expect(errorOf(reply)).toEqual(refused(413, 'request body too large'));
  });
});

describe('listing prompts', () => {
  it('is by creation, the newest first, filtered by status or archived', async () => {
    const { editor, admin, viewer, teamId } = await registry.cast();
    const ids: string[] = [];
    for (const name of ['one', 'two', 'three'])
      ids.unshift((await registry.prompts.create(editor, teamId, { name })).id);
    await registry.call(admin, 'POST', `/v1/prompts/${ids[1]}/archive`);
    const list = async (query: string) =>
      idsOf(await registry.call(viewer, 'GET', `/v1/teams/${teamId}/prompts${query}`));
    const [three, two, one] = ids;
    expect(await list('')).toEqual(ids);
    expect(await list('?status=archived')).toEqual([two]);
    expect(await list('?status=active&archived=true')).toEqual([three, one]);
    expect(await list('?status=nonsense')).toEqual([]);
    for (const yes of ['1', 't', 'T', 'TRUE', 'true', 'True'])
      expect(await list(`?archived=${yes}`)).toEqual([two]);
    for (const no of ['0', 'f', 'F', 'FALSE', 'false', 'False'])
      expect(await list(`?archived=${no}`)).toEqual([three, one]);
    for (const nonsense of ['yes', 'tRUE', '', '2']) expect(await list(`?archived=${nonsense}`)).toEqual(ids);

    const all = async (query: string) => registry.call(viewer, 'GET', `/v1/prompts${query}`);
    expect((await all('')).body).toEqual({ prompts: [] });
    expect((await all('?status=active&team=&team_id=')).body).toEqual({ prompts: [] });
    expect(idsOf(await all(`?team_id=${teamId}`))).toEqual(ids);
    expect(idsOf(await all(`?team=${teamId}&team_id=nonsense&status=archived`))).toEqual([two]);
    expect(errorOf(await all('?team=nonsense'))).toEqual(refused(400, 'invalid id'));
    expect(errorOf(await all(`?team=${randomUUID()}`))).toEqual(refused(403, 'forbidden'));
  });

  it('searches words of name, slug and description, filters by tag, sorts, and pages to the end', async () => {
    const { editor, viewer, teamId } = await registry.cast();
    const names = ['Refund mail', 'Refund chat', 'Welcome mail', 'Ärger über Kunden', 'under_score name'];
    for (const name of names)
      await registry.prompts.create(editor, teamId, {
        name,
        description: name === 'Welcome mail' ? 'first contact' : '',
      });
    const list = async (query: string) => {
      const { body } = await registry.call(viewer, 'GET', `/v1/teams/${teamId}/prompts?${query}`);
      return body as { prompts: { id: string; name: string }[]; next_cursor?: string };
    };
    const found = async (query: string) => (await list(query)).prompts.map(({ name }) => name);
    expect(await found('q=refund&sort=name')).toEqual(['Refund chat', 'Refund mail']);
    expect(await found('q=MAIL+ref')).toEqual(['Refund mail']);
    expect(await found('q=contact')).toEqual(['Welcome mail']);
    expect(await found(`q=${encodeURIComponent('über')}`)).toEqual(['Ärger über Kunden']);
    expect(await found(`q=${encodeURIComponent('ÄRGER ÜBER')}`)).toEqual(['Ärger über Kunden']);
    expect(await found('q=score')).toEqual(['under_score name']);
    expect(await found('q=nothing')).toEqual([]);

    const [first] = (await list('q=chat')).prompts;
    if (first === undefined) throw new Error('no prompt');
    await registry.prompts.createVersion(editor, first.id);
    await registry.prompts.tag(editor, first.id, 1, 'prod');
    expect(await found('tag=prod')).toEqual(['Refund chat']);

    for (const sort of ['created_at', '-created_at', 'name', '-name', 'updated_at', '-updated_at']) {
      const complete = await found(`sort=${sort}`);
      const paged: string[] = [];
      let cursor = '';
      do {
        const page = await list(`sort=${sort}&limit=2&cursor=${cursor}`);
        paged.push(...page.prompts.map(({ name }) => name));
        cursor = page.next_cursor ?? '';
      } while (cursor !== '');
      expect(paged).toEqual(complete);
    }
    const { next_cursor: cursor } = await list('limit=1');
    const refusal = async (query: string) =>
      errorOf(await registry.call(viewer, 'GET', `/v1/teams/${teamId}/prompts?${query}`));
    expect(await refusal(`sort=name&limit=1&cursor=${cursor}`)).toEqual(refused(400, 'invalid cursor'));
    const forged = Buffer.from('["-created_at","9999-99-99T99:99:99Z","x"]').toString('base64url');
    for (const bad of ['x', forged, '%00'])
      expect(await refusal(`cursor=${bad}`)).toEqual(refused(400, 'invalid cursor'));
    for (const bad of ['0', '-1', 'x', '1.5'])
      expect(await refusal(`limit=${bad}`)).toEqual(refused(400, 'invalid limit'));
    expect(await refusal('sort=description')).toEqual(refused(400, 'invalid sort'));
  });

  it('finds nothing by a search that has no words, and everything by none', async () => {
    const { editor, viewer, teamId } = await registry.cast();
    for (const name of ['Plain', 'Party 🎉 100% _under_ it’s *'])
      await registry.prompts.create(editor, teamId, { name });
    const found = async (q: string) => {
      const path = `/v1/teams/${teamId}/prompts?${new URLSearchParams({ q })}`;
      const { status, body } = await registry.call(viewer, 'GET', path);
      expect(status).toBe(200);
      return (body as { prompts: unknown[] }).prompts.length;
    };
    for (const q of ['🎉', '%', '_', "'", '*', '& |', "!!! & | ' :* \\", '\0', '\u200f', '\u200b', '()'])
      expect([q, await found(q)]).toEqual([q, 0]);
    // Combining marks alone are a word that no prompt has, and a word too long for the database is cut.
    for (const q of ['\u0301\u0302', 'x'.repeat(5_000), '\ufffd'])
      expect([q, await found(q)]).toEqual([q, 0]);
    for (const q of ['', ' ', '\t\n', '\u00a0\u3000']) expect([q, await found(q)]).toEqual([q, 2]);
    expect(await found('🎉 party')).toBe(1);
    expect((await registry.call(viewer, 'GET', `/v1/teams/${teamId}/prompts?q=%ED%A0%80`)).body).toEqual({
      prompts: [],
    });
    expect((await registry.call(viewer, 'GET', `/v1/prompts?team=${teamId}&q=%25`)).body).toEqual({
      prompts: [],
    });
  });

  it('refuses a bad id, then a team that the caller does not read', async () => {
    expect(errorOf(await registry.call(cast.viewer, 'GET', '/v1/teams/x/prompts'))).toEqual(
      refused(400, 'invalid id'),
    );
    for (const teamId of [cast.teamId, randomUUID()]) {
      expect(errorOf(await registry.call(cast.outsider, 'GET', `/v1/teams/${teamId}/prompts`))).toEqual(
        refused(403, 'forbidden'),
      );
    }
  });
});

describe('getting a prompt', () => {
  it('is by id in any letter case, or by slug, exact and decoded', async () => {
    const { editor, viewer, teamId } = await registry.cast();
    const prompt = await registry.prompts.create(editor, teamId, { name: 'Café ☕ Menü' });
    const get = (id: string) => registry.call(viewer, 'GET', `/v1/prompts/${id}`);
    expect((await get(prompt.id)).body).toEqual({ prompt });
    expect((await get(prompt.id.toUpperCase())).body).toEqual({ prompt });
    expect(prompt.slug).toBe('café_menü');
    expect((await get(encodeURIComponent(prompt.slug))).body).toEqual({ prompt });
    for (const slug of ['CAFÉ_MENÜ', 'cafe_menu', 'nobody', '\0']) {
      expect(errorOf(await get(encodeURIComponent(slug)))).toEqual(refused(404, 'prompt not found'));
    }
    expect(errorOf(await get(randomUUID()))).toEqual(refused(404, 'prompt not found'));
  });

  it('by a slug that is not in its normal form is a 404 that names the prompt, to whoever reads it', async () => {
    const { editor, viewer, outsider, teamId } = await registry.cast();
    await registry.prompts.create(editor, teamId, { name: 'Menü heute' });
    const hint = async (by: typeof viewer, slug: string) => {
      const answer = await registry.call(by, 'GET', `/v1/prompts/${encodeURIComponent(slug)}`);
      expect(errorOf(answer)).toEqual(refused(404, 'prompt not found'));
      return answer.headers.get('px0-hint');
    };
    for (const slug of ['menü-heute', 'MENÜ_HEUTE', ' Menü  heute! ']) {
      expect(await hint(viewer, slug)).toBe('did-you-mean=men%C3%BC_heute');
      expect(await hint(outsider, slug)).toBeNull();
    }
    // Nearly the same.
    expect(await hint(viewer, 'menue_heute')).toBe('did-you-mean=men%C3%BC_heute');
    expect(await hint(viewer, 'menu')).toBeNull();
    expect(await hint(outsider, 'menue_heute')).toBeNull();
  });

  it('by a slug that several teams use takes active before archived, then the oldest; team_id chooses', async () => {
    const first = await registry.cast();
    const { editor } = first;
    const second = await registry.tenancy.createTeam(first.orgId);
    await registry.tenancy.setMember(second, editor.id, 'editor');
    const old = await registry.prompts.create(editor, first.teamId, { name: 'Shared' });
    const young = await registry.prompts.create(editor, second, { name: 'Shared' });
    const get = (query = '') => registry.call(editor, 'GET', `/v1/prompts/shared${query}`);
    expect(promptOf(await get()).id).toBe(old.id);
    expect(promptOf(await get(`?team_id=${second}`)).id).toBe(young.id);
    await registry.call(first.admin, 'POST', `/v1/prompts/${old.id}/archive`);
    expect(promptOf(await get()).id).toBe(young.id);
    expect(errorOf(await get('?team_id=x'))).toEqual(refused(400, 'invalid id'));
    expect(errorOf(await get(`?team_id=${randomUUID()}`))).toEqual(refused(403, 'forbidden'));
  });

  it('adds a version by number or tag, and only when asked', async () => {
    const { editor, teamId } = await registry.cast();
    const prompt = await registry.prompts.create(editor, teamId);
    await registry.prompts.createVersion(editor, prompt.id, 'one');
    await registry.prompts.createVersion(editor, prompt.id, 'two');
    await registry.prompts.tag(editor, prompt.id, 1, '2');
    await registry.prompts.tag(editor, prompt.id, 2, 'prod');
    const get = (query: string) => registry.call(editor, 'GET', `/v1/prompts/${prompt.id}${query}`);
    expect((await get('')).body).toEqual({ prompt });
    expect((await get('?version=&tag=')).body).toEqual({ prompt });
    expect((await get('?version=2')).body).toMatchObject({ version: { template: 'two' } });
    expect((await get('?tag=2')).body).toMatchObject({ version: { template: 'one', tags: ['2'] } });
    expect((await get('?version=prod&tag=2')).body).toMatchObject({
      version: { template: 'two', tags: ['prod'] },
    });
    for (const query of ['?version=9', '?version=nope', '?tag=1', '?version=-1', '?version=2147483648']) {
      expect(errorOf(await get(query))).toEqual(refused(404, 'version not found'));
    }
  });
});

describe('updating a prompt', () => {
  it('replaces the description alone; an absent one becomes empty', async () => {
    const { editor, teamId } = cast;
    const prompt = await registry.prompts.create(editor, teamId, { description: 'before' });
    const put = (body: unknown) => registry.call(editor, 'PUT', `/v1/prompts/${prompt.id}`, body);
    const updated = promptOf(await put({ description: 'after', name: 'x', slug: 'x' }));
    expect(updated).toEqual({ ...prompt, description: 'after', updated_at: updated.updated_at });
    expect(updated.updated_at > prompt.updated_at).toBe(true);
    expect(promptOf(await put({})).description).toBe('');
  });

  it('judges id, then visibility, then body, then role', async () => {
    const { editor, viewer, outsider, teamId } = cast;
    const { id } = await registry.prompts.create(editor, teamId);
    const put = (by: typeof viewer, body: unknown, promptId = id) =>
      registry.call(by, 'PUT', `/v1/prompts/${promptId}`, body);
    expect(errorOf(await put(outsider, 7, 'x'))).toEqual(refused(400, 'invalid prompt id'));
    expect(errorOf(await put(outsider, 7))).toEqual(refused(404, 'prompt not found'));
    expect(errorOf(await put(viewer, 7))).toEqual(refused(400, 'invalid request body'));
    expect(errorOf(await put(viewer, { description: 'x'.repeat(16_385) }))).toEqual(
      refused(400, 'description must be at most 16384 characters'),
    );
    expect(errorOf(await put(viewer, {}))).toEqual(refused(403, 'forbidden'));
  });
});

describe('archiving and restoring', () => {
  it('change the status alone, may be repeated, and stop no operation', async () => {
    const { editor, admin, teamId } = cast;
    const prompt = await registry.prompts.create(editor, teamId);
    const post = (operation: string) => registry.call(admin, 'POST', `/v1/prompts/${prompt.id}/${operation}`);
    const archived = { ...prompt, status: 'archived' };
    expect((await post('archive')).body).toEqual({ prompt: archived });
    expect(errorOf(await post('archive'))).toEqual({ status: 200, body: { prompt: archived } });
    const version = await registry.prompts.versionIn(editor, prompt.id, 'live');
    await registry.prompts.tag(editor, prompt.id, version.version, 'prod');
    await registry.prompts.createPayload(editor, prompt.id, { variables: {} });
    expect((await registry.call(editor, 'PUT', `/v1/prompts/${prompt.id}`, {})).status).toBe(200);
    expect(promptOf(await post('restore')).status).toBe('active');
    expect(promptOf(await post('restore')).status).toBe('active');
    expect(errorOf(await registry.call(admin, 'POST', '/v1/prompts/x/archive'))).toEqual(
      refused(400, 'invalid prompt id'),
    );
  });
});

describe('the counts of an organization', () => {
  const count = (by: Bearer, orgId: string) => registry.call(by, 'GET', `/v1/orgs/${orgId}/prompt-counts`);

  it('tell its members how many prompts each team has, also teams that they are not in', async () => {
    const { orgId, teamId, viewer, editor, admin, orgAdmin, outsider, adminKey, allKey } =
      await registry.cast();
    const other = await registry.tenancy.createTeam(orgId);
    await registry.tenancy.setMember(other, editor.id, 'editor');
    const [archived] = [
      await registry.prompts.create(editor, teamId),
      await registry.prompts.create(editor, teamId),
    ];
    await registry.prompts.create(editor, other);
    await registry.call(admin, 'POST', `/v1/prompts/${archived.id}/archive`);
    for (const caller of [viewer, orgAdmin]) {
      const { status, body } = await count(caller, orgId);
      expect(status).toBe(200);
      const { counts } = body as { counts: { team_id: string }[] };
      expect(counts).toHaveLength(2);
      expect(counts).toContainEqual({ team_id: teamId, active: 1, archived: 1 });
      expect(counts).toContainEqual({ team_id: other, active: 1, archived: 0 });
    }
    // Keys with a list of teams do nothing to a whole organization.
    for (const caller of [outsider, allKey, adminKey]) {
      expect(errorOf(await count(caller, orgId))).toEqual(refused(403, 'forbidden'));
    }
    expect(errorOf(await count(viewer, randomUUID()))).toEqual(refused(404, 'organization not found'));
  });
});
