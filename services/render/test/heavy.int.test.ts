import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { compile } from '@px0/template';
import { eventually } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, RenderFixture } from './render-fixture.ts';

let render: RenderFixture;
let acme: Team;
let other: Team;

interface Team {
  readonly teamId: string;
  readonly token: string;
}

beforeAll(async () => {
  render = await RenderFixture.start();
  acme = await team();
  other = await team();
});
afterAll(() => render.stop());

async function team(): Promise<Team> {
  const { orgId, teamId } = await render.organization();
  const { token } = await render.identity.createKey(orgId, { operation: 'read_render' });
  return { teamId, token };
}

/** A prompt with one live version; returns its slug. */
async function live({ teamId }: Team, template: string): Promise<string> {
  const slug = `p_${randomUUID().slice(0, 8)}`;
  await render.prompt({
    teamId,
    slug,
    versions: [{ number: 1, template, status: 'live' }],
    tags: { prod: 1 },
  });
  return slug;
}

/** Takes many times what the main thread may give, and less than a second. */
const HEAVY = '{{range 300}}{{range 1000}}{{if eq $.a $.b}}same{{end}}{{end}}{{end}}{{.a}}';
const VARIABLES = { a: 'é'.repeat(25), b: 'è'.repeat(25) };

/** So many values are parsed in a thread, which is done with them at once: a queue of these is short in time on a busy machine, too. */
const QUICK = '{{len .list}}';
const MANY_VALUES = { list: new Array(7_000).fill(0) };

const quickRenders = (slug: string, count: number): Promise<Answer[]> =>
  Promise.all(
    Array.from({ length: count }, () =>
      render.render(`${slug}/render`, acme.token, { variables: MANY_VALUES }),
    ),
  );

