import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../src/schema.ts';
import { errorOf, refused } from './replies.ts';
import { type Bearer, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;

/** The loop's first step comes with the start of the process. */
const PATIENT = { timeoutMs: 60_000 };

beforeAll(async () => {
  registry = await RunningRegistry.start();
});
afterAll(() => registry?.stop());

const list = (by: Bearer, teamId: string, query: Record<string, string>) =>
  registry.call(by, 'GET', `/v1/teams/${teamId}/prompts?${new URLSearchParams(query)}`);
const version = (by: Bearer, promptId: string, number: number, operation: string, body?: unknown) =>
  registry.call(by, 'POST', `/v1/prompts/${promptId}/versions/${number}/${operation}`, body);

async function found(by: Bearer, teamId: string, q: string): Promise<string[]> {
  const { status, body } = await list(by, teamId, { q, in: 'content', sort: 'name' });
  expect(status).toBe(200);
  return (body as { prompts: { name: string }[] }).prompts.map(({ name }) => name);
}

describe('a search of contents', () => {
  it('looks into the live version, else into the newest that is not archived', async () => {
    const { editor, teamId } = await registry.cast();
    const { id, name } = await registry.prompts.create(editor, teamId);
    const finds = async (...words: string[]) => {
      const hits: string[] = [];
      for (const word of words) if ((await found(editor, teamId, word)).length > 0) hits.push(word);
      return hits;
    };
    const words = ['alpha', 'beta', 'gamma', 'delta'];
    expect(await finds(...words, name)).toEqual([]);
    await registry.prompts.createVersion(editor, id, 'alpha {{.x}}');
    expect(await finds(...words)).toEqual(['alpha']);
    await registry.call(editor, 'PUT', `/v1/prompts/${id}/versions/1`, { template: 'beta' });
    expect(await finds(...words)).toEqual(['beta']);
    await version(editor, id, 1, 'promote');
    await registry.prompts.createVersion(editor, id, 'gamma');
    expect(await finds(...words)).toEqual(['gamma']);
    await version(editor, id, 1, 'promote');
    expect(await finds(...words)).toEqual(['beta']);
    await version(editor, id, 1, 'duplicate');
    await registry.prompts.createVersion(editor, id, 'delta');
    expect(await finds(...words)).toEqual(['beta']);
    await version(editor, id, 1, 'demote');
    expect(await finds(...words)).toEqual(['delta']);
    await registry.call(editor, 'DELETE', `/v1/prompts/${id}/versions/4`);
    expect(await finds(...words)).toEqual(['beta']);
    await version(editor, id, 3, 'archive');
    expect(await finds(...words)).toEqual(['gamma']);
    for (const number of [1, 2]) await version(editor, id, number, 'archive');
    expect(await finds(...words)).toEqual([]);
  });

  it('asks for every word, each at the beginning of one, and only in this team', async () => {
    const { editor, viewer, teamId } = await registry.cast();
    const foreign = await registry.cast();
    for (const cast of [{ editor, teamId }, foreign]) {
      const { id } = await registry.prompts.create(cast.editor, cast.teamId, {
        name: 'Letter',
        slug: 'letter',
      });
      await registry.prompts.createVersion(cast.editor, id, 'Größe {{.customer_name}}: v1.2');
    }
    expect(await found(viewer, teamId, 'GRÖSSE')).toEqual([]);
    expect(await found(viewer, teamId, 'grö name v1')).toEqual(['Letter']);
    expect(await found(viewer, teamId, 'grö tomer')).toEqual([]);
    expect(await found(viewer, teamId, 'letter')).toEqual([]);
    expect(await found(viewer, teamId, ' ')).toEqual(['Letter']);
    expect(await found(viewer, teamId, '%')).toEqual([]);
    expect((await list(viewer, teamId, { in: 'content' })).body).toMatchObject({
      prompts: [{ name: 'Letter' }],
    });
    expect((await list(viewer, teamId, { q: 'letter' })).body).toMatchObject({
      prompts: [{ name: 'Letter' }],
    });
  });

  it('finds the words of all messages and of the configuration, and of a text the draft that replaces it', async () => {
    const { editor, teamId } = await registry.cast();
    const { id } = await registry.prompts.create(editor, teamId, { name: 'Tutor' });
    const content = {
      messages: [
        { role: 'system', template: 'You are kind.' },
        { placeholder: 'history' },
        {
          role: 'user',
          parts: [
            { type: 'text', template: 'Look: {{.question}}' },
            { type: 'media', url: 'https://example.com/{{.photo}}' },
          ],
        },
      ],
      config: { model: 'gpt-x', seed: 7, tools: [{ name: 'weather', description: 'tells the temperature' }] },
      note: 'noted',
    };
    const reply = await registry.call(editor, 'POST', `/v1/prompts/${id}/versions`, content);
    expect(reply.status).toBe(201);
    for (const q of ['kind look question', 'gpt x', 'weather temp'])
      expect([q, await found(editor, teamId, q)]).toEqual([q, ['Tutor']]);
    for (const q of ['system', 'history', 'example', 'photo', 'tools', 'seed', 'noted', 'define'])
      expect([q, await found(editor, teamId, q)]).toEqual([q, []]);
    expect((await list(editor, teamId, { include: 'summary' })).body).toMatchObject({
      prompts: [{ summary: { kind: 'chat', last_change: { action: 'version.created', note: 'noted' } } }],
    });
    const text = { messages: [], template: 'now a text', config: {}, note: 'simpler' };
    expect((await registry.call(editor, 'PUT', `/v1/prompts/${id}/versions/1`, text)).status).toBe(200);
    expect(await found(editor, teamId, 'now')).toEqual(['Tutor']);
    for (const q of ['kind', 'gpt']) expect(await found(editor, teamId, q)).toEqual([]);
    expect((await list(editor, teamId, { include: 'summary' })).body).toMatchObject({
      prompts: [{ summary: { kind: 'text', last_change: { action: 'version.updated', note: 'simpler' } } }],
    });
  });

  it('finds what an import brought', async () => {
    const { editor, teamId } = await registry.cast();
    const prompt = {
      slug: 'brought',
      name: 'Brought',
      versions: [{ number: 1, status: 'live', template: 'imported words' }],
    };
    const document = { kind: 'px0/prompts/v1', prompts: [prompt] };
    expect((await registry.call(editor, 'POST', `/v1/teams/${teamId}/import`, { document })).status).toBe(
      200,
    );
    expect(await found(editor, teamId, 'imported')).toEqual(['Brought']);
  });

  it('finds the words of conversations and configurations, and what another process has changed, once they are gathered', async () => {
    const { editor, teamId } = await registry.cast();
    const chat = await registry.prompts.create(editor, teamId, { name: 'Chat' });
    await registry.prompts.createVersion(editor, chat.id, 'program');
    const changed = await registry.prompts.create(editor, teamId, { name: 'Changed' });
    await registry.prompts.versionIn(editor, changed.id, 'live', 'before');
    await registry.prompts.versionIn(editor, changed.id, 'stable', 'after');
    const old = await registry.prompts.create(editor, teamId, { name: 'Old' });
    await registry.prompts.versionIn(editor, old.id, 'live', 'ancient');
    // As a process of the release before writes, and as the migration leaves prompts.
    await registry.pool.query(
      `update prompt_versions set messages = $2, outline = '[]', config = $3 where prompt_id = $1`,
      [
        chat.id,
        JSON.stringify([{ role: 'user', template: 'conversation' }]),
        JSON.stringify({ model: 'gpt-x', seed: 7 }),
      ],
    );
    await registry.pool.query(
      `update prompt_versions set status = 'stable' where prompt_id = $1 and version = 1`,
      [changed.id],
    );
    await registry.pool.query(
      `update prompt_versions set status = 'live' where prompt_id = $1 and version = 2`,
      [changed.id],
    );
    await registry.pool.query('update prompts set content_search = null where id = $1', [old.id]);
    const unknown = 'select id from prompts where content_search is null';
    expect((await registry.pool.query(unknown)).rows).toHaveLength(3);
    expect(await found(editor, teamId, 'before')).toEqual([]);

    await registry.restart({});
    await eventually(async () => (await registry.pool.query(unknown)).rows.length === 0, PATIENT);
    expect(await found(editor, teamId, 'conversation gpt x')).toEqual(['Chat']);
    expect(await found(editor, teamId, 'program')).toEqual([]);
    expect(await found(editor, teamId, 'seed')).toEqual([]);
    expect(await found(editor, teamId, 'after')).toEqual(['Changed']);
    expect(await found(editor, teamId, 'ancient')).toEqual(['Old']);
  });

  it('gathers step by step, beside a prompt that somebody holds', async () => {
    const { editor, teamId } = await registry.cast();
    await registry.pool.query(
      `with made as (
         insert into prompts (id, team_id, slug, name)
         select gen_random_uuid(), $1, 'many_' || n, 'Many ' || lpad(n::text, 3, '0') from generate_series(1, 220) n returning id)
       insert into prompt_versions (id, prompt_id, version, template, status, body_revision)
       select gen_random_uuid(), id, 1, 'words of many', 'live', 1 from made`,
      [teamId],
    );
    const held = await registry.pool.connect();
    try {
      await held.query('begin');
      await held.query(`select from prompts where team_id = $1 and slug = 'many_200' for no key update`, [
        teamId,
      ]);
      await registry.restart({});
      await eventually(async () => (await found(editor, teamId, 'many')).length === 219, PATIENT);
    } finally {
      await held.query('rollback');
      held.release();
    }
    await registry.restart({});
    await eventually(async () => (await found(editor, teamId, 'many')).length === 220, PATIENT);
  });
});

describe('summaries of a list', () => {
  const summariesOf = async (by: Bearer, teamId: string) => {
    const { body } = await list(by, teamId, { include: 'summary', sort: 'name' });
    return (body as { prompts: { summary?: Record<string, unknown> }[] }).prompts.map(
      ({ summary }) => summary,
    );
  };

  it('say what is live, who changed the prompt last, and why', async () => {
    const { editor, viewer, allKey, teamId } = await registry.cast();
    const { id } = await registry.prompts.create(editor, teamId, { name: 'a' });
    await registry.prompts.create(editor, teamId, { name: 'b' });
    const byEditor = { kind: 'user', user_id: editor.id, api_key_id: null };
    const usage = { renders: 0, failures: 0, daily: Array.from({ length: 30 }, () => 0) };
    const nothing = {
      ...{ live_version: null, live_tags: [], tags: [], draft_version: null, versions: 0, kind: null },
      usage,
    };
    const created = { action: 'prompt.created', version: null, actor: byEditor, note: '' };
    expect(await summariesOf(viewer, teamId)).toEqual([
      { ...nothing, last_change: { ...created, created_at: expect.stringMatching(/Z$/) } },
      { ...nothing, last_change: { ...created, created_at: expect.stringMatching(/Z$/) } },
    ]);
    await registry.prompts.versionIn(editor, id, 'live', 'text');
    await registry.prompts.tag(editor, id, 1, 'prod');
    await registry.prompts.tag(editor, id, 1, 'Z');
    await registry.prompts.createVersion(allKey, id, 'next');
    await registry.prompts.tag(editor, id, 2, 'staging');
    await registry.prompts.createVersion(allKey, id, 'later');
    await version(editor, id, 3, 'archive');
    await registry.prompts.createVersion(allKey, id, 'last');
    await registry.pool.query(
      `update prompt_versions set note = 'the note' where prompt_id = $1 and version = 4`,
      [id],
    );
    const [summary] = await summariesOf(viewer, teamId);
    expect(summary).toMatchObject({
      live_version: 1,
      live_tags: ['Z', 'prod'],
      tags: [
        { tag: 'staging', version: 2 },
        { tag: 'Z', version: 1 },
        { tag: 'prod', version: 1 },
      ],
      draft_version: 4,
      versions: 4,
      kind: 'text',
      last_change: {
        action: 'version.created',
        version: 4,
        actor: { kind: 'api-key', user_id: null, api_key_id: allKey.id },
        note: 'the note',
      },
    });
    await version(editor, id, 2, 'promote', { note: 'it is ready' });
    expect((await summariesOf(viewer, teamId))[0]).toMatchObject({
      last_change: { action: 'version.promoted', version: 2, actor: byEditor, note: 'it is ready' },
    });
    await version(editor, id, 2, 'archive');
    expect((await summariesOf(viewer, teamId))[0]).toMatchObject({
      last_change: { action: 'version.archived', note: '' },
    });
    const all = await registry.call(
      viewer,
      'GET',
      `/v1/prompts?team=${teamId}&include=summary&limit=1&sort=name`,
    );
    expect(all.body).toMatchObject({
      prompts: [{ id, summary: { live_version: 1 } }],
      next_cursor: expect.any(String),
    });
  });

  it('do not call what is said of a prompt a change of it', async () => {
    const { editor, allKey, teamId } = await registry.cast();
    const { id } = await registry.prompts.create(editor, teamId, { name: 'a' });
    const { content_hash } = await registry.prompts.createVersion(editor, id);
    const check = { name: 'ci', state: 'success', content_hash };
    const posted = await registry.call(allKey, 'POST', `/v1/prompts/${id}/versions/1/checks`, check);
    expect(posted.status).toBeLessThan(300);
    expect(await summariesOf(editor, teamId)).toMatchObject([{ last_change: { action: 'version.created' } }]);
  });

  it('are given when they are asked for', async () => {
    const { editor, teamId } = await registry.cast();
    const prompt = await registry.prompts.create(editor, teamId);
    expect((await list(editor, teamId, {})).body).toEqual({ prompts: [prompt] });
    expect((await list(editor, teamId, { include: 'summary', q: 'nothing' })).body).toEqual({ prompts: [] });
    expect((await registry.call(editor, 'GET', '/v1/prompts?include=summary')).body).toEqual({ prompts: [] });
  });
});

describe('the order by change', () => {
  const names = async (by: Bearer, teamId: string, query: Record<string, string> = {}) => {
    const { status, body } = await list(by, teamId, { sort: '-changed_at', ...query });
    expect(status).toBe(200);
    return (body as { prompts: { name: string }[] }).prompts.map(({ name }) => name);
  };

  it('follows whatever is done to a prompt, its versions, tags and payloads', async () => {
    const { editor, viewer, teamId } = await registry.cast();
    const ids = new Map<string, string>();
    for (const name of ['a', 'b', 'c']) {
      ids.set(name, (await registry.prompts.create(editor, teamId, { name })).id);
    }
    const id = (name: string) => ids.get(name) ?? '';
    expect(await names(viewer, teamId)).toEqual(['c', 'b', 'a']);
    await registry.prompts.createVersion(editor, id('a'));
    expect(await names(viewer, teamId)).toEqual(['a', 'c', 'b']);
    await registry.prompts.createVersion(editor, id('b'));
    await registry.call(editor, 'PUT', `/v1/prompts/${id('a')}/versions/1`, { template: 'changed' });
    expect(await names(viewer, teamId)).toEqual(['a', 'b', 'c']);
    await version(editor, id('b'), 1, 'promote');
    expect(await names(viewer, teamId)).toEqual(['b', 'a', 'c']);
    await registry.prompts.createPayload(editor, id('c'), { name: 'one', variables: {} });
    await registry.prompts.tag(editor, id('a'), 1, 'prod');
    expect(await names(viewer, teamId)).toEqual(['a', 'c', 'b']);
    // A description changes both times, and nothing else moved `updated_at`.
    expect(await names(viewer, teamId, { sort: '-updated_at' })).toEqual(['c', 'b', 'a']);
    expect(await names(viewer, teamId, { sort: 'changed_at' })).toEqual(['b', 'c', 'a']);
  });

  it('is kept from page to page', async () => {
    const { editor, teamId } = await registry.cast();
    for (const name of ['a', 'b', 'c']) await registry.prompts.create(editor, teamId, { name });
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await list(editor, teamId, { sort: '-changed_at', limit: '1', cursor });
      const page = body as { prompts: { name: string }[]; next_cursor?: string };
      seen.push(...page.prompts.map(({ name }) => name));
      cursor = page.next_cursor ?? '';
    } while (cursor !== '');
    expect(seen).toEqual(['c', 'b', 'a']);
  });
});

