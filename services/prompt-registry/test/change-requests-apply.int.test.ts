/** Change requests under policies: what they lack, how they are applied, and what is kept of broken glass. */
import { schemas, type Wire } from '@px0/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { requestOf } from './change-request-walks.ts';
import { errorOf, refused } from './replies.ts';
import { type Bearer, type Cast, RunningRegistry } from './running-registry.ts';

type ChangeRequest = Wire<'ChangeRequest'>;
type Person = Bearer & { readonly id: string };

/** A cast whose editor is one of two, with an administrator of the organization who belongs to the team. */
interface Team extends Cast {
  readonly second: Person;
  readonly boss: Person;
}

let registry: RunningRegistry;
let team: Team;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  team = await newTeam();
  await policy({
    name: 'Production',
    match: { slugs: ['billing_*'], transitions: ['live', 'tag'], tags: ['prod'] },
    require: { approvals: 1 },
  });
});
afterAll(() => registry?.stop());

async function newTeam(): Promise<Team> {
  const cast = await registry.cast();
  const second = await registry.identity.register();
  const boss = await registry.identity.register();
  await registry.tenancy.setMember(cast.teamId, second.id, 'editor');
  await registry.tenancy.setMember(cast.teamId, boss.id, 'admin');
  return { ...cast, second, boss };
}

async function policy(body: object, by: Bearer = team.admin, teamId = team.teamId): Promise<string> {
  const reply = await registry.call(by, 'POST', `/v1/teams/${teamId}/prompt-policies`, body);
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return z.object({ policy: z.object({ id: z.string() }) }).parse(reply.body).policy.id;
}

let slugs = 0;
const send = (by: Bearer, method: string, path: string, body?: object, headers = {}) =>
  registry.call(by, method, path, body, headers);
const promote = (by: Bearer, id: string, version: number, headers = {}) =>
  send(by, 'POST', `/v1/prompts/${id}/versions/${version}/promote`, undefined, headers);

/** Version 1 is live, versions 2 and 3 are stable. */
async function billing(name = 'billing'): Promise<string> {
  slugs += 1;
  const { id } = await registry.prompts.create(team.editor, team.teamId, { slug: `${name}_${slugs}` });
  for (const version of [1, 2, 3]) {
    await registry.prompts.createVersion(team.editor, id, `text ${version}`);
    expect((await promote(team.editor, id, version)).status).toBe(200);
  }
  expect((await promote(team.admin, id, 1, { 'px0-break-glass': 'first' })).status).toBe(200);
  return id;
}
const propose = async (by: Bearer, id: string, change: object, more: object = {}) => {
  const reply = await send(by, 'POST', `/v1/prompts/${id}/change-requests`, {
    title: 'A title',
    change,
    ...more,
  });
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return requestOf(reply);
};
const toLive = (version: number) => ({ kind: 'promote', version, to: 'live' });
const read = async (id: string) => requestOf(await send(team.viewer, 'GET', `/v1/change-requests/${id}`));
const review = async (by: Bearer, id: string, verdict = 'approve') => {
  const { content_hash } = (await read(id)).binding;
  const reply = await send(by, 'POST', `/v1/change-requests/${id}/reviews`, { verdict, content_hash });
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return requestOf(reply);
};
const apply = (by: Bearer, id: string) => send(by, 'POST', `/v1/change-requests/${id}/apply`);
const whyNot = ({ reviews }: ChangeRequest) => reviews.map(({ why_not }) => why_not);
const liveOf = async (id: string) => {
  const { rows } = await registry.pool.query<{ version: number }>(
    "select version from prompt_versions where prompt_id = $1 and status = 'live'",
    [id],
  );
  return rows[0]?.version;
};
const mine = async (by: Bearer, as: string) => {
  const { body } = await send(by, 'GET', `/v1/me/change-requests?as=${as}`);
  return z.object({ change_requests: z.array(schemas.ChangeRequest) }).parse(body).change_requests;
};

