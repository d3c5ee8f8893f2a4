/** Change requests through the API, without policies: what they say, what voids reviews of them, and how they end. */
import { randomUUID } from 'node:crypto';
import { schemas, type Wire } from '@px0/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { errorOf, refused } from './replies.ts';
import { type Bearer, type Cast, type Reply, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
});
afterAll(() => registry?.stop());

type ChangeRequest = Wire<'ChangeRequest'>;

const answer = z.object({ change_request: schemas.ChangeRequest });
const list = z.object({
  change_requests: z.array(schemas.ChangeRequest),
  next_cursor: z.string().optional(),
});

const requestOf = (reply: Reply): ChangeRequest => answer.parse(reply.body).change_request;
const listOf = (reply: Reply) => list.parse(reply.body).change_requests;
const numbersOf = (reply: Reply) => listOf(reply).map(({ number }) => number);

const propose = (by: Bearer, promptId: string, change: object, more: object = {}) =>
  registry.call(by, 'POST', `/v1/prompts/${promptId}/change-requests`, { title: 'A title', change, ...more });
const opened = async (promptId: string, change: object, by: Bearer = cast.editor, more: object = {}) => {
  const reply = await propose(by, promptId, change, more);
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return requestOf(reply);
};
const read = async (id: string, by: Bearer = cast.editor) =>
  requestOf(await registry.call(by, 'GET', `/v1/change-requests/${id}`));
const review = (by: Bearer, id: string, body: object) =>
  registry.call(by, 'POST', `/v1/change-requests/${id}/reviews`, body);
const approve = async (by: Bearer, id: string) => {
  const { binding } = await read(id);
  const reply = await review(by, id, { verdict: 'approve', content_hash: binding.content_hash });
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return requestOf(reply);
};
const whyNot = ({ reviews }: ChangeRequest) => reviews.map(({ why_not }) => why_not);

const newPrompt = async (teamId = cast.teamId) => (await registry.prompts.create(cast.editor, teamId)).id;
/** Version 1 is live, version 2 is a draft. */
const withDraft = async () => {
  const id = await newPrompt();
  await registry.prompts.versionIn(cast.editor, id, 'live', 'live');
  await registry.prompts.createVersion(cast.editor, id, 'draft');
  return id;
};
const edit = (promptId: string, version: number, template: string) =>
  registry.call(cast.editor, 'PUT', `/v1/prompts/${promptId}/versions/${version}`, { template });
const toLive = (version: number) => ({ kind: 'promote', version, to: 'live' });

