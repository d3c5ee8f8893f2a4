// The header `Px0-Hint` of renders that are refused.

import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, RenderFixture } from './render-fixture.ts';

let render: RenderFixture;
let orgId: string;
let teamId: string;
let otherTeam: string;
let token: string;

beforeAll(async () => {
  render = await RenderFixture.start();
  ({ orgId, teamId } = await render.organization());
  otherTeam = await render.team(orgId);
  ({ token } = await render.identity.createKey(orgId, { operation: 'read_render' }));
});
afterAll(() => render.stop());

/** A live prompt of this template; returns its slug. */
async function live(
  template: string,
  slug = `h_${randomUUID().replaceAll('-', '')}`,
  team = teamId,
): Promise<string> {
  await render.prompt({ teamId: team, slug, versions: [{ number: 1, template, status: 'live' }] });
  return slug;
}

async function hint(answering: Promise<Answer>): Promise<unknown[]> {
  const { status, body, headers } = await answering;
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  // Nothing else is in the body of a refusal.
  expect(body).toEqual({ error });
  return [status, error, headers.get('px0-hint')];
}

const NOT_FOUND = 'prompt not found';

describe('a slug that nobody has', () => {
  it('is answered with the one that it would be as the slug of a prompt', async () => {
    await live('Hi', 'tone_check');
    for (const slug of ['tone-check', 'Tone_Check', 'Tone%20check%21', 'tone.check']) {
      expect(await hint(render.render(`${slug}/render`, token))).toEqual([
        404,
        NOT_FOUND,
        'did-you-mean=tone_check',
      ]);
      expect(await hint(render.render(`${slug}/versions/1/render?team_id=${teamId}`, token))).toEqual([
        404,
        NOT_FOUND,
        'did-you-mean=tone_check',
      ]);
    }
    await live('Hi', 'größe_λ');
    expect(await hint(render.render(`${encodeURIComponent('Größe Λ')}/render`, token))).toEqual([
      404,
      NOT_FOUND,
      'did-you-mean=gr%C3%B6%C3%9Fe_%CE%BB',
    ]);
  });

  it('is answered with one that is nearly the same, if the caller reads few prompts', async () => {
    for (const slug of ['tone_chek', 'tonecheck', 'Tone-Chekc']) {
      expect(await hint(render.render(`${slug}/render`, token))).toEqual([
        404,
        NOT_FOUND,
        'did-you-mean=tone_check',
      ]);
    }
    const { orgId: large, teamId: ofMany } = await render.organization();
    const { token: reader } = await render.identity.createKey(large, { operation: 'read_render' });
    const { token: narrow } = await render.identity.createNarrowKey(
      large,
      { slugs: ['other_*'] },
      { operation: 'read_render' },
    );
    await live('Hi', 'tone_check', ofMany);
    await render.caughtUp(reader);
    expect((await hint(render.render('tone_chek/render', reader)))[2]).toBe('did-you-mean=tone_check');
    expect((await hint(render.render('tone_chek/render', narrow)))[2]).toBe('key-limit=slugs');
    for (let at = 0; at < 256; at += 1) await live('Hi', `filler_number_${at}`, ofMany);
    await render.caughtUp(reader);
    expect((await hint(render.render('tone_chek/render', reader)))[2]).toBeNull();
    expect((await hint(render.render('tone-check/render', reader)))[2]).toBe('did-you-mean=tone_check');
  });

  it('is answered with no other one', async () => {
    for (const slug of ['tone_of_voice', '!!!', '%00', 'x'.repeat(3_000), '%F0%9F%99%82'.repeat(500)]) {
      expect(await hint(render.render(`${slug}/render`, token))).toEqual([404, NOT_FOUND, null]);
    }
  });

  it('in the team that was named leads to another team that the caller reads', async () => {
    const slug = await live('Hi', undefined, otherTeam);
    expect(await hint(render.render(`${slug}/render?team_id=${teamId}`, token))).toEqual([
      404,
      NOT_FOUND,
      `in-team=${otherTeam}`,
    ]);
    expect(await hint(render.render(`${slug.toUpperCase()}/render?team_id=${teamId}`, token))).toEqual([
      404,
      NOT_FOUND,
      `did-you-mean=${slug}; in-team=${otherTeam}`,
    ]);
  });

  it('leads nowhere that the key does not read, and says that it is limited', async () => {
    const slug = await live('Hi', undefined, otherTeam);
    const { token: ofTeam } = await render.identity.createKey(orgId, {
      operation: 'read_render',
      scope: { kind: 'teams', team_ids: [teamId] },
    });
    const { token: ofSlugs } = await render.identity.createNarrowKey(
      orgId,
      { slugs: ['greeting_*'] },
      { operation: 'read_render' },
    );
    const elsewhere = await render.organization();
    const { token: ofOthers } = await render.identity.createKey(elsewhere.orgId, { operation: 'all' });
    await render.caughtUp(ofOthers);
    for (const path of [`${slug}/render`, `${slug.toUpperCase()}/render`, 'nothing_at_all/render']) {
      expect(await hint(render.render(path, ofTeam))).toEqual([404, NOT_FOUND, 'key-limit=teams']);
      expect(await hint(render.render(path, ofSlugs))).toEqual([404, NOT_FOUND, 'key-limit=slugs']);
      expect(await hint(render.render(path, ofOthers))).toEqual([404, NOT_FOUND, null]);
    }
    expect(await hint(render.render(`${slug}/render?team_id=${otherTeam}`, ofTeam))).toEqual([
      403,
      'forbidden',
      'key-limit=teams',
    ]);
    const foreign = await hint(render.render(`${slug}/render?team_id=${teamId}`, ofOthers));
    expect(foreign).toEqual([403, 'forbidden', null]);
  });

  it('of a version is hidden from a key of some refs, which is told that it is limited', async () => {
    const slug = await live('Hi');
    const { token: ofRefs } = await render.identity.createNarrowKey(
      orgId,
      { refs: { live: false, tags: ['prod'] } },
      { operation: 'read_render' },
    );
    await render.caughtUp(ofRefs);
    expect(await hint(render.render(`${slug}/versions/1/render`, ofRefs))).toEqual([
      404,
      'version not found',
      'key-limit=refs',
    ]);
    expect(await hint(render.render(`${slug}/versions/9/render`, token))).toEqual([
      404,
      'version not found',
      null,
    ]);
  });
});

