import { randomUUID } from 'node:crypto';
import { eventually } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { promptOf } from './prompts.ts';
import { errorOf, refused } from './replies.ts';
import { type Bearer, type Cast, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
});
afterAll(() => registry?.stop());

const patch = (by: Bearer, promptId: string, body: unknown) =>
  registry.call(by, 'PATCH', `/v1/prompts/${promptId}`, body);
const moveFolder = (by: Bearer, teamId: string, from: unknown, to: unknown) =>
  registry.call(by, 'POST', `/v1/teams/${teamId}/folders/move`, { from, to });
const foldersOf = async (by: Bearer, teamId: string) =>
  (await registry.call(by, 'GET', `/v1/teams/${teamId}/folders`)).body as {
    folders: { path: string; prompts: number }[];
  };
const auditOf = async (promptId: string) => {
  const { body } = await registry.call(cast.editor, 'GET', `/v1/prompts/${promptId}/audit`);
  return (body as { entries: { action: string; details: object }[] }).entries;
};
const folderOf = async (by: Bearer, promptId: string) =>
  promptOf(await registry.call(by, 'GET', `/v1/prompts/${promptId}`)).folder;
/** The revision of the prompt's event. */
async function revisionOf(promptId: string): Promise<string | undefined> {
  const { rows } = await registry.pool.query<{ revision: string }>(
    "select revision::text from outbox where stream = 'state' and aggregate like '%' || $1",
    [promptId],
  );
  return rows[0]?.revision;
}

const badFolders = [
  '/',
  '/a',
  'a/',
  'a//b',
  ' a',
  'a/ b',
  '.',
  'a/..',
  'a\tb',
  'x'.repeat(65),
  'a/b/c/d/e/f/g/h/i',
];