describe('a request that a policy asks for', () => {
  it('is applied once somebody else has approved it', async () => {
    const id = await billing();
    expect(errorOf(await promote(team.editor, id, 2))).toEqual(
      refused(409, 'change request required: Production'),
    );
    const opened = await propose(team.boss, id, toLive(2));
    expect(opened).toMatchObject({
      ready: false,
      requirements: [
        { policy_name: 'Production', approvals_needed: 1, approvals_given: 0, unmet: ['1 more approval'] },
      ],
    });
    expect(whyNot(await review(team.boss, opened.id))).toEqual(['author']);
    expect(whyNot(await review(team.viewer, opened.id))).toEqual(['author', 'role']);
    expect(errorOf(await apply(team.boss, opened.id))).toEqual(
      refused(409, 'change request is not ready: Production: 1 more approval'),
    );
    const approved = await review(team.editor, opened.id);
    expect(whyNot(approved)).toEqual(['author', 'role', null]);
    expect(approved).toMatchObject({ ready: true, requirements: [{ satisfied: true, approvals_given: 1 }] });
    expect(errorOf(await apply(team.viewer, opened.id))).toEqual(refused(403, 'forbidden'));
    expect(errorOf(await apply(team.readRenderKey, opened.id))).toEqual(refused(403, 'forbidden'));
    expect(errorOf(await apply(team.outsider, opened.id))).toEqual(refused(404, 'change request not found'));
    const applied = await apply(team.boss, opened.id);
    expect(applied).toMatchObject({
      status: 200,
      body: {
        change_request: {
          state: 'applied',
          applied_by: { user_id: team.boss.id },
          requirements: [{ satisfied: true, approvals_given: 1 }],
        },
        version: { version: 2, status: 'live' },
      },
    });
    expect(whyNot(requestOf(applied))).toEqual(['author', 'role', null]);
    expect(await liveOf(id)).toBe(2);
    const { rows } = await registry.pool.query(
      'select action, change_request_id as request from audit_entries where prompt_id = $1 order by id desc limit 2',
      [id],
    );
    expect(rows).toEqual([
      { action: 'change_request.applied', request: opened.id },
      { action: 'version.promoted', request: opened.id },
    ]);
    expect(errorOf(await apply(team.boss, opened.id))).toEqual(refused(409, 'change request is closed'));
  });

  it('voids the approvals of another that competes with it', async () => {
    const id = await billing();
    const second = await propose(team.editor, id, toLive(2));
    const third = await propose(team.editor, id, toLive(3));
    await review(team.second, second.id);
    await review(team.second, third.id);
    expect((await apply(team.editor, third.id)).status).toBe(200);
    expect(errorOf(await apply(team.editor, second.id))).toEqual(
      refused(409, 'change request is not ready: Production: 1 more approval'),
    );
    expect(whyNot(await read(second.id))).toEqual(['live_changed']);
  });

  it('takes a draft all the way', async () => {
    const id = await billing();
    await registry.prompts.createVersion(team.editor, id, 'draft');
    const request = await propose(team.editor, id, toLive(4));
    await review(team.second, request.id);
    expect((await apply(team.editor, request.id)).body).toMatchObject({
      version: { version: 4, status: 'live' },
    });
  });

  it('waits while somebody asks for changes', async () => {
    const id = await billing();
    const request = await propose(team.editor, id, toLive(2));
    await review(team.boss, request.id);
    const blocked = await review(team.second, request.id, 'request_changes');
    expect(blocked).toMatchObject({ ready: false, requirements: [{ unmet: ['changes requested'] }] });
    expect(errorOf(await apply(team.editor, request.id))).toEqual(
      refused(409, 'change request is not ready: Production: changes requested'),
    );
    const { reviews } = await read(request.id);
    const path = `/v1/change-requests/${request.id}/reviews/${reviews[1]?.id}`;
    expect((await send(team.admin, 'DELETE', path)).status).toBe(204);
    expect((await apply(team.editor, request.id)).status).toBe(200);
  });

  it('is refused like the change itself before anything is asked of reviewers', async () => {
    const id = await billing();
    const request = await propose(team.editor, id, { kind: 'promote', version: 2, to: 'live' });
    // As a process of the release before leaves it, which knows no requests.
    await registry.pool.query(
      "update prompt_versions set status = 'archived' where prompt_id = $1 and version = 2",
      [id],
    );
    expect(errorOf(await apply(team.editor, request.id))).toEqual(
      refused(422, 'cannot promote version in archived status: conflict'),
    );
  });

  it('is applied by the approval that completes it, if it says so', async () => {
    const id = await billing();
    const request = await propose(team.editor, id, toLive(2), { apply: 'when_ready' });
    expect((await review(team.viewer, request.id)).state).toBe('open');
    expect(await review(team.second, request.id)).toMatchObject({
      state: 'applied',
      applied_by: { user_id: team.second.id },
    });
    expect(await liveOf(id)).toBe(2);
  });

  it('is judged by what the version renders, by the live version that it replaces', async () => {
    const id = await billing('rendered');
    await registry.prompts.createPayload(team.editor, id, {
      name: 'greeting',
      variables: {},
      assertions: [{ type: 'contains', value: 'text' }],
    });
    await policy({
      name: 'Rendered',
      match: { slugs: [`rendered_${slugs}`], transitions: ['live'] },
      require: { approvals: 1, checks: [{ kind: 'assertions' }, { kind: 'contract' }] },
    });
    const request = await propose(team.editor, id, toLive(2));
    await review(team.second, request.id);
    const applied = await apply(team.editor, request.id);
    expect(applied.status, JSON.stringify(applied.body)).toBe(200);
    expect(requestOf(applied).requirements).toMatchObject([
      { satisfied: true, checks: [{ state: 'success' }, { state: 'success' }] },
    ]);
    expect(await liveOf(id)).toBe(2);

    const draft = await registry.prompts.createVersion(team.editor, id, 'a draft of the text');
    const next = await propose(team.editor, id, toLive(draft.version), { apply: 'when_ready' });
    expect((await review(team.second, next.id)).state).toBe('applied');

    const failing = await registry.prompts.createVersion(team.editor, id, 'something else');
    const last = await propose(team.editor, id, toLive(failing.version));
    await review(team.second, last.id);
    expect(errorOf(await apply(team.editor, last.id))).toEqual(
      refused(409, 'change request is not ready: Rendered: check assertions is failure'),
    );
    expect(await liveOf(id)).toBe(draft.version);
  });

  it('stays open where who approves it last may not make the change', async () => {
    const id = await billing('named');
    const viewer = await registry.identity.register();
    await registry.tenancy.setMember(team.teamId, viewer.id, 'viewer');
    await policy({
      name: 'By name',
      match: { slugs: [`named_${slugs}`], transitions: ['live'] },
      require: { approvals: 1, user_ids: [viewer.id] },
    });
    const request = await propose(team.editor, id, toLive(2), { apply: 'when_ready' });
    expect(await review(viewer, request.id)).toMatchObject({ state: 'open', ready: true });
    expect((await apply(team.editor, request.id)).status).toBe(200);
  });

  it.each([
    ['set_tag', { kind: 'set_tag', tag: 'prod', version: 2 }, 'tag'],
    ['remove_tag', { kind: 'remove_tag', tag: 'prod' }, 'tag'],
    ['archive_prompt', { kind: 'archive_prompt' }, undefined],
  ])('may be about %s', async (_, change, tagged) => {
    const id = await billing();
    if (change.kind === 'remove_tag') {
      const path = `/v1/prompts/${id}/versions/1/tags`;
      await send(team.admin, 'POST', path, { tag: 'prod' }, { 'px0-break-glass': 'first' });
    }
    const request = await propose(team.editor, id, change);
    expect(errorOf(await apply(team.admin, request.id))).toEqual(
      refused(409, 'change request is not ready: Production: 1 more approval'),
    );
    await review(team.second, request.id);
    const applied = await apply(team.admin, request.id);
    expect(applied.status, JSON.stringify(applied.body)).toBe(200);
    const { body } = await send(team.viewer, 'GET', `/v1/prompts/${id}/tags`);
    expect(body).toEqual({
      tags: change.kind === 'set_tag' && tagged !== undefined ? [{ tag: 'prod', version: 2 }] : [],
    });
  });

  it('may be about a payload, and moves and demotions that no policy guards', async () => {
    const id = await billing('other');
    const set = { name: 'one', variables: { id: 1 } };
    const create = await propose(team.editor, id, { kind: 'payload', payload_id: null, set });
    expect((await apply(team.editor, create.id)).status).toBe(200);
    const { body } = await send(team.viewer, 'GET', `/v1/prompts/${id}/payloads`);
    expect(body).toMatchObject({ payloads: [set] });
    const demote = await propose(team.editor, id, { kind: 'demote', version: 1 });
    expect((await apply(team.allKey, demote.id)).body).toMatchObject({ version: { status: 'stable' } });
    const team_id = await registry.tenancy.createTeam(team.orgId);
    await registry.tenancy.setMember(team_id, team.boss.id, 'admin');
    const move = await propose(team.boss, id, { kind: 'move_prompt', team_id });
    expect(errorOf(await apply(team.editor, move.id))).toEqual(refused(404, 'target team not found'));
    expect(requestOf(await apply(team.boss, move.id)).state).toBe('applied');
  });
});