describe('opening a request', () => {
  it('gives it the next number of its team, and says what it is about', async () => {
    const other = await registry.cast();
    const first = await newPrompt(cast.teamId);
    await registry.prompts.versionIn(cast.editor, first, 'live', 'live');
    await registry.prompts.versionIn(cast.editor, first, 'stable', 'stable');
    const before = listOf(
      await registry.call(cast.editor, 'GET', `/v1/teams/${cast.teamId}/change-requests`),
    );
    const request = await opened(first, toLive(2), cast.editor, {
      description: 'Because',
      apply: 'when_ready',
    });
    expect(request).toEqual({
      id: expect.any(String),
      number: (before[0]?.number ?? 0) + 1,
      prompt_id: first,
      team_id: cast.teamId,
      slug: expect.any(String),
      title: 'A title',
      description: 'Because',
      author: { kind: 'user', user_id: cast.editor.id, api_key_id: null },
      via: null,
      change: toLive(2),
      apply: 'when_ready',
      state: 'open',
      reason: null,
      binding: {
        content_hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        live_version: 1,
        live_hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        tag_version: null,
      },
      requirements: [],
      ready: true,
      break_glass: null,
      reviews: [],
      comment_count: 0,
      applied_by: null,
      created_at: expect.any(String),
      updated_at: expect.any(String),
      applied_at: null,
    });
    const there = (await registry.prompts.create(other.editor, other.teamId)).id;
    expect(requestOf(await propose(other.editor, there, { kind: 'archive_prompt' })).number).toBe(1);
  });

  it('is refused in the order of the contract', async () => {
    const id = await withDraft();
    const call = (by: Bearer, body?: object) =>
      registry.call(by, 'POST', `/v1/prompts/${id}/change-requests`, body);
    expect(errorOf(await call(cast.outsider, { title: 7 }))).toEqual(refused(404, 'prompt not found'));
    for (const by of [cast.viewer, cast.readRenderKey, cast.adminKey]) {
      expect(errorOf(await call(by, { title: 7 }))).toEqual(refused(403, 'forbidden'));
    }
    expect(errorOf(await call(cast.editor, { title: 7 }))).toEqual(refused(400, 'invalid request body'));
    expect(errorOf(await call(cast.editor, { title: ' ' }))).toEqual(refused(400, 'title is required'));
    expect(errorOf(await call(cast.editor, { title: 'x'.repeat(256) }))).toEqual(
      refused(400, 'title must be at most 255 characters'),
    );
    expect(errorOf(await call(cast.editor, { title: 'x', description: 'x'.repeat(16_385) }))).toEqual(
      refused(400, 'description must be at most 16384 characters'),
    );
    expect(errorOf(await call(cast.editor, { title: 'x', apply: 'later' }))).toEqual(
      refused(400, 'invalid apply, must be manual or when_ready'),
    );
    await opened(id, toLive(2));
    expect(errorOf(await propose(cast.admin, id, toLive(2)))).toMatchObject({
      status: 409,
      body: { error: expect.stringMatching(/^a change request for this change is open: \d+$/) },
    });
    expect((await propose(cast.editor, id, { kind: 'promote', version: 2, to: 'stable' })).status).toBe(201);
  });

  it('says what is wrong with the change', async () => {
    const id = await withDraft();
    const wrong: readonly (readonly [object | undefined, string])[] = [
      [undefined, 'change: is required'],
      [{}, 'change.kind: is required'],
      [{ kind: 'release', release: {} }, 'change.kind: is not known'],
      [{ kind: 'promote', to: 'live' }, 'change.version: is required'],
      [{ kind: 'promote', version: 1.5, to: 'live' }, 'change.version: must be a whole number above 0'],
      [{ kind: 'promote', version: 2 }, 'change.to: is required'],
      [{ kind: 'promote', version: 2, to: 'draft' }, 'change.to: must be stable or live'],
      [{ kind: 'set_tag', version: 1 }, 'change.tag: is required'],
      [{ kind: 'set_tag', version: 1, tag: '..' }, 'change.tag: is no tag that can be set'],
      [{ kind: 'move_prompt' }, 'change.team_id: is required'],
      [{ kind: 'move_prompt', team_id: 'x' }, 'change.team_id: is no id'],
      [{ kind: 'payload', payload_id: null, set: null }, 'change.set: is required'],
      [{ kind: 'payload', payload_id: 'x', set: {} }, 'change.payload_id: is no id'],
      [{ kind: 'payload', set: { name: 7 } }, 'change.set: is no payload'],
      [
        { kind: 'payload', set: { variables: 'x'.repeat(65_536) } },
        'change.set: must be at most 65536 bytes',
      ],
      [{ kind: 'restore_prompt' }, 'change.kind: the prompt is active'],
    ];
    for (const [change, detail] of wrong) {
      const body = { title: 'x', ...(change && { change }) };
      const reply = await registry.call(cast.editor, 'POST', `/v1/prompts/${id}/change-requests`, body);
      expect(errorOf(reply), detail).toEqual(refused(400, `invalid change: ${detail}`));
    }
  });

  it('is refused like the change itself', async () => {
    const id = await withDraft();
    await registry.prompts.versionIn(cast.editor, id, 'archived');
    const impossible: readonly (readonly [object, number, string])[] = [
      [toLive(9), 404, 'version not found'],
      [toLive(9_000_000_000), 404, 'version not found'],
      [{ kind: 'remove_tag', tag: 'nowhere' }, 404, 'tag not found'],
      [{ kind: 'move_prompt', team_id: randomUUID() }, 404, 'target team not found'],
      [{ kind: 'payload', payload_id: randomUUID(), set: null }, 404, 'payload not found'],
      [{ kind: 'payload', payload_id: null, set: { name: 'x' } }, 400, 'payload variables are required'],
      [toLive(1), 422, 'cannot promote version in live status: conflict'],
      [toLive(3), 422, 'cannot promote version in archived status: conflict'],
      [{ kind: 'demote', version: 2 }, 422, 'only live versions can be demoted: conflict'],
      [{ kind: 'archive_version', version: 3 }, 422, 'version is already archived: conflict'],
    ];
    for (const [change, status, error] of impossible) {
      expect(errorOf(await propose(cast.editor, id, change)), JSON.stringify(change)).toEqual(
        refused(status, error),
      );
    }
  });

  it('of what needs an administrator is open to every person who reads the prompt', async () => {
    const id = await withDraft();
    expect((await propose(cast.viewer, id, { kind: 'archive_prompt' })).status).toBe(201);
    expect(errorOf(await propose(cast.viewer, id, toLive(2)))).toEqual(refused(403, 'forbidden'));
    expect(errorOf(await propose(cast.readRenderKey, id, { kind: 'archive_prompt' }))).toEqual(
      refused(403, 'forbidden'),
    );
  });

  it('keeps the digits of a payload', async () => {
    const id = await withDraft();
    const body = `{"title":"t","change":{"kind":"payload","payload_id":null,"set":{"variables":{"id":12345678901234567890}}}}`;
    const reply = await registry.send('POST', `/v1/prompts/${id}/change-requests`, {
      headers: { authorization: `Bearer ${cast.editor.token}`, 'content-type': 'application/json' },
      body,
    });
    expect(reply.status).toBe(201);
    const { rows } = await registry.pool.query(
      'select change::text as change from change_requests where id = $1',
      [requestOf(reply).id],
    );
    expect(rows[0].change).toContain('12345678901234567890');
  });

  it('is refused beyond 200 open ones of a prompt, and numbers are not given twice', async () => {
    const id = await withDraft();
    const { number } = await opened(id, toLive(2));
    await registry.pool.query(
      `insert into change_requests (id, team_id, number, prompt_id, title, description, change, change_key, apply, author_kind, author_id)
       select gen_random_uuid(), $1, 1000000 + n, $2, 't', '', '{"kind":"remove_tag","tag":"x"}', 'key ' || n, 'manual', 'user', $3
       from generate_series(1, 199) n`,
      [cast.teamId, id, cast.editor.id],
    );
    expect(errorOf(await propose(cast.editor, id, { kind: 'archive_prompt' }))).toEqual(
      refused(422, 'too many open change requests'),
    );
    await registry.pool.query('delete from change_requests where number >= $1', [number]);
    expect((await opened(id, { kind: 'archive_prompt' })).number).toBe(number + 1);
  });
});