/** The statuses of the interim answers. A proxy gets one when a render goes to a thread. */
async function interimOf(
  slug: string,
  variables: object,
  headers: Record<string, string> = { 'X-Forwarded-For': '192.0.2.1' },
): Promise<{ interim: number[]; body: string }> {
  const interim: number[] = [];
  const sent = request(`${render.url}/v1/prompts/${slug}/render`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${acme.token}`, 'Content-Type': 'application/json', ...headers },
  });
  sent.on('information', ({ statusCode }) => interim.push(statusCode));
  sent.end(JSON.stringify({ variables }));
  const [response] = await once(sent, 'response');
  return { interim, body: await textOf(response) };
}

describe('a render that takes long', () => {
  it('is answered as every other', async () => {
    const slug = await live(acme, HEAVY);
    const answer = await render.render(`${slug}/render`, acme.token, { variables: VARIABLES });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ rendered: VARIABLES.a, version: 1, slug, tags: ['prod'] });
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('px0-prompt-version')).toBe('1');
    expect(answer.headers.get('px0-revision')).toMatch(/^[\w-]+$/);
  });

  it('fails as every other, with the whole budget of steps', async () => {
    const template = '{{range 1000}}{{range 1000}}{{if eq $.a $.b}}same{{end}}{{end}}{{end}}';
    const slug = await live(acme, template);
    const answer = await render.render(`${slug}/render`, acme.token, { variables: VARIABLES });
    expect(answer.status).toBe(422);
    let message = '';
    try {
      compile(template).render(VARIABLES);
    } catch (error) {
      message = error instanceof Error ? error.message : '';
    }
    expect(message).toContain('exceeded maximum number of steps (1000000)');
    expect(answer.body).toEqual({ error: `template execution failed: ${message}` });
  });

  it('takes its setting for missing keys along', async () => {
    const slug = await live(acme, `${HEAVY}{{.missing}}`);
    const body = { variables: VARIABLES, options: { missing_key: 'default' } };
    const answer = await render.render(`${slug}/render`, acme.token, body);
    expect(answer.body).toMatchObject({ rendered: `${VARIABLES.a}<no value>` });
    const refused = await render.render(`${slug}/render`, acme.token, { variables: VARIABLES });
    expect(refused.body).toMatchObject({
      error: expect.stringContaining('map has no entry for key "missing"'),
    });
  });

  it('does not keep another organization waiting', async () => {
    const [heavy, small] = [await live(acme, HEAVY), await live(other, 'Hello {{.name}}')];
    const order: string[] = [];
    const slow = Array.from({ length: 3 }, () =>
      render
        .render(`${heavy}/render`, acme.token, { variables: VARIABLES })
        .then(({ status }) => order.push(`heavy ${status}`)),
    );
    const quick = Array.from({ length: 20 }, () =>
      render
        .render(`${small}/render`, other.token, { variables: { name: 'Ada' } })
        .then(({ status }) => order.push(`small ${status}`)),
    );
    await Promise.all([...slow, ...quick]);
    expect(order.lastIndexOf('small 200')).toBeLessThan(order.lastIndexOf('heavy 200'));
    expect(order.filter((one) => one.endsWith('200'))).toHaveLength(23);
  });

  it('is refused when too many of its organization are under way', async () => {
    const [heavy, quick] = [await live(acme, HEAVY), await live(acme, QUICK)];
    // Several, so that the threads are still busy with them when the others come, however long one of them takes.
    const first = Array.from({ length: 4 }, () =>
      render.render(`${heavy}/render`, acme.token, { variables: VARIABLES }),
    );
    await render.caughtUp(acme.token);
    const answers = await quickRenders(quick, 60);
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    // 32 may wait, the first ones among them.
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(28);
    expect(answers.filter(({ status }) => status !== 200 && status !== 429)).toEqual([]);
    expect(refused[0]?.body).toEqual({ error: 'too many heavy renders' });
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
  });

  it('leaves the threads once its template is compiled, if only that took long', async () => {
    const line = '{{if eq .role "user"}}User: {{.name | default "nobody"}}{{else}}-{{end}}\n';
    const slug = await live(acme, line.repeat(300));
    const variables = { role: 'user', name: 'Ada' };
    const rendered = 'User: Ada\n'.repeat(300);
    const first = await interimOf(slug, variables);
    expect(first.interim).toEqual([102]);
    expect(JSON.parse(first.body)).toMatchObject({ rendered });
    // One after another: many at once would take the processor from the preparation that they wait for.
    const later = await eventually(
      async () => {
        const answer = await interimOf(slug, variables);
        return answer.interim.length === 0 ? answer : undefined;
      },
      { what: 'a render on the main thread' },
    );
    expect(JSON.parse(later.body)).toMatchObject({ rendered });
  });

  it('is dropped when its caller goes away', async () => {
    const [slug, quick] = [await live(acme, HEAVY), await live(acme, QUICK)];
    const body = JSON.stringify({ variables: VARIABLES });
    const leaving = Array.from({ length: 33 }, () => {
      const sent = request(`${render.url}/v1/prompts/${slug}/render`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${acme.token}`, 'Content-Type': 'application/json' },
      });
      sent.on('error', () => undefined);
      sent.end(body);
      return sent;
    });
    await Promise.all(leaving.map((sent) => once(sent, 'finish')));
    // Answered only after those that came before it have been read.
    await render.caughtUp(acme.token);
    for (const sent of leaving) sent.destroy();
    const answers = await quickRenders(quick, 16);
    expect(answers.map(({ status }) => status)).toEqual(new Array(16).fill(200));
  });

  it('is announced to a proxy, and to nobody else', async () => {
    const slug = await live(acme, HEAVY);
    expect((await interimOf(slug, VARIABLES)).interim).toEqual([102]);
    expect((await interimOf(slug, VARIABLES, {})).interim).toEqual([]);
  });

  it('is not announced to a proxy of HTTP/1.0, which knows no interim answers', async () => {
    const slug = await live(acme, HEAVY);
    const { hostname, port } = new URL(render.url);
    const body = JSON.stringify({ variables: VARIABLES });
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /v1/prompts/${slug}/render HTTP/1.0\r\nAuthorization: Bearer ${acme.token}\r\nX-Forwarded-For: 192.0.2.1\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    const answer = await textOf(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain(`"slug":"${slug}"`);
  });
});