describe('the last change of prompts that are older than its column', () => {
  it('is that of their entries, also where somebody writes while it is set', async () => {
    const { editor, teamId } = await registry.cast();
    const create = async () => (await registry.prompts.create(editor, teamId)).id;
    const ids = [await create(), await create()];
    const { pool } = registry;
    // As the column's own migration leaves them.
    await pool.query("update prompts set changed_at = '2020-01-01' where id = any($1::uuid[])", [ids]);
    const writer = await pool.connect();
    await writer.query('begin');
    const { rows: own } = await writer.query<{ pid: number }>(
      'select pg_backend_pid() as pid from prompts where id = $1 for no key update',
      [ids[1]],
    );
    await writer.query(
      `insert into audit_entries (prompt_id, team_id, actor_kind, actor_id, action)
       select prompt_id, team_id, actor_kind, actor_id, 'prompt.patched' from audit_entries where prompt_id = $1 limit 1`,
      [ids[1]],
    );
    const file = join(MIGRATIONS, '20261202010000_changed_at_of_old', 'migration.sql');
    const migrated = pool.query(await readFile(file, 'utf8'));
    await expect
      .poll(async () => {
        const waiting = 'select from pg_stat_activity where $1 = any(pg_blocking_pids(pid))';
        return (await pool.query(waiting, [own[0]?.pid])).rowCount;
      })
      .toBe(1);
    await writer.query('commit');
    writer.release();
    await migrated;
    const { rows } = await pool.query<{ isOfLast: boolean }>(
      `select changed_at = (select a.at from audit_entries a where a.prompt_id = p.id order by a.id desc limit 1) as "isOfLast"
       from prompts p where id = any($1::uuid[])`,
      [ids],
    );
    expect(rows).toEqual([{ isOfLast: true }, { isOfLast: true }]);
  });
});