describe('reading requests', () => {
  it('shows what callers get now, what they would get, and how payloads render with it', async () => {
    const id = await withDraft();
    await registry.prompts.createPayload(cast.editor, id, { name: 'one', variables: {} });
    const request = await opened(id, toLive(2));
    const reply = await registry.call(cast.viewer, 'GET', `/v1/change-requests/${request.id}`);
    expect(reply).toMatchObject({
      status: 200,
      body: {
        change_request: { id: request.id },
        before: { version: 1, template: 'live', content_hash: request.binding.live_hash },
        after: { version: 2, template: 'draft', content_hash: request.binding.content_hash },
        check: {
          version: 2,
          live_version: 1,
          passed: true,
          payloads: [{ name: 'one', version: { rendered: 'draft' }, live: { rendered: 'live' } }],
        },
      },
    });
    expect(errorOf(await registry.call(cast.outsider, 'GET', `/v1/change-requests/${request.id}`))).toEqual(
      refused(404, 'change request not found'),
    );
    expect(errorOf(await registry.call(cast.editor, 'GET', `/v1/change-requests/${randomUUID()}`))).toEqual(
      refused(404, 'change request not found'),
    );
  });

  it('shows for a tag the version that has it', async () => {
    const id = await withDraft();
    await registry.prompts.tag(cast.editor, id, 2, 'prod');
    const request = await opened(id, { kind: 'set_tag', version: 1, tag: 'prod' });
    expect(request.binding).toMatchObject({ live_version: 1, tag_version: 2 });
    const { body } = await registry.call(cast.viewer, 'GET', `/v1/change-requests/${request.id}`);
    expect(body).toMatchObject({ before: { version: 2 }, after: { version: 1 } });
  });

  it('lists those of a team, the newest first, in pages', async () => {
    const { teamId, editor, viewer, outsider } = await registry.cast();
    const { id } = await registry.prompts.create(editor, teamId);
    for (const tag of ['a', 'b', 'c']) {
      await registry.prompts.createVersion(editor, id);
      await opened(id, { kind: 'set_tag', version: 1, tag }, editor);
    }
    const path = `/v1/teams/${teamId}/change-requests`;
    const first = await registry.call(viewer, 'GET', `${path}?limit=2&state=open&prompt_id=${id}`);
    expect(numbersOf(first)).toEqual([3, 2]);
    const cursor = list.parse(first.body).next_cursor;
    const second = await registry.call(viewer, 'GET', `${path}?limit=2&cursor=${cursor}`);
    expect([numbersOf(second), list.parse(second.body).next_cursor]).toEqual([[1], undefined]);
    expect(numbersOf(await registry.call(viewer, 'GET', `${path}?state=closed`))).toEqual([]);
    expect(numbersOf(await registry.call(viewer, 'GET', `${path}?prompt_id=${randomUUID()}`))).toEqual([]);
    expect(errorOf(await registry.call(outsider, 'GET', path))).toEqual(refused(403, 'forbidden'));
    for (const [query, error] of [
      ['state=x', 'invalid state, must be open, applied, closed, or obsolete'],
      ['prompt_id=x', 'invalid prompt id'],
      ['limit=0', 'invalid limit'],
      ['cursor=x', 'invalid cursor'],
    ] as const) {
      expect(errorOf(await registry.call(viewer, 'GET', `${path}?${query}`))).toEqual(refused(400, error));
    }
  });

  it('lists the caller’s own', async () => {
    const { teamId, editor, admin } = await registry.cast();
    const { id } = await registry.prompts.create(editor, teamId);
    await opened(id, { kind: 'archive_prompt' }, editor);
    const mine = (by: Bearer, as: string) => registry.call(by, 'GET', `/v1/me/change-requests?as=${as}`);
    expect(numbersOf(await mine(editor, 'author'))).toEqual([1]);
    expect(numbersOf(await mine(admin, 'author'))).toEqual([]);
    // Nothing is missing, since no policy asks for anything.
    expect(numbersOf(await mine(admin, 'reviewer'))).toEqual([]);
    expect(errorOf(await mine(admin, 'x'))).toEqual(refused(400, 'invalid as, must be reviewer or author'));
    expect(errorOf(await mine(cast.allKey, 'author'))).toEqual(refused(401, 'unauthorized'));
  });
});