describe('what is too large for the main thread', () => {
  const post = (slug: string, body: string, headers = {}): Promise<Answer> =>
    render.post(`/v1/prompts/${slug}/render`, acme.token, body, headers);

  it('is a body of many kilobytes, which is parsed elsewhere', async () => {
    const slug = await live(acme, '{{len .text}} {{len .list}}');
    const variables = { text: 'é'.repeat(200_000), list: [1, 2] };
    const answer = await post(slug, JSON.stringify({ variables }));
    expect(answer.body).toMatchObject({ rendered: '400000 2' });
  });

  it('is a body of many values', async () => {
    const slug = await live(acme, '{{len .list}}');
    const answer = await post(slug, JSON.stringify({ variables: { list: new Array(30_000).fill(0) } }));
    expect(answer.body).toMatchObject({ rendered: '30000' });
  });

  it.each([
    ['no JSON', '{"variables":{', {}],
    ['of a wrong type', '{"variables":[]}', {}],
    ['of another media type', '{"variables":{}}', { 'Content-Type': 'text/plain' }],
  ])('is refused when it is %s, as a small one is', async (_what, start, headers) => {
    const slug = await live(acme, 'x');
    const answer = await post(slug, start + ' '.repeat(300_000), headers);
    expect([answer.status, answer.body]).toEqual([400, { error: 'invalid request body' }]);
  });

  it('is a template of many actions', async () => {
    const slug = await live(acme, '{{.a}}{{if .b}}b{{end}}'.repeat(2_000));
    const answer = await post(slug, JSON.stringify({ variables: { a: 'x', b: 0 } }));
    expect(answer.body).toMatchObject({ rendered: 'x'.repeat(2_000) });
  });

  it('is a template of many actions that does not parse', async () => {
    const slug = await live(acme, `${'{{.a}}'.repeat(2_000)}{{if}}`);
    const answer = await post(slug, '{}');
    expect([answer.status, answer.body]).toEqual([500, { error: 'template parse error' }]);
  });

  it('is a long answer', async () => {
    const slug = await live(acme, '{{range 30}}{{$.text}}{{end}}');
    const text = 'é"\n'.repeat(20_000);
    const answer = await post(slug, JSON.stringify({ variables: { text } }));
    expect(answer.body).toMatchObject({ rendered: text.repeat(30) });
  });
});

describe('a batch with heavy renders', () => {
  const batch = async (renders: readonly unknown[]) => {
    await render.caughtUp(acme.token);
    return render.post('/v1/render/batch', acme.token, JSON.stringify({ renders }));
  };

  it('has the results of all in their order', async () => {
    const [heavy, small] = [await live(acme, HEAVY), await live(acme, 'Hello {{.name}}')];
    const items = [
      { slug: heavy, variables: VARIABLES },
      { slug: small, variables: { name: 'Ada' } },
      { slug: 'none' },
      { slug: heavy, variables: { ...VARIABLES, a: 7 } },
      { slug: heavy, variables: { ...VARIABLES, a: 'x' } },
    ];
    const answer = await batch(items);
    expect(answer.status).toBe(200);
    const tags = ['prod'];
    expect(answer.body).toEqual({
      results: [
        { status: 200, rendered: VARIABLES.a, version: 1, slug: heavy, tags },
        { status: 200, rendered: 'Hello Ada', version: 1, slug: small, tags },
        { status: 404, error: 'prompt not found' },
        { status: 422, error: expect.stringMatching(/^template execution failed: .*incompatible types/) },
        { status: 200, rendered: 'x', version: 1, slug: heavy, tags },
      ],
    });
  });

  it('takes one place of its organization’s queue', async () => {
    // One that is still too much for the main thread, but not for 40 turns of a busy machine.
    const slug = await live(acme, HEAVY.replace('300', '30'));
    const answer = await batch(Array.from({ length: 40 }, () => ({ slug, variables: VARIABLES })));
    expect(answer.body).toEqual({
      results: new Array(40).fill({ status: 200, rendered: VARIABLES.a, version: 1, slug, tags: ['prod'] }),
    });
  });

  it('may itself be too large for the main thread', async () => {
    const slug = await live(acme, '{{.n}} {{len .text}} {{.zero}}');
    const text = 'é'.repeat(20_000);
    const items = Array.from({ length: 20 }, (_, n) => ({ slug, variables: { n, text, zero: -0.5 } }));
    const answer = await batch([
      ...items,
      { slug, variables: {}, options: { missing_key: 'zero' } },
      { slug: 'none' },
    ]);
    const results = items.map(({ variables }) => ({
      status: 200,
      rendered: `${variables.n} 40000 -0.5`,
      version: 1,
      slug,
      tags: ['prod'],
    }));
    expect(answer.body).toEqual({
      results: [
        ...results,
        { status: 422, error: expect.stringContaining('len of nil pointer') },
        { status: 404, error: 'prompt not found' },
      ],
    });
  });

  it('is refused when it is large and no batch', async () => {
    const answer = await render.post('/v1/render/batch', acme.token, `{"renders":7}${' '.repeat(300_000)}`);
    expect([answer.status, answer.body]).toEqual([400, { error: 'invalid request body' }]);
    const none = await render.post('/v1/render/batch', acme.token, `{}${' '.repeat(300_000)}`);
    expect([none.status, none.body]).toEqual([400, { error: 'renders is required' }]);
    const items = `{"renders":[${'{},'.repeat(100_000)}{}]}`;
    const many = await render.post('/v1/render/batch', acme.token, items);
    expect([many.status, many.body]).toEqual([400, { error: 'renders must have at most 100 items' }]);
  });
});