describe('the prompts of several teams', () => {
  const listed = (by: Bearer, query: Record<string, string>) =>
    registry.call(by, 'GET', `/v1/prompts?${new URLSearchParams(query)}`);

  it('are one list in one order, page by page', async () => {
    const { editor, teamId, orgId } = await registry.cast();
    const other = await registry.tenancy.createTeam(orgId);
    await registry.tenancy.setMember(other, editor.id, 'editor');
    for (const [team, name] of [
      [teamId, 'a'],
      [other, 'b'],
      [teamId, 'c'],
      [other, 'd'],
    ] as const) {
      await registry.prompts.create(editor, team, { name });
    }
    for (const [sort, expected] of [
      ['name', ['a', 'b', 'c', 'd']],
      ['-changed_at', ['d', 'c', 'b', 'a']],
      ['created_at', ['a', 'b', 'c', 'd']],
    ] as const) {
      const seen: string[] = [];
      let cursor = '';
      do {
        const teams = `${teamId},${other},${teamId}`;
        const { status, body } = await listed(editor, {
          teams,
          sort,
          limit: '3',
          cursor,
          include: 'summary',
        });
        expect(status).toBe(200);
        const page = body as { prompts: { name: string; summary?: object }[]; next_cursor?: string };
        seen.push(...page.prompts.map(({ name }) => name));
        expect(page.prompts[0]?.summary).toBeDefined();
        cursor = page.next_cursor ?? '';
      } while (cursor !== '');
      expect(seen).toEqual(expected);
    }
    expect((await listed(editor, { team: other, teams: teamId, sort: 'name' })).body).toMatchObject({
      prompts: [{ name: 'b' }, { name: 'd' }],
    });
  });

  it('are refused if the caller may not read one of the teams, or a text is no id', async () => {
    const { viewer, teamId } = await registry.cast();
    const foreign = await registry.cast();
    expect((await listed(viewer, { teams: teamId })).status).toBe(200);
    expect(errorOf(await listed(viewer, { teams: `${teamId},${foreign.teamId}` }))).toEqual(
      refused(403, 'forbidden'),
    );
    const many = Array.from({ length: 101 }, () => teamId).join(',');
    for (const teams of [`${teamId},x`, many])
      expect(errorOf(await listed(viewer, { teams }))).toEqual(refused(400, 'invalid id'));
    expect((await listed(viewer, { teams: ',' })).body).toEqual({ prompts: [] });
  });
});

