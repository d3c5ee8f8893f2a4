import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bodySubject, decodeBody, decodeEvent, type StateEvent, stateSubject } from '@px0/contracts';
import type { Bus } from '@px0/event-bus';
import { eventually } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { payloadOf } from './prompts.ts';
import { type Cast, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;
let bus: Bus;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
  bus = await registry.openBus();
});
afterAll(() => registry?.stop());

/** What the stream holds of a prompt at this moment: an answer is only given when it does. */
async function eventOf(promptId: string): Promise<StateEvent & { name: 'prompt' }> {
  const subject = stateSubject('prompt', promptId);
  const message = await bus.lastMessage('state', subject);
  if (message === undefined) throw new Error('no event');
  const event = decodeEvent(subject, message.text);
  if (event.name !== 'prompt') throw new Error('no event of a prompt');
  return event;
}

async function bodyOf(promptId: string, number: number) {
  const subject = bodySubject(promptId, number);
  const message = await bus.lastMessage('body', subject);
  return message === undefined ? undefined : decodeBody(subject, message.text);
}

describe('a prompt’s event', () => {
  it('holds the whole state after each change, and the bodies that it names are there', async () => {
    const { editor, admin, teamId } = cast;
    const prompt = await registry.prompts.create(editor, teamId, { name: 'Evented' });
    const base = {
      team_id: teamId,
      slug: 'evented',
      name: 'Evented',
      status: 'active',
      created_at: prompt.created_at,
    };
    expect((await eventOf(prompt.id)).state).toEqual({
      ...base,
      updated_at: prompt.updated_at,
      live: null,
      tags: {},
      versions: [],
    });

    await registry.prompts.createVersion(editor, prompt.id, 'one');
    await registry.prompts.createVersion(editor, prompt.id, 'two');
    await registry.call(editor, 'PUT', `/v1/prompts/${prompt.id}/versions/2`, { template: 'two, again' });
    expect((await eventOf(prompt.id)).state).toMatchObject({
      live: null,
      versions: [
        [1, 'draft', 1],
        [2, 'draft', 2],
      ],
    });
    expect(await bodyOf(prompt.id, 2)).toMatchObject({ revision: 2, program: { template: 'two, again' } });

    for (const _ of ['stable', 'live']) await registry.prompts.promote(editor, prompt.id, 1);
    await registry.prompts.tag(editor, prompt.id, 2, 'prod');
    await registry.prompts.tag(editor, prompt.id, 1, '__proto__');
    const { state } = await eventOf(prompt.id);
    expect(state).toMatchObject({
      live: { number: 1, template: 'one' },
      versions: [
        [1, 'live', 1],
        [2, 'draft', 2],
      ],
    });
    expect(Object.entries(state?.tags ?? {})).toEqual(
      expect.arrayContaining([
        ['prod', 2],
        ['__proto__', 1],
      ]),
    );

    await registry.call(editor, 'DELETE', `/v1/prompts/${prompt.id}/versions/2`);
    await registry.call(editor, 'POST', `/v1/prompts/${prompt.id}/versions/1/demote`);
    await registry.call(editor, 'DELETE', `/v1/prompts/${prompt.id}/tags/__proto__`);
    await registry.call(admin, 'POST', `/v1/prompts/${prompt.id}/archive`);
    expect((await eventOf(prompt.id)).state).toMatchObject({
      status: 'archived',
      live: null,
      tags: {},
      versions: [[1, 'stable', 1]],
    });
    expect(await bodyOf(prompt.id, 2)).toMatchObject({ program: undefined });
  });

  it('follows a description and a move, and is not needed for payloads and what changed nothing', async () => {
    const { editor, admin, teamId } = cast;
    const prompt = await registry.prompts.create(editor, teamId);
    const described = await registry.call(editor, 'PUT', `/v1/prompts/${prompt.id}`, { description: 'x' });
    const { state, revision } = await eventOf(prompt.id);
    expect(described.body).toMatchObject({ prompt: { updated_at: state?.updated_at } });
    await registry.prompts.createPayload(editor, prompt.id, { variables: 1 });
    await registry.call(admin, 'POST', `/v1/prompts/${prompt.id}/restore`);
    expect((await eventOf(prompt.id)).revision).toBe(revision);
  });

  it('comes once with each write, and never with one that leaves the public state as it was', async () => {
    const { admin, teamId } = cast;
    const { id } = await registry.prompts.create(admin, teamId);
    const revision = async () => (await eventOf(id)).revision;
    const eventsOf = async (method: string, path: string, body?: unknown) => {
      const before = await revision();
      const reply = await registry.call(admin, method, `/v1/prompts/${id}${path}`, body);
      expect(reply.status, `${method} ${path}`).toBeLessThan(300);
      return { reply, events: (await revision()) - before };
    };
    const writes: [method: string, path: string, body?: unknown][] = [
      ['PUT', '', { description: 'x' }],
      ['POST', '/versions', { template: 'a' }],
      ['PUT', '/versions/1', { template: 'b' }],
      ['POST', '/versions/1/promote'],
      ['POST', '/versions/1/promote'],
      ['POST', '/versions/1/duplicate'],
      ['DELETE', '/versions/2'],
      ['POST', '/versions/1/tags', { tag: 'prod' }],
      ['DELETE', '/tags/prod'],
      ['POST', '/versions/1/demote'],
      ['POST', '/versions/1/archive'],
      ['POST', '/archive'],
      ['POST', '/restore'],
      ['POST', '/move', { team_id: teamId }],
    ];
    for (const [method, path, body] of writes)
      expect((await eventsOf(method, path, body)).events, `${method} ${path}`).toBe(1);

    const entries = async () => {
      const { rows } = await registry.pool.query<{ entries: number }>(
        'select count(*)::int as entries from audit_entries where prompt_id = $1',
        [id],
      );
      return rows[0]?.entries ?? 0;
    };
    const noted = await entries();
    const created = await eventsOf('POST', '/payloads', { variables: 1 });
    const payload = `/payloads/${payloadOf(created.reply).id}`;
    const updated = await eventsOf('PUT', payload, { name: 'sample' });
    const deleted = await eventsOf('DELETE', payload);
    expect([created.events, updated.events, deleted.events]).toEqual([0, 0, 0]);
    expect(await entries()).toBe(noted + 3);
    expect((await eventsOf('POST', '/restore')).events).toBe(0);
    expect(await entries()).toBe(noted + 3);
  });

  it('that would outgrow its bound refuses the write', async () => {
    const { editor, teamId } = cast;
    const prompt = await registry.prompts.createFull(editor, teamId);
    const refusal = { status: 422, body: { error: 'prompt has too many versions or tags' } };
    const tag = await registry.call(editor, 'POST', `/v1/prompts/${prompt.id}/versions/1/tags`, {
      tag: 'one-more',
    });
    expect({ status: tag.status, body: tag.body }).toEqual(refusal);
    const version = await registry.call(editor, 'POST', `/v1/prompts/${prompt.id}/versions`, {
      template: 'x',
    });
    expect({ status: version.status, body: version.body }).toEqual(refusal);
    const { rows } = await registry.pool.query('select next_version from prompts where id = $1', [prompt.id]);
    expect(rows).toEqual([{ next_version: 2 }]);
  });
});