describe('variables that are missing', () => {
  it('are named, all of them, with what may mean them', async () => {
    const slug = await live('{{.mood}} {{range .items}}{{.name}}{{end}} {{.ticket.id}} {{.late}}');
    const variables = { moood: 'calm', items: [{ name: 'a' }, {}], ticket: {} };
    const [status, error, text] = await hint(render.render(`${slug}/render`, token, { variables }));
    expect([status, error]).toEqual([422, expect.stringMatching(/^template execution failed: .*"mood"$/)]);
    expect(text).toBe('missing-variables=items%5B1%5D.name,late,mood:moood,ticket.id');
  });

  it('include one that is needed only because of another', async () => {
    const slug = await live('{{if .vip}}{{.discount}}{{end}}{{.name}}');
    const [, , text] = await hint(render.render(`${slug}/render`, token, { variables: { vip: true } }));
    expect(text).toBe('missing-variables=name,discount');
  });

  it('may stand beside the object that they belong into', async () => {
    const slug = await live('{{.name}} {{.other}}');
    const [, , text] = await hint(render.render(`${slug}/render`, token, { name: 'Ada', other: 1, more: 2 }));
    expect(text).toBe('missing-variables=name,other; beside-variables=name,other');
  });

  it('are nothing that another failure tells of', async () => {
    const slug = await live('{{index .list 7}}{{.name}}');
    const [status, , text] = await hint(render.render(`${slug}/render`, token, { variables: { list: [] } }));
    expect([status, text]).toEqual([422, null]);
  });

  it('are as many as there is room for', async () => {
    const names = Array.from({ length: 60 }, (_, at) => `variable_${String(at).padStart(3, '0')}`);
    const slug = await live(names.map((name) => `{{.${name}}}`).join(''));
    const [, , text] = await hint(render.render(`${slug}/render`, token));
    expect(text).toMatch(/^missing-variables=variable_000,.*,variable_035; more=24$/);
    expect(String(text).length).toBeLessThanOrEqual(512);
  });

  it('are named of a render in a worker thread, too', async () => {
    const heavy = `{{range .list}}{{end}}${'{{if .flag}}{{end}}'.repeat(1_000)}{{.name}}{{.other}}`;
    const slug = await live(heavy);
    const variables = { list: Array.from({ length: 20_000 }, (_, at) => [at]), flag: true };
    const [, , text] = await hint(render.render(`${slug}/render`, token, { variables, name: 'Ada' }));
    expect(text).toBe('missing-variables=name,other; beside-variables=name');
  });

  it('are named of each item of a batch', async () => {
    const slug = await live('{{.name}}');
    const renders = [
      { slug },
      { slug: slug.toUpperCase() },
      { slug: 'nothing_at_all' },
      { slug, variables: { name: 'Ada' } },
      {},
    ];
    const { body } = await render.post('/v1/render/batch', token, JSON.stringify({ renders }));
    expect(body).toMatchObject({
      results: [
        { status: 422, hint: 'missing-variables=name' },
        { status: 404, error: NOT_FOUND, hint: `did-you-mean=${slug}` },
        { status: 404, error: NOT_FOUND },
        { status: 200, rendered: 'Ada' },
        { status: 400, hint: 'field=slug; must=string' },
      ],
    });
    const { results } = body as { results: object[] };
    expect([results[2], results[3]].map((result) => Object.hasOwn(result ?? {}, 'hint'))).toEqual([
      false,
      false,
    ]);
  });
});