describe('the tags of a team', () => {
  it('are those on its prompts, with how many prompts have each', async () => {
    const { editor, viewer, teamId } = await registry.cast();
    const foreign = await registry.cast();
    const tagsOf = async (by: Bearer, team: string) =>
      (await registry.call(by, 'GET', `/v1/teams/${team}/tags`)).body;
    expect(await tagsOf(viewer, teamId)).toEqual({ tags: [] });
    for (const tags of [['prod', 'eu'], ['prod']]) {
      const { id } = await registry.prompts.create(editor, teamId);
      await registry.prompts.createVersion(editor, id);
      for (const tag of tags) await registry.prompts.tag(editor, id, 1, tag);
    }
    expect(await tagsOf(viewer, teamId)).toEqual({
      tags: [
        { tag: 'eu', prompts: 1 },
        { tag: 'prod', prompts: 2 },
      ],
    });
    expect(await tagsOf(foreign.viewer, foreign.teamId)).toEqual({ tags: [] });
    expect(errorOf(await registry.call(foreign.viewer, 'GET', `/v1/teams/${teamId}/tags`))).toEqual(
      refused(403, 'forbidden'),
    );
  });
});

describe('the words of a query', () => {
  const invalidIn = refused(400, 'invalid in, must be content');
  const invalidInclude = refused(400, 'invalid include, must be summary');

  it.each([
    ['in=', invalidIn],
    ['in=contents', invalidIn],
    ['in=CONTENT&q=x', invalidIn],
    ['include=', invalidInclude],
    ['include=summaries', invalidInclude],
    ['include=program', invalidInclude],
    ['folder=a//b', refused(400, 'invalid folder')],
    ['sort=size', refused(400, 'invalid sort')],
    // In the order of their declaration, whatever the order in the query.
    ['include=x&in=x', invalidIn],
    ['folder=a//b&in=x', invalidIn],
    ['sort=size&folder=a//b&include=x', invalidInclude],
  ])('are judged after the right to see the team: %s', async (query, refusal) => {
    const { viewer, outsider, teamId } = await registry.cast();
    for (const path of [`/v1/teams/${teamId}/prompts?`, `/v1/prompts?team=${teamId}&`]) {
      const call = (by: Bearer) => registry.call(by, 'GET', `${path}${query}`);
      expect(errorOf(await call(viewer)), path).toEqual(refusal);
      expect(errorOf(await call(outsider)), path).toEqual(refused(403, 'forbidden'));
    }
    const unknown = await registry.call(viewer, 'GET', `/v1/teams/${randomUUID()}/prompts?${query}`);
    expect(errorOf(unknown)).toEqual(refused(403, 'forbidden'));
  });
});