describe('the folder of a prompt', () => {
  it('is given when the prompt is created, and none otherwise', async () => {
    const { editor, allKey, teamId } = cast;
    const filed = await registry.prompts.create(editor, teamId, { folder: 'Support/E-Mail' });
    expect(filed).toMatchObject({
      folder: 'Support/E-Mail',
      contract: 'off',
      created_by: { kind: 'user', user_id: editor.id, api_key_id: null },
    });
    expect((await auditOf(filed.id))[0]).toMatchObject({ details: { folder: 'Support/E-Mail' } });
    const loose = await registry.prompts.create(allKey, teamId);
    expect(loose).toMatchObject({
      folder: '',
      created_by: { kind: 'api-key', user_id: null, api_key_id: allKey.id },
    });
    expect((await auditOf(loose.id))[0]?.details).toEqual({ name: loose.name, slug: loose.slug });
    for (const [body, error] of [
      [{ name: 'x', folder: 7 }, 'invalid request body'],
      [{ name: '', folder: '/' }, 'name is required'],
      [{ name: '!!!', folder: '/' }, 'slug must contain at least one letter or digit'],
      ...badFolders.map((folder) => [{ name: 'x', folder }, 'invalid folder'] as const),
    ] as const) {
      const reply = await registry.call(editor, 'POST', `/v1/teams/${teamId}/prompts`, body);
      expect(errorOf(reply), JSON.stringify(body)).toEqual(refused(400, error));
    }
  });

  it('is patched alone or with the description, and PUT leaves it', async () => {
    const { editor, teamId } = cast;
    const prompt = await registry.prompts.create(editor, teamId, { description: 'before' });
    const filed = promptOf(await patch(editor, prompt.id, { folder: 'a/b' }));
    expect(filed).toEqual({ ...prompt, folder: 'a/b', updated_at: filed.updated_at });
    expect(filed.updated_at > prompt.updated_at).toBe(true);
    const described = promptOf(await patch(editor, prompt.id, { description: 'after', contract: 'off' }));
    expect(described).toMatchObject({ folder: 'a/b', description: 'after' });
    const put = await registry.call(editor, 'PUT', `/v1/prompts/${prompt.id}`, {
      description: 'put',
      folder: 'x',
    });
    expect(promptOf(put)).toMatchObject({ folder: 'a/b', description: 'put' });
    expect(promptOf(await patch(editor, prompt.id, { folder: '', description: '' }))).toMatchObject({
      folder: '',
      description: '',
    });
    expect((await auditOf(prompt.id)).map(({ action, details }) => [action, details])).toEqual([
      ['prompt.patched', { folder_from: 'a/b', folder_to: '' }],
      ['prompt.updated', {}],
      ['prompt.updated', {}],
      ['prompt.updated', {}],
      ['prompt.patched', { folder_from: '', folder_to: 'a/b' }],
      ['prompt.created', { name: prompt.name, slug: prompt.slug }],
    ]);
  });

  it('is not touched by a patch that names nothing', async () => {
    const { editor, teamId } = cast;
    const prompt = await registry.prompts.create(editor, teamId, { folder: 'same', description: 'same' });
    for (const body of [{}, null, { folder: null }])
      expect((await patch(editor, prompt.id, body)).body).toEqual({ prompt });
    expect(await auditOf(prompt.id)).toHaveLength(1);
  });

  it('is updated without an entry by a patch that says what is so', async () => {
    const { editor, teamId } = cast;
    const prompt = await registry.prompts.create(editor, teamId, { folder: 'same', description: 'same' });
    for (const body of [{ folder: 'same' }, { description: 'same', contract: 'off' }]) {
      const patched = promptOf(await patch(editor, prompt.id, body));
      expect(patched).toEqual({ ...prompt, updated_at: patched.updated_at });
      expect(patched.updated_at > prompt.updated_at).toBe(true);
    }
    expect(await auditOf(prompt.id)).toHaveLength(1);
  });

  it('is refused in the order of the contract', async () => {
    const { editor, viewer, outsider, teamId } = cast;
    const { id } = await registry.prompts.create(editor, teamId);
    const long = 'x'.repeat(16_385);
    expect(errorOf(await patch(outsider, 'x', 7))).toEqual(refused(400, 'invalid prompt id'));
    expect(errorOf(await patch(outsider, id, 7))).toEqual(refused(404, 'prompt not found'));
    expect(errorOf(await patch(outsider, randomUUID(), 7))).toEqual(refused(404, 'prompt not found'));
    expect(errorOf(await patch(viewer, id, 7))).toEqual(refused(403, 'forbidden'));
    for (const body of [7, { folder: 7 }, { contract: true }, { description: [] }])
      expect(errorOf(await patch(editor, id, body))).toEqual(refused(400, 'invalid request body'));
    expect(errorOf(await patch(editor, id, { description: long, folder: '/', contract: 'x' }))).toEqual(
      refused(400, 'description must be at most 16384 characters'),
    );
    expect(errorOf(await patch(editor, id, { folder: '/', contract: 'x' }))).toEqual(
      refused(400, 'invalid folder'),
    );
    for (const contract of ['x', '', 'OFF'])
      expect(errorOf(await patch(editor, id, { contract }))).toEqual(
        refused(400, 'invalid contract, must be off, warn, or enforce'),
      );
    expect(await folderOf(editor, id)).toBe('');
  });

  it('goes along to another team', async () => {
    const { editor, orgId, orgAdmin: admin, teamId } = cast;
    const other = await registry.tenancy.createTeam(orgId);
    const { id } = await registry.prompts.create(editor, teamId, { folder: 'wandering' });
    const moved = await registry.call(admin, 'POST', `/v1/prompts/${id}/move`, { team_id: other });
    expect(promptOf(moved).folder).toBe('wandering');
    const { id: reader, ...bearer } = await registry.identity.register();
    await registry.tenancy.setMember(other, reader, 'viewer');
    expect(await foldersOf(bearer, other)).toEqual({ folders: [{ path: 'wandering', prompts: 1 }] });
  });
});