describe('a credential that is refused', () => {
  it('is told apart from others', async () => {
    const slug = await live('Hi');
    const { token: expired } = await render.identity.createKey(orgId, {
      operation: 'read_render',
      expires_at: '2020-01-01T00:00:00Z',
    });
    await render.caughtUp(token);
    const ask = (authorization: string | undefined) =>
      hint(
        render.plain(`${slug}/render`, undefined, {}, authorization === undefined ? {} : { authorization }),
      );
    for (const [authorization, credentials] of [
      [undefined, 'missing'],
      [token, 'scheme'],
      [`bearer ${token}`, 'scheme'],
      [`Bearer ${token.slice(0, -3)}`, 'incomplete-key'],
      [`Bearer ${token.replace(/.{4}$/, '0000')}`, 'unknown-key'],
      [`Bearer ${expired}`, 'expired-key'],
      ['Bearer sess_a.b.c', 'ended-session'],
      ['Bearer hunter', 'form'],
      [`Bearer "${token}"`, 'form'],
    ]) {
      expect(await ask(authorization)).toEqual([401, 'unauthorized', `credentials=${credentials}`]);
    }
  });

  it('is told apart by deliveries, too', async () => {
    for (const path of ['/v1/delivery/snapshot', '/v1/delivery/stream']) {
      const answer = await fetch(render.url + path, { headers: { authorization: token } });
      expect([answer.status, answer.headers.get('px0-hint')]).toEqual([401, 'credentials=scheme']);
      await answer.body?.cancel();
    }
  });
});

describe('a body that is refused', () => {
  it.each([
    ['{"variables":[]}', 'field=variables; must=object'],
    ['[]', 'must=object'],
    ['{"options":{"missing_key":"none"}}', 'field=options.missing_key; must=one-of,error,default,zero'],
    ['{"variables":{\n  "a": 1,\n}}', 'body=json; at=3:1'],
    ['', 'body=empty'],
    [Buffer.from([0x22, 0xff, 0x22]), 'body=utf-8'],
  ])('%j is told with its fault', async (body, text) => {
    const slug = await live('Hi');
    expect(await hint(render.post(`/v1/prompts/${slug}/render`, token, body))).toEqual([
      400,
      'invalid request body',
      text,
    ]);
  });

  it('is told with the header that is wrong', async () => {
    const slug = await live('Hi');
    const path = `/v1/prompts/${slug}/render`;
    for (const [headers, text] of [
      [{ 'Content-Type': 'text/plain' }, 'body=media-type'],
      [{ 'Content-Encoding': 'br' }, 'body=encoding'],
      [{ 'Content-Encoding': 'gzip' }, 'body=encoding'],
    ] as const) {
      expect(await hint(render.post(path, token, '{}', headers))).toEqual([
        400,
        'invalid request body',
        text,
      ]);
    }
    const zipped = await render.post(path, token, gzipSync('{}'), { 'Content-Encoding': 'gzip' });
    expect([zipped.status, zipped.headers.get('px0-hint')]).toEqual([200, null]);
  });

  it('is told with its fault if it is too large for the main thread', async () => {
    const slug = await live('Hi');
    const list = JSON.stringify(Array.from({ length: 50_000 }, (_, at) => at));
    const body = `{"variables":${list}}`;
    expect(await hint(render.post(`/v1/prompts/${slug}/render`, token, body))).toEqual([
      400,
      'invalid request body',
      'field=variables; must=object',
    ]);
    const batch = `{"renders":[{"slug":"${slug}","variables":${list}}]}`;
    const answer = await render.post('/v1/render/batch', token, batch);
    expect(answer.headers.get('px0-hint')).toBe('field=renders.0.variables; must=object');
  });
});

it('a render that succeeds carries no hint', async () => {
  const slug = await live('Hi');
  const answer = await render.render(`${slug}/render`, token, { unknown: 1 });
  expect([answer.status, answer.headers.has('px0-hint')]).toEqual([200, false]);
});