describe('a review', () => {
  it('counts until the text is edited, and never again', async () => {
    const id = await withDraft();
    const request = await opened(id, toLive(2));
    expect(await approve(cast.admin, request.id)).toMatchObject({
      reviews: [{ verdict: 'approve', counts: true, why_not: null }],
    });
    await edit(id, 2, 'another');
    expect(whyNot(await read(request.id))).toEqual(['content_changed']);
    await edit(id, 2, 'draft');
    const back = await read(request.id);
    expect(back.binding.content_hash).toBe(request.binding.content_hash);
    expect(whyNot(back)).toEqual(['content_changed']);
    expect(whyNot(await approve(cast.admin, request.id))).toEqual(['content_changed', null]);
  });

  it('is void from the first save of a draft on, in all requests about it, and later saves say nothing more', async () => {
    const id = await withDraft();
    const changes = [
      toLive(2),
      { kind: 'promote', version: 2, to: 'stable' },
      { kind: 'set_tag', version: 2, tag: 'prod' },
      { kind: 'set_tag', version: 2, tag: 'eu' },
      { kind: 'archive_version', version: 2 },
    ];
    const numbers: number[] = [];
    const ids: string[] = [];
    for (const change of changes) {
      const request = await opened(id, change);
      numbers.push(request.number);
      ids.push(request.id);
      expect(whyNot(await approve(cast.admin, request.id))).toEqual([null]);
    }
    const ofLive = await opened(id, { kind: 'demote', version: 1 });
    await approve(cast.admin, ofLive.id);
    for (const text of ['d', 'dr', 'dra', 'draft']) expect((await edit(id, 2, text)).status).toBe(200);
    for (const request of await Promise.all(ids.map((one) => read(one)))) {
      expect(request.state).toBe('open');
      expect(whyNot(request)).toEqual(['content_changed']);
    }
    expect(whyNot(await read(ofLive.id))).toEqual([null]);
    const { body } = await registry.call(cast.editor, 'GET', `/v1/prompts/${id}/audit?limit=100`);
    const { entries } = z
      .object({
        entries: z.array(z.object({ action: z.string(), details: z.record(z.string(), z.unknown()) })),
      })
      .parse(body);
    const voided = entries.filter(({ action }) => action === 'change_request.voided');
    expect(voided.map(({ details }) => details).toReversed()).toEqual(
      numbers.map((number) => ({ number, reviews: 1, reason: 'content_changed' })),
    );
  });

  it('counts until another version is live, also when the old one comes back', async () => {
    const id = await withDraft();
    await registry.prompts.versionIn(cast.editor, id, 'stable', 'third');
    const request = await opened(id, toLive(2));
    await approve(cast.admin, request.id);
    await registry.prompts.promote(cast.editor, id, 3);
    expect(whyNot(await read(request.id))).toEqual(['live_changed']);
    await registry.prompts.promote(cast.editor, id, 1);
    expect(whyNot(await read(request.id))).toEqual(['live_changed']);
  });

  it('counts until the tag moves', async () => {
    const id = await withDraft();
    await registry.prompts.tag(cast.editor, id, 2, 'prod');
    await registry.prompts.createVersion(cast.editor, id, 'third');
    const request = await opened(id, { kind: 'set_tag', version: 1, tag: 'prod' });
    await approve(cast.admin, request.id);
    await registry.prompts.tag(cast.editor, id, 3, 'prod');
    expect(whyNot(await read(request.id))).toEqual(['tag_changed']);
  });

  it('stays when what it is about does', async () => {
    const id = await withDraft();
    const request = await opened(id, toLive(2));
    await approve(cast.admin, request.id);
    await registry.prompts.createVersion(cast.editor, id, 'third');
    await edit(id, 3, 'fourth');
    await registry.prompts.tag(cast.editor, id, 3, 'x');
    await registry.call(cast.editor, 'PUT', `/v1/prompts/${id}`, { description: 'changed' });
    await registry.call(cast.editor, 'PUT', `/v1/prompts/${id}/versions/2`, {
      note: 'why',
      template: 'draft',
    });
    expect(whyNot(await read(request.id))).toEqual([null]);
  });

  it('is replaced by a newer one of the same person', async () => {
    const id = await withDraft();
    const request = await opened(id, toLive(2));
    await approve(cast.admin, request.id);
    const { content_hash } = request.binding;
    await review(cast.admin, request.id, { verdict: 'request_changes', comment: 'No', content_hash });
    expect(whyNot(await read(request.id))).toEqual(['replaced', null]);
  });

  it('does not count once its author has left', async () => {
    const id = await withDraft();
    const request = await opened(id, toLive(2));
    const leaver = await registry.identity.register();
    await registry.tenancy.setMember(cast.teamId, leaver.id, 'editor');
    await approve(leaver, request.id);
    await registry.tenancy.removeMember(cast.teamId, leaver.id);
    expect(whyNot(await read(request.id))).toEqual(['left_team']);
  });

  it('is refused in the order of the contract', async () => {
    const id = await withDraft();
    const request = await opened(id, toLive(2));
    const { content_hash } = request.binding;
    const at = request.id;
    expect(errorOf(await review(cast.outsider, at, {}))).toEqual(refused(404, 'change request not found'));
    expect(errorOf(await review(cast.allKey, at, {}))).toEqual(refused(401, 'unauthorized'));
    expect(errorOf(await review(cast.admin, at, { verdict: 7 }))).toEqual(
      refused(400, 'invalid request body'),
    );
    expect(errorOf(await review(cast.admin, at, { verdict: 'maybe' }))).toEqual(
      refused(400, 'invalid verdict, must be approve or request_changes'),
    );
    const verdict = 'approve';
    expect(errorOf(await review(cast.admin, at, { verdict, comment: 'x'.repeat(2_001) }))).toEqual(
      refused(400, 'comment must be at most 2000 characters'),
    );
    expect(errorOf(await review(cast.admin, at, { verdict }))).toEqual(
      refused(400, 'content_hash is required'),
    );
    await edit(id, 2, 'another');
    expect(errorOf(await review(cast.admin, at, { verdict, content_hash }))).toEqual(
      refused(409, 'content changed since it was shown'),
    );
    await registry.call(cast.editor, 'POST', `/v1/change-requests/${at}/close`);
    expect(errorOf(await review(cast.admin, at, { verdict, content_hash }))).toEqual(
      refused(409, 'change request is closed'),
    );
  });

  it('is refused beyond 100', async () => {
    const id = await withDraft();
    const request = await opened(id, toLive(2));
    await approve(cast.admin, request.id);
    await registry.pool.query(
      `insert into change_reviews (id, change_request_id, user_id, verdict, comment, binding)
       select gen_random_uuid(), change_request_id, gen_random_uuid(), verdict, '', binding from change_reviews, generate_series(1, 99)
       where change_request_id = $1`,
      [request.id],
    );
    const { content_hash } = request.binding;
    expect(errorOf(await review(cast.admin, request.id, { verdict: 'approve', content_hash }))).toEqual(
      refused(422, 'too many reviews'),
    );
  });

  it('is dismissed by an administrator who did not make the request', async () => {
    const id = await withDraft();
    const request = await opened(id, toLive(2));
    const { reviews } = await approve(cast.viewer, request.id);
    const dismiss = (by: Bearer, reviewId = reviews[0]?.id) =>
      registry.call(by, 'DELETE', `/v1/change-requests/${request.id}/reviews/${reviewId}`);
    expect(errorOf(await dismiss(cast.editor))).toEqual(refused(403, 'forbidden'));
    expect(errorOf(await dismiss(cast.outsider))).toEqual(refused(404, 'change request not found'));
    expect(errorOf(await dismiss(cast.admin, randomUUID()))).toEqual(refused(404, 'review not found'));
    expect((await dismiss(cast.admin)).status).toBe(204);
    expect((await dismiss(cast.admin)).status).toBe(204);
    expect(whyNot(await read(request.id))).toEqual(['dismissed']);
    const own = await opened(id, { kind: 'archive_prompt' }, cast.admin);
    const given = await approve(cast.viewer, own.id);
    const path = `/v1/change-requests/${own.id}/reviews/${given.reviews[0]?.id}`;
    expect(errorOf(await registry.call(cast.admin, 'DELETE', path))).toEqual(refused(403, 'forbidden'));
    expect((await registry.call(cast.orgAdmin, 'DELETE', path)).status).toBe(204);
  });
});