describe('who reviews', () => {
  it('finds what waits for their approval, and not what cannot be helped by them', async () => {
    const there = await newTeam();
    await policy(
      {
        name: 'Two',
        match: { slugs: ['*'], transitions: ['live'] },
        require: { approvals: 2, not_contributor: true },
      },
      there.admin,
      there.teamId,
    );
    const { id } = await registry.prompts.create(there.editor, there.teamId);
    await registry.prompts.createVersion(there.editor, id, 'text');
    const request = await propose(there.second, id, toLive(1));
    const numbers = async (by: Bearer) => (await mine(by, 'reviewer')).map(({ number }) => number);
    expect(await numbers(there.boss)).toEqual([request.number]);
    // The author, who wrote it, and who has no such role.
    for (const by of [there.second, there.editor, there.viewer, there.outsider]) {
      expect(await numbers(by)).toEqual([]);
    }
    const { content_hash } = request.binding;
    const path = `/v1/change-requests/${request.id}/reviews`;
    await send(there.boss, 'POST', path, { verdict: 'approve', content_hash });
    expect(await numbers(there.boss)).toEqual([]);
    expect(await numbers(there.admin)).toEqual([request.number]);
  });

  it('does not approve what their key has proposed', async () => {
    const id = await billing();
    const key = await registry.identity.createKey(team.orgId, { created_by: team.second.id });
    const nameless = await registry.identity.createKey(team.orgId, {});
    const known = await propose(key, id, toLive(2));
    expect(whyNot(await review(team.second, known.id))).toEqual(['author']);
    expect(whyNot(await review(team.editor, known.id))).toEqual(['author', null]);
    const unknown = await propose(nameless, id, toLive(3));
    expect(whyNot(await review(team.editor, unknown.id))).toEqual(['author']);
  });
});