describe('a list of prompts', () => {
  it('is narrowed to a folder, to what is below it too, or to the root', async () => {
    const { editor, viewer, teamId } = await registry.cast();
    const paths = [
      '',
      'support',
      'support/mail',
      'support/mail/de',
      'support0',
      'support mail',
      'Support',
      'sup',
    ];
    for (const folder of paths) await registry.prompts.create(editor, teamId, { folder });
    const list = async (query: Record<string, string>) => {
      const path = `/v1/teams/${teamId}/prompts?${new URLSearchParams(query)}`;
      return (await registry.call(viewer, 'GET', path)).body as {
        prompts: { folder: string }[];
        next_cursor?: string;
      };
    };
    const found = async (folder: string) =>
      (await list({ folder, sort: 'name' })).prompts.map((one) => one.folder);
    expect((await found('')).toSorted()).toEqual(paths.toSorted());
    expect(await found('support')).toEqual(['support']);
    expect((await found('support/')).toSorted()).toEqual(['support', 'support/mail', 'support/mail/de']);
    expect((await found('support/mail/')).toSorted()).toEqual(['support/mail', 'support/mail/de']);
    expect(await found('/')).toEqual(['']);
    expect(await found('nowhere/')).toEqual([]);
    const paged: string[] = [];
    let cursor = '';
    do {
      const page = await list({ folder: 'support/', sort: 'name', limit: '1', cursor });
      expect(page.prompts).toHaveLength(1);
      paged.push(...page.prompts.map((one) => one.folder));
      cursor = page.next_cursor ?? '';
    } while (cursor !== '');
    expect(paged).toEqual(await found('support/'));
    const all = await registry.call(viewer, 'GET', `/v1/prompts?team=${teamId}&folder=sup`);
    expect(all.body).toMatchObject({ prompts: [{ folder: 'sup' }] });

    for (const folder of ['//', '/a', 'a//', ' a', '.', 'x'.repeat(65)]) {
      const query = new URLSearchParams({ folder, sort: 'nonsense' });
      const reply = await registry.call(viewer, 'GET', `/v1/teams/${teamId}/prompts?${query}`);
      expect(errorOf(reply)).toEqual(refused(400, 'invalid folder'));
    }
    const foreign = await registry.call(cast.viewer, 'GET', `/v1/teams/${teamId}/prompts?folder=//`);
    expect(errorOf(foreign)).toEqual(refused(403, 'forbidden'));
  });

  it('is searched by the words of the folder, which follow it', async () => {
    const { editor, viewer, teamId } = await registry.cast();
    const { id } = await registry.prompts.create(editor, teamId, {
      name: 'Letter',
      folder: 'Größe/Mail-Box',
    });
    const finds = async (q: string) => {
      const path = `/v1/teams/${teamId}/prompts?${new URLSearchParams({ q })}`;
      return ((await registry.call(viewer, 'GET', path)).body as { prompts: unknown[] }).prompts.length;
    };
    expect([await finds('grö mail'), await finds('letter box'), await finds('chat')]).toEqual([1, 1, 0]);
    await registry.call(editor, 'PUT', `/v1/prompts/${id}`, { description: 'described' });
    expect([await finds('described grö'), await finds('chat')]).toEqual([1, 0]);
    await moveFolder(editor, teamId, 'Größe', 'Chat it’s/x');
    expect([await finds('letter chat mail s'), await finds('grö')]).toEqual([1, 0]);
    await patch(editor, id, { folder: '' });
    expect([await finds('letter described'), await finds('mail')]).toEqual([1, 0]);
  });
});

describe('folders', () => {
  it('are those that hold prompts, by path, archived ones included, of this team alone', async () => {
    const { admin, editor, viewer, teamId } = await registry.cast();
    expect(await foldersOf(viewer, teamId)).toEqual({ folders: [] });
    const made: string[] = [];
    for (const folder of ['b', '', 'a/ä', 'a', 'b', 'Z', 'a b'])
      made.push((await registry.prompts.create(editor, teamId, { folder })).id);
    await registry.call(admin, 'POST', `/v1/prompts/${made[0]}/archive`);
    await registry.prompts.create(cast.editor, cast.teamId, { folder: 'secret plans' });
    expect(await foldersOf(viewer, teamId)).toEqual({
      folders: [
        { path: 'Z', prompts: 1 },
        { path: 'a', prompts: 1 },
        { path: 'a b', prompts: 1 },
        { path: 'a/ä', prompts: 1 },
        { path: 'b', prompts: 2 },
      ],
    });
    expect(JSON.stringify((await foldersOf(cast.viewer, cast.teamId)).folders)).toContain('secret plans');
    expect(errorOf(await registry.call(viewer, 'GET', '/v1/teams/x/folders'))).toEqual(
      refused(400, 'invalid id'),
    );
    for (const other of [cast.teamId, randomUUID()])
      expect(errorOf(await registry.call(viewer, 'GET', `/v1/teams/${other}/folders`))).toEqual(
        refused(403, 'forbidden'),
      );
  });
});

