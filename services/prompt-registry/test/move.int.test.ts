import { randomUUID } from 'node:crypto';
import { eventually } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { promptOf } from './prompts.ts';
import { errorOf, refused } from './replies.ts';
import { type Bearer, type Cast, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let source: Cast;
let target: Cast;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  source = await registry.cast();
  target = await registry.cast();
});
afterAll(() => registry?.stop());

const move = (by: Bearer, promptId: string, body: unknown) =>
  registry.call(by, 'POST', `/v1/prompts/${promptId}/move`, body);

async function isSomeRow(where: string, ...values: string[]): Promise<boolean> {
  const { rows } = await registry.pool.query(`select from ${where} limit 1`, values);
  return rows.length > 0;
}

/** Somebody with these roles, by team. */
async function userWith(roles: Record<string, 'admin' | 'editor' | 'viewer'>) {
  const user = await registry.identity.register();
  for (const [teamId, role] of Object.entries(roles)) await registry.tenancy.setMember(teamId, user.id, role);
  return user;
}

describe('moving a prompt', () => {
  it('takes versions, tags and payloads along, keeps id and slug, and needs the administrator of both teams', async () => {
    const prompt = await registry.prompts.create(source.editor, source.teamId);
    await registry.prompts.versionIn(source.editor, prompt.id, 'live', 'text');
    await registry.prompts.tag(source.editor, prompt.id, 1, 'prod');
    const mover = await userWith({ [source.teamId]: 'admin', [target.teamId]: 'admin' });
    const moved = promptOf(await move(mover, prompt.id, { team_id: target.teamId.toUpperCase() }));
    expect(moved).toEqual({ ...prompt, team_id: target.teamId, updated_at: moved.updated_at });
    expect(moved.updated_at > prompt.updated_at).toBe(true);
    const found = await registry.call(target.viewer, 'GET', `/v1/prompts/${prompt.slug}?tag=prod`);
    expect(found.body).toMatchObject({
      prompt: { id: prompt.id },
      version: { status: 'live', template: 'text' },
    });
    expect((await registry.call(source.editor, 'GET', `/v1/prompts/${prompt.id}`)).status).toBe(404);
  });

  it('out of a team whose content is being removed keeps it whole', async () => {
    const { teamId, editor } = await registry.cast();
    const { id } = await registry.prompts.create(editor, teamId);
    await registry.prompts.versionIn(editor, id, 'live', 'text');
    const mover = await registry.pool.connect();
    try {
      await mover.query('begin');
      await mover.query('update prompts set team_id = $2 where id = $1', [id, target.teamId]);
      await registry.tenancy.deleteTeam(teamId);
      await eventually(() =>
        isSomeRow(`pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`),
      );
      await mover.query('commit');
    } finally {
      mover.release();
    }
    await eventually(() => isSomeRow('deleted_teams where team_id = $1 and finished_at is not null', teamId));
    expect(await isSomeRow('prompts where id = $1', id)).toBe(true);
    expect(await isSomeRow('prompt_versions where prompt_id = $1', id)).toBe(true);
  });

  it('into its own team changes the time alone', async () => {
    const prompt = await registry.prompts.create(source.editor, source.teamId);
    const moved = promptOf(await move(source.admin, prompt.id, { team_id: source.teamId }));
    expect(moved).toEqual({ ...prompt, updated_at: moved.updated_at });
    expect(moved.updated_at > prompt.updated_at).toBe(true);
  });

  it('is for an organization’s admin without membership on either side', async () => {
    const prompt = await registry.prompts.create(source.editor, source.teamId);
    const sibling = await registry.tenancy.createTeam(source.orgId);
    expect(promptOf(await move(source.orgAdmin, prompt.id, { team_id: sibling })).team_id).toBe(sibling);
  });

  it('judges in the contract’s order', async () => {
    const { id } = await registry.prompts.create(source.editor, source.teamId);
    expect(errorOf(await move(source.outsider, 'x', 7))).toEqual(refused(400, 'invalid prompt id'));
    expect(errorOf(await move(source.outsider, id, 7))).toEqual(refused(400, 'invalid request body'));
    expect(errorOf(await move(source.outsider, id, { team_id: 7 }))).toEqual(
      refused(400, 'invalid request body'),
    );
    for (const body of [{}, { team_id: '' }, { team_id: null }, { team_id: 'x' }]) {
      expect(errorOf(await move(source.readRenderKey, id, body))).toEqual(
        refused(400, 'invalid target team_id'),
      );
    }
    expect(errorOf(await move(source.readRenderKey, id, { team_id: randomUUID() }))).toEqual(
      refused(401, 'unauthorized'),
    );
    expect(errorOf(await move(source.admin, id, { team_id: randomUUID() }))).toEqual(
      refused(404, 'target team not found'),
    );
    expect(errorOf(await move(source.admin, id, { team_id: target.teamId }))).toEqual(
      refused(404, 'target team not found'),
    );
    expect(errorOf(await move(source.outsider, randomUUID(), { team_id: source.teamId }))).toEqual(
      refused(404, 'target team not found'),
    );
    expect(errorOf(await move(source.admin, randomUUID(), { team_id: source.teamId }))).toEqual(
      refused(404, 'prompt not found'),
    );
    expect(errorOf(await move(target.admin, id, { team_id: target.teamId }))).toEqual(
      refused(404, 'prompt not found'),
    );
    const sees = await userWith({ [source.teamId]: 'admin', [target.teamId]: 'editor' });
    expect(errorOf(await move(sees, id, { team_id: target.teamId }))).toEqual(refused(403, 'forbidden'));
    const seesSource = await userWith({ [source.teamId]: 'editor', [target.teamId]: 'admin' });
    expect(errorOf(await move(seesSource, id, { team_id: target.teamId }))).toEqual(
      refused(403, 'forbidden'),
    );
  });

  it('judges keys by their scope on both sides', async () => {
    const { orgId, editor, teamId } = source;
    const sibling = await registry.tenancy.createTeam(orgId);
    const both = { kind: 'teams' as const, team_ids: [teamId, sibling] };
    for (const operation of ['all', 'admin'] as const) {
      const { id } = await registry.prompts.create(editor, teamId);
      const narrow = await registry.identity.createKey(orgId, {
        operation,
        scope: { kind: 'teams', team_ids: [teamId] },
      });
      expect(errorOf(await move(narrow, id, { team_id: sibling }))).toEqual(
        refused(404, 'target team not found'),
      );
      const other = await registry.identity.createKey(orgId, {
        operation,
        scope: { kind: 'teams', team_ids: [sibling] },
      });
      expect(errorOf(await move(other, id, { team_id: sibling }))).toEqual(refused(404, 'prompt not found'));
      const wide = await registry.identity.createKey(orgId, { operation, scope: both });
      expect(promptOf(await move(wide, id, { team_id: sibling })).team_id).toBe(sibling);
      const organization = await registry.identity.createKey(orgId, { operation });
      expect(promptOf(await move(organization, id, { team_id: teamId })).team_id).toBe(teamId);
    }
  });

  it('into a team that uses the name or the slug is a conflict, also for the loser of a race', async () => {
    const mover = await userWith({ [source.teamId]: 'admin', [target.teamId]: 'admin' });
    const conflict = refused(
      409,
      'prompt with this name or slug already exists; please provide a unique name',
    );
    const prompt = await registry.prompts.create(source.editor, source.teamId, { name: 'Wanderer' });
    await registry.prompts.create(target.editor, target.teamId, { name: 'Other', slug: 'wanderer' });
    expect(errorOf(await move(mover, prompt.id, { team_id: target.teamId }))).toEqual(conflict);

    const third = await registry.cast();
    await registry.tenancy.setMember(third.teamId, mover.id, 'admin');
    const rivals = await Promise.all(
      [source, target].map((cast) => registry.prompts.create(cast.editor, cast.teamId, { name: 'Rival' })),
    );
    const replies = await Promise.all(rivals.map(({ id }) => move(mover, id, { team_id: third.teamId })));
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  });
});