describe('broken glass', () => {
  it('is kept as a request that was applied, until another administrator has seen it', async () => {
    const id = await billing();
    expect((await promote(team.boss, id, 2, { 'px0-break-glass': 'outage%20INC-7' })).status).toBe(200);
    const waiting = await mine(team.admin, 'reviewer');
    const kept = waiting.find(({ prompt_id, change }) => prompt_id === id && change.version === 2);
    expect(kept).toMatchObject({
      state: 'applied',
      change: toLive(2),
      author: { user_id: team.boss.id },
      break_glass: { reason: 'outage INC-7', acknowledged_by: null },
      binding: { live_version: 1 },
    });
    const path = `/v1/change-requests/${kept?.id}/acknowledge`;
    expect((await mine(team.boss, 'reviewer')).some((one) => one.id === kept?.id)).toBe(false);
    expect(errorOf(await send(team.boss, 'POST', path))).toEqual(refused(403, 'forbidden'));
    expect(errorOf(await send(team.editor, 'POST', path))).toEqual(refused(403, 'forbidden'));
    const seen = requestOf(await send(team.admin, 'POST', path));
    expect(seen.break_glass?.acknowledged_by).toEqual(expect.any(String));
    expect(requestOf(await send(team.admin, 'POST', path)).break_glass).toEqual(seen.break_glass);
    expect((await mine(team.admin, 'reviewer')).some((one) => one.id === kept?.id)).toBe(false);
    const open = await propose(team.editor, id, toLive(3));
    expect(errorOf(await send(team.admin, 'POST', `/v1/change-requests/${open.id}/acknowledge`))).toEqual(
      refused(409, 'change request has nothing to acknowledge'),
    );
  });

  it('makes an open request for the same change obsolete', async () => {
    const id = await billing();
    const request = await propose(team.editor, id, toLive(2));
    await promote(team.boss, id, 2, { 'px0-break-glass': 'outage' });
    expect(await read(request.id)).toMatchObject({ state: 'obsolete', reason: 'version 2 is live' });
  });
});