describe('moving a folder', () => {
  it('moves what is in it and below it, into one that exists as well, and out to the root', async () => {
    const { editor, teamId } = await registry.cast();
    const paths = ['old', 'old/x', 'old/x/y', 'older', 'Old', '', 'new'];
    const ids = new Map<string, string>();
    for (const folder of paths)
      ids.set(folder, (await registry.prompts.create(editor, teamId, { folder })).id);
    expect((await moveFolder(editor, teamId, 'old', 'new/place')).body).toEqual({ moved: 3 });
    const pathsNow = async () =>
      (await foldersOf(editor, teamId)).folders.map(({ path, prompts }) => `${path} ${prompts}`);
    expect(await pathsNow()).toEqual([
      'Old 1',
      'new 1',
      'new/place 1',
      'new/place/x 1',
      'new/place/x/y 1',
      'older 1',
    ]);
    expect((await moveFolder(editor, teamId, 'new/place', 'new')).body).toEqual({ moved: 3 });
    expect(await pathsNow()).toEqual(['Old 1', 'new 2', 'new/x 1', 'new/x/y 1', 'older 1']);
    expect((await moveFolder(editor, teamId, 'new', '')).body).toEqual({ moved: 4 });
    expect(await pathsNow()).toEqual(['Old 1', 'older 1', 'x 1', 'x/y 1']);
    expect((await moveFolder(editor, teamId, 'nowhere', 'x')).body).toEqual({ moved: 0 });
    const entries = await registry.call(editor, 'GET', `/v1/prompts/${ids.get('old/x')}/audit`);
    const { entries: log } = entries.body as {
      entries: { action: string; details: object; actor: object }[];
    };
    expect(log.slice(0, 3)).toMatchObject([
      {
        action: 'prompt.patched',
        details: { folder_from: 'new/x', folder_to: 'x' },
        actor: { user_id: editor.id },
      },
      { action: 'prompt.patched', details: { folder_from: 'new/place/x', folder_to: 'new/x' } },
      { action: 'prompt.patched', details: { folder_from: 'old/x', folder_to: 'new/place/x' } },
    ]);
  });

  it('publishes nothing and leaves the time of the last update', async () => {
    const { editor, teamId } = await registry.cast();
    const prompt = await registry.prompts.create(editor, teamId, { folder: 'quiet' });
    await registry.prompts.versionIn(editor, prompt.id, 'live', 'text');
    const before = await revisionOf(prompt.id);
    expect(before).toBeDefined();
    expect((await moveFolder(editor, teamId, 'quiet', 'still')).body).toEqual({ moved: 1 });
    expect(await revisionOf(prompt.id)).toBe(before);
    expect(promptOf(await registry.call(editor, 'GET', `/v1/prompts/${prompt.id}`))).toEqual({
      ...prompt,
      folder: 'still',
    });
  });

  it('is refused in order: id, right, body, folders', async () => {
    const { editor, viewer, outsider, teamId } = cast;
    await registry.prompts.create(editor, teamId, { folder: 'from/a/b/c/d/e/f' });
    expect(errorOf(await moveFolder(outsider, 'x', 7, 7))).toEqual(refused(400, 'invalid id'));
    for (const by of [viewer, outsider])
      expect(errorOf(await moveFolder(by, teamId, 7, 7))).toEqual(refused(403, 'forbidden'));
    expect(errorOf(await moveFolder(editor, teamId, 7, 'x'))).toEqual(refused(400, 'invalid request body'));
    for (const [from, to] of [
      ...badFolders.flatMap((bad) => [[bad, 'x'] as const, ['x', bad] as const]),
      ['', 'x'],
      [undefined, 'x'],
      ['from', undefined],
      ['from', null],
      ['from', 'from'],
      ['from', 'from/below'],
      // Deeper than eight, longer than 255.
      ['from', 'one/two/three'],
      ['from', Array.from({ length: 4 }, () => 'x'.repeat(60)).join('/')],
    ] as const) {
      expect(errorOf(await moveFolder(editor, teamId, from, to)), `${from} to ${to}`).toEqual(
        refused(400, 'invalid folder'),
      );
    }
    expect(await foldersOf(editor, teamId)).toMatchObject({
      folders: expect.arrayContaining([{ path: 'from/a/b/c/d/e/f', prompts: 1 }]),
    });
    expect((await moveFolder(editor, teamId, 'from', 'fromage')).body).toEqual({ moved: 1 });
  });

  it('leaves other teams alone', async () => {
    const { editor, teamId } = await registry.cast();
    const { id } = await registry.prompts.create(cast.editor, cast.teamId, { folder: 'shared name' });
    await registry.prompts.create(editor, teamId, { folder: 'shared name' });
    expect((await moveFolder(editor, teamId, 'shared name', 'moved')).body).toEqual({ moved: 1 });
    expect(await folderOf(cast.editor, id)).toBe('shared name');
  });

  it('by two people at once moves each prompt once', async () => {
    const { admin, editor, teamId } = await registry.cast();
    const ids: string[] = [];
    for (let index = 0; index < 12; index++)
      ids.push((await registry.prompts.create(editor, teamId, { folder: `both/${index}` })).id);
    const replies = await Promise.all([
      moveFolder(editor, teamId, 'both', 'one'),
      moveFolder(admin, teamId, 'both', 'two'),
      ...ids.slice(0, 6).map((id) => patch(editor, id, { folder: 'apart' })),
    ]);
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
    const paths = await Promise.all(ids.map((id) => folderOf(editor, id)));
    expect(paths.slice(0, 6)).toEqual(Array(6).fill('apart'));
    expect(new Set(paths.slice(6).map((path) => path.split('/')[0])).size).toBe(1);
  });

  it('waits for who holds a prompt, and leaves it where that puts it', async () => {
    const { editor, teamId } = await registry.cast();
    const held = await registry.prompts.create(editor, teamId, { folder: 'held' });
    const free = await registry.prompts.create(editor, teamId, { folder: 'held' });
    const holder = await registry.pool.connect();
    try {
      await holder.query('begin');
      await holder.query("update prompts set folder = 'elsewhere' where id = $1", [held.id]);
      const moving = moveFolder(editor, teamId, 'held', 'moved');
      await eventually(async () => {
        const { rows } = await registry.pool.query(
          "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        );
        return rows.length > 0;
      });
      await holder.query('commit');
      expect((await moving).body).toEqual({ moved: 1 });
    } finally {
      holder.release();
    }
    expect(await folderOf(editor, held.id)).toBe('elsewhere');
    expect(await folderOf(editor, free.id)).toBe('moved');
  });

  it('takes 5,000 prompts at once and no more', async () => {
    const { editor, teamId } = await registry.cast();
    const seed = (count: number) =>
      registry.pool.query(
        `insert into prompts (id, team_id, slug, name, folder)
         select gen_random_uuid(), $1, gen_random_uuid()::text, gen_random_uuid()::text, 'many/' || n % 7
         from generate_series(1, $2::int) n`,
        [teamId, count],
      );
    await seed(5_000);
    expect((await moveFolder(editor, teamId, 'many', 'all')).body).toEqual({ moved: 5_000 });
    const { rows } = await registry.pool.query(
      "select count(*)::int as entries from audit_entries where team_id = $1 and action = 'prompt.patched'",
      [teamId],
    );
    expect(rows).toEqual([{ entries: 5_000 }]);
    await moveFolder(editor, teamId, 'all', 'many');
    await seed(1);
    expect(errorOf(await moveFolder(editor, teamId, 'many', 'all'))).toEqual(
      refused(422, 'folder has more than 5000 prompts'),
    );
  });
});