describe('an open request', () => {
  const cases: readonly [string, object, (id: string) => Promise<unknown>, string][] = [
    ['its version is archived', toLive(2), (id) => post(id, '2/archive'), 'version 2 was archived'],
    ['its version is deleted', toLive(2), (id) => remove(id, 2), 'version 2 was deleted'],
    [
      'its version goes live',
      toLive(2),
      async (id) => {
        await post(id, '2/promote');
        await post(id, '2/promote');
      },
      'version 2 is live',
    ],
    [
      'its version is promoted',
      { kind: 'promote', version: 2, to: 'stable' },
      (id) => post(id, '2/promote'),
      'version 2 is stable',
    ],
    [
      'its version is demoted',
      { kind: 'demote', version: 1 },
      (id) => post(id, '1/demote'),
      'version 1 is stable',
    ],
    [
      'its tag is set',
      { kind: 'set_tag', version: 2, tag: 'prod' },
      (id) => registry.prompts.tag(cast.editor, id, 2, 'prod'),
      'tag prod is on version 2',
    ],
    [
      'its prompt is archived',
      { kind: 'archive_prompt' },
      (id) => registry.call(cast.admin, 'POST', `/v1/prompts/${id}/archive`),
      'the prompt is archived',
    ],
    [
      'its prompt is moved',
      toLive(2),
      async (id) => {
        const team_id = await registry.tenancy.createTeam(cast.orgId);
        await registry.call(cast.orgAdmin, 'POST', `/v1/prompts/${id}/move`, { team_id });
      },
      'the prompt was moved',
    ],
  ];
  const post = (id: string, path: string) =>
    registry.call(cast.editor, 'POST', `/v1/prompts/${id}/versions/${path}`);
  const remove = (id: string, version: number) =>
    registry.call(cast.editor, 'DELETE', `/v1/prompts/${id}/versions/${version}`);

  it.each(cases)('is obsolete when %s', async (_, change, happen, reason) => {
    const id = await withDraft();
    const request = await opened(id, change);
    const other = await opened(id, { kind: 'payload', payload_id: null, set: { variables: {} } });
    await happen(id);
    expect(await read(request.id)).toMatchObject({ state: 'obsolete', reason, ready: false });
    expect((await read(other.id)).state).toBe(reason === 'the prompt was moved' ? 'obsolete' : 'open');
    const { rows } = await registry.pool.query(
      "select change_request_id, detail from audit_entries where prompt_id = $1 and action = 'change_request.closed' order by id",
      [id],
    );
    expect(rows[0]).toEqual({
      change_request_id: request.id,
      detail: { request: request.id, number: request.number, state: 'obsolete' },
    });
  });

  it('of a prompt that has left says nothing of it any more', async () => {
    const id = await withDraft();
    const request = await opened(id, toLive(2));
    const team_id = await registry.tenancy.createTeam(cast.orgId);
    await registry.call(cast.orgAdmin, 'POST', `/v1/prompts/${id}/move`, { team_id });
    const { body } = await registry.call(cast.editor, 'GET', `/v1/change-requests/${request.id}`);
    expect(body).toMatchObject({ before: null, after: null, check: null });
  });

  it('is closed by its author, and by who edits the prompt', async () => {
    const id = await withDraft();
    const close = (by: Bearer, at: string, body?: object) =>
      registry.call(by, 'POST', `/v1/change-requests/${at}/close`, body);
    const own = await opened(id, { kind: 'archive_prompt' }, cast.viewer);
    const foreign = await opened(id, toLive(2));
    expect(errorOf(await close(cast.viewer, foreign.id))).toEqual(refused(403, 'forbidden'));
    expect(errorOf(await close(cast.outsider, foreign.id))).toEqual(refused(404, 'change request not found'));
    expect(errorOf(await close(cast.editor, foreign.id, { reason: 'x'.repeat(2_001) }))).toEqual(
      refused(400, 'reason must be at most 2000 characters'),
    );
    expect(requestOf(await close(cast.viewer, own.id))).toMatchObject({ state: 'closed', reason: null });
    expect(requestOf(await close(cast.editor, foreign.id, { reason: 'Not now' }))).toMatchObject({
      state: 'closed',
      reason: 'Not now',
      binding: foreign.binding,
    });
    expect(errorOf(await close(cast.editor, foreign.id))).toEqual(refused(409, 'change request is closed'));
    expect((await propose(cast.editor, id, toLive(2))).status).toBe(201);
  });

  it('goes with its team', async () => {
    const there = await registry.cast();
    const { id } = await registry.prompts.create(there.editor, there.teamId);
    const request = await opened(id, { kind: 'archive_prompt' }, there.editor);
    await registry.tenancy.deleteTeam(there.teamId);
    await expect
      .poll(
        async () =>
          (await registry.pool.query('select from change_requests where id = $1', [request.id])).rowCount,
      )
      .toBe(0);
  });
});