it('the migration holds the event core’s tables, word for word', () => {
  const read = (path: string) => readFileSync(join(import.meta.dirname, path), 'utf8');
  const tables = read('../../../packages/owner/src/outbox/tables.sql');
  expect(read('../prisma/migrations/20261123000000_init/migration.sql')).toContain(tables);
});

describe('a deleted team', () => {
  it('takes its prompts out of every answer at once, and its rows and events in steps', async () => {
    const { teamId, editor, admin, allKey, orgId } = await registry.cast();
    const other = await registry.tenancy.createTeam(orgId);
    await registry.tenancy.setMember(other, editor.id, 'editor');
    const kept = await registry.prompts.create(editor, other);
    const prompt = await registry.prompts.create(editor, teamId);
    await registry.prompts.versionIn(editor, prompt.id, 'live', 'text');
    await registry.prompts.createVersion(editor, prompt.id);
    await registry.prompts.createPayload(editor, prompt.id, { variables: 1 });
    await registry.tenancy.deleteTeam(teamId);
    for (const by of [editor, admin]) {
      expect((await registry.call(by, 'GET', `/v1/prompts/${prompt.id}`)).status).toBe(404);
      expect((await registry.call(by, 'GET', `/v1/prompts/${prompt.slug}`)).status).toBe(404);
      expect((await registry.call(by, 'POST', `/v1/teams/${teamId}/prompts`, { name: 'x' })).status).toBe(
        403,
      );
    }
    expect((await registry.call(allKey, 'GET', '/v1/prompts')).status).toBe(401);
    await eventually(async () => (await eventOf(prompt.id)).deleted, { what: 'the prompt’s tombstone' });
    expect(await bodyOf(prompt.id, 1)).toMatchObject({ program: undefined });
    const { rows } = await registry.pool.query(
      `select (select count(*) from prompts where team_id = $1) + (select count(*) from prompt_versions where prompt_id = $2)
         + (select count(*) from prompt_payloads where prompt_id = $2) as count, (select count(*) from audit_entries where prompt_id = $2) as entries`,
      [teamId, prompt.id],
    );
    // What was done is on record still.
    expect(rows).toEqual([{ count: '0', entries: '6' }]);
    expect((await registry.call(editor, 'GET', `/v1/prompts/${kept.id}`)).status).toBe(200);
  });

  it('is finished by the next process when the one at work ends in between', async () => {
    const { teamId, editor } = await registry.cast();
    await registry.pool.query(
      `with made as (
         insert into prompts (id, team_id, slug, name) select gen_random_uuid(), $1, 's' || n, 'n' || n from generate_series(1, 900) n returning id)
       insert into prompt_versions (id, prompt_id, version, template, body_revision)
       select gen_random_uuid(), id, 1, 'x', 1 from made`,
      [teamId],
    );
    const left = async () => {
      const { rows } = await registry.pool.query<{ left: number }>(
        'select count(*)::int as left from prompts where team_id = $1',
        [teamId],
      );
      return rows[0]?.left ?? -1;
    };
    await registry.tenancy.deleteTeam(teamId);
    await eventually(async () => (await left()) < 900, { what: 'the first step' });
    await registry.stopService();
    const inBetween = await left();
    await registry.startService();
    await eventually(async () => (await left()) === 0, { what: 'the end of the removal', timeoutMs: 60_000 });
    expect(inBetween).toBeGreaterThanOrEqual(0);
    expect((await registry.call(editor, 'GET', `/v1/teams/${teamId}/prompts`)).status).toBe(403);
  });

  it('is in no answer when only its organization’s end is known', async () => {
    const { teamId, orgId, editor } = await registry.cast();
    const prompt = await registry.prompts.create(editor, teamId);
    await registry.tenancy.deleteOrganization(orgId);
    expect((await registry.call(editor, 'GET', `/v1/prompts/${prompt.id}`)).status).toBe(404);
  });

  it('is swept where another process has noted its end, and told nobody', async () => {
    const { teamId, editor } = await registry.cast();
    await registry.prompts.create(editor, teamId);
    await registry.pool.query('insert into deleted_teams (team_id) values ($1)', [teamId]);
    await eventually(
      async () =>
        (await registry.pool.query('select from prompts where team_id = $1', [teamId])).rowCount === 0,
    );
  });

  it('gets no prompt from a writer whose projection has not heard of its end', async () => {
    const { teamId, editor, admin } = await registry.cast();
    const movable = await registry.cast();
    const prompt = await registry.prompts.create(movable.editor, movable.teamId);
    await registry.tenancy.setMember(teamId, editor.id, 'admin');
    await registry.tenancy.setMember(movable.teamId, editor.id, 'admin');
    await registry.pool.query('insert into deleted_teams (team_id, finished_at) values ($1, now())', [
      teamId,
    ]);
    expect((await registry.call(admin, 'POST', `/v1/teams/${teamId}/prompts`, { name: 'late' })).status).toBe(
      403,
    );
    const moved = await registry.call(editor, 'POST', `/v1/prompts/${prompt.id}/move`, { team_id: teamId });
    expect(moved.body).toEqual({ error: 'target team not found' });
  });
});