describe('comments', () => {
  const comment = (by: Bearer, id: string, text: unknown) =>
    registry.call(by, 'POST', `/v1/change-requests/${id}/comments`, { text });
  const comments = (id: string, query = '') =>
    registry.call(cast.viewer, 'GET', `/v1/change-requests/${id}/comments${query}`);

  it('are listed the oldest first, in pages', async () => {
    const request = await opened(await withDraft(), toLive(2));
    expect((await comment(cast.viewer, request.id, 'one')).body).toMatchObject({ comment: { text: 'one' } });
    await comment(cast.allKey, request.id, 'two');
    const first = await comments(request.id, '?limit=1');
    expect(first.body).toMatchObject({ comments: [{ text: 'one' }], next_cursor: expect.any(String) });
    const { next_cursor } = z.object({ next_cursor: z.string() }).parse(first.body);
    expect((await comments(request.id, `?cursor=${next_cursor}`)).body).toEqual({
      comments: [
        {
          id: expect.any(String),
          author: { kind: 'api-key', user_id: null, api_key_id: cast.allKey.id },
          text: 'two',
          created_at: expect.any(String),
        },
      ],
    });
    expect((await read(request.id)).comment_count).toBe(2);
  });

  it('are erased with their text in the audit', async () => {
    const request = await opened(await withDraft(), toLive(2));
    await comment(cast.viewer, request.id, 'personal');
    const { content_hash } = request.binding;
    await review(cast.admin, request.id, { verdict: 'approve', comment: 'personal', content_hash });
    await registry.pool.query(
      `update audit_texts set text = null, salt = null, erased_at = now() where entry_id in (
         select id from audit_entries where change_request_id = $1)`,
      [request.id],
    );
    expect((await comments(request.id)).body).toMatchObject({ comments: [{ text: '' }] });
    expect(await read(request.id)).toMatchObject({
      title: 'erased',
      description: '',
      reviews: [{ comment: '' }],
    });
  });

  it('are refused when they are too long, empty, or too many', async () => {
    const request = await opened(await withDraft(), toLive(2));
    expect(errorOf(await comment(cast.outsider, request.id, 7))).toEqual(
      refused(404, 'change request not found'),
    );
    expect(errorOf(await comment(cast.viewer, request.id, 7))).toEqual(refused(400, 'invalid request body'));
    expect(errorOf(await comment(cast.viewer, request.id, ' '))).toEqual(refused(400, 'text is required'));
    expect(errorOf(await comment(cast.viewer, request.id, 'x'.repeat(10_001)))).toEqual(
      refused(400, 'text must be at most 10000 characters'),
    );
    await registry.pool.query('update change_requests set comments = 1000 where id = $1', [request.id]);
    expect(errorOf(await comment(cast.viewer, request.id, 'x'))).toEqual(refused(422, 'too many comments'));
  });
});
