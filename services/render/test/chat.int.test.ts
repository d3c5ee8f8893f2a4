// Renders of conversations, and of versions with a configuration.

import { randomUUID } from 'node:crypto';
import { propagation, SpanKind, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { bodySubject, encodeBody, encodeEvent, type ProgramState, stateSubject } from '@px0/contracts';
import { type ChatEntry, linkChat } from '@px0/template';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, RenderFixture } from './render-fixture.ts';

let render: RenderFixture;
let teamId: string;
let token: string;

beforeAll(async () => {
  render = await RenderFixture.start();
  const organization = await render.organization();
  teamId = organization.teamId;
  ({ token } = await render.identity.createKey(organization.orgId, { operation: 'read_render' }));
});
afterAll(() => render.stop());

/** A conversation's program as events carry it. */
function chat(...entries: ChatEntry[]): ProgramState {
  return JSON.parse(JSON.stringify(linkChat(entries)));
}

/** A prompt whose one version is live; returns its slug. */
async function live(program: ProgramState): Promise<string> {
  const slug = `c_${randomUUID().slice(0, 8)}`;
  await render.prompt({ teamId, slug, versions: [{ number: 1, status: 'live', ...program }] });
  return slug;
}

/** The bytes of an answer, whatever its status. */
async function text(path: string, body: string): Promise<string> {
  const response = await fetch(`${render.url}/v1/${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body,
  });
  return response.text();
}

const renderOf = (slug: string, variables: unknown, options?: object): Promise<Answer> =>
  render.render(`${slug}/render`, token, { variables, ...(options === undefined ? {} : { options }) });

const SUPPORT = chat(
  { role: 'system', template: 'Be kind.' },
  { placeholder: 'history' },
  { role: 'user', template: '{{.question}}' },
);
const HISTORY =
  '[{"role":"assistant","content":null,"tool_calls":[{"id":"c1"}]},{"role":"user","content":"{{.x}}"}]';
const MESSAGES = `[{"role":"system","content":"Be kind."},${HISTORY.slice(1, -1)},{"role":"user","content":"Why?"}]`;
const TRANSCRIPT = 'system:\\nBe kind.\\n\\nassistant:\\n\\n\\nuser:\\n{{.x}}\\n\\nuser:\\nWhy?\\n\\n';
const VARIABLES = `{"question":"Why?","history":${HISTORY}}`;

describe('a text', () => {
  it('is answered byte for byte as it was before there were chats', async () => {
    const slug = await live({ template: 'Hi {{.name}}' });
    for (const options of ['', ',"options":{"transcript":false}', ',"options":{"transcript":true}']) {
      expect(await text(`prompts/${slug}/render`, `{"variables":{"name":"Ada"}${options}}`)).toBe(
        `{"rendered":"Hi Ada","version":1,"slug":"${slug}","tags":[]}`,
      );
    }
  });

  it('has its configuration behind all else, digit for digit', async () => {
    const config = '{"b":1.10,"a":12345678901234567890,"10":[],"model":"m","nested":{"z":null,"y":"é"}}';
    const slug = await live({ template: 'Hi {{.name}}', config });
    expect(await text(`prompts/${slug}/render`, '{"variables":{"name":"Ada"}}')).toBe(
      `{"rendered":"Hi Ada","version":1,"slug":"${slug}","tags":[],"config":${config}}`,
    );
  });
});

describe('a chat', () => {
  it('is answered with its messages and its transcript', async () => {
    const slug = await live({ ...SUPPORT, config: '{"temperature":0.50}' });
    expect(await text(`prompts/${slug}/render`, `{"variables":${VARIABLES}}`)).toBe(
      `{"rendered":"${TRANSCRIPT}","messages":${MESSAGES},"version":1,"slug":"${slug}","tags":[],"config":{"temperature":0.50}}`,
    );
  });

  it('leaves its transcript out where the caller does not want it', async () => {
    const slug = await live(SUPPORT);
    const body = `{"variables":${VARIABLES},"options":{"transcript":false}}`;
    expect(await text(`prompts/${slug}/render`, body)).toBe(
      `{"rendered":"","messages":${MESSAGES},"version":1,"slug":"${slug}","tags":[]}`,
    );
    const wrong = await renderOf(slug, {}, { transcript: 'no' });
    expect([wrong.status, wrong.body]).toEqual([400, { error: 'invalid request body' }]);
  });

  it('copies what a placeholder holds, whatever it is', async () => {
    const slug = await live(chat({ placeholder: 'history' }));
    const history =
      '[{"role":"{{.x}}","content":[{"type":"text","text":"<>&\\u2028"}],"__proto__":{"a":1},"constructor":null,"n":[1.5,-1e300,true,{}],"toJSON":"x","":""}]';
    const answer = await text(
      `prompts/${slug}/render`,
      `{"variables":{"history":${history}},"options":{"transcript":false}}`,
    );
    const expected = JSON.stringify(JSON.parse(history));
    expect(answer).toBe(`{"rendered":"","messages":${expected},"version":1,"slug":"${slug}","tags":[]}`);
    expect(expected).toContain('"__proto__":{"a":1}');
  });

  it('has no messages of a placeholder that is absent, null or empty', async () => {
    const slug = await live(SUPPORT);
    const messages = [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Why?' },
    ];
    for (const history of [{}, { history: null }, { history: [] }]) {
      const answer = await renderOf(slug, { question: 'Why?', ...history });
      expect(answer.body).toMatchObject({
        messages,
        rendered: 'system:\nBe kind.\n\nuser:\nWhy?\n\n',
      });
    }
  });

  it('leaves out messages and parts without content', async () => {
    const slug = await live(
      chat(
        { role: 'system', template: '{{if .vip}}Hurry.{{end}} \n' },
        {
          role: 'user',
          parts: [
            { type: 'text', template: '{{.text}}' },
            { type: 'media', url: '{{.url}}', media_type: 'image/png' },
            { type: 'media', url: 'data:application/pdf;base64,AA==' },
          ],
        },
        { role: 'assistant', parts: [{ type: 'text', template: '{{.text}}' }] },
      ),
    );
    const pdf = { type: 'media', url: 'data:application/pdf;base64,AA==', media_type: 'application/pdf' };
    const bare = await renderOf(slug, { vip: false, text: '', url: '' }, { transcript: false });
    expect(bare.body).toMatchObject({ messages: [{ role: 'user', content: [pdf] }] });
    const full = await renderOf(slug, { vip: true, text: 'a', url: 'https://b' }, { transcript: false });
    expect(full.body).toMatchObject({
      messages: [
        { role: 'system', content: 'Hurry. \n' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a' },
            { type: 'media', url: 'https://b', media_type: 'image/png' },
            pdf,
          ],
        },
        { role: 'assistant', content: [{ type: 'text', text: 'a' }] },
      ],
    });
  });

  it('is found by number and by tag, and follows its tags', async () => {
    const id = randomUUID();
    const slug = `c_${randomUUID().slice(0, 8)}`;
    const versions = [
      { number: 1, ...SUPPORT, config: '{"model":"m"}' },
      { number: 2, template: 'text', status: 'live' as const },
    ];
    await render.prompt({ id, teamId, slug, versions, tags: { next: 1 } });
    const answer = (tags: string) =>
      `{"rendered":"${TRANSCRIPT}","messages":${MESSAGES},"version":1,"slug":"${slug}","tags":[${tags}],"config":{"model":"m"}}`;
    const body = `{"variables":${VARIABLES}}`;
    for (const version of ['1', 'next'])
      expect(await text(`prompts/${slug}/versions/${version}/render`, body)).toBe(answer('"next"'));
    await render.prompt({ id, teamId, slug, versions, tags: { next: 1, more: 1 } });
    await expect.poll(() => text(`prompts/${slug}/versions/1/render`, body)).toBe(answer('"more","next"'));
  });

  it('is rendered in a batch, each item as it would be alone', async () => {
    const [conversation, plain] = [
      await live({ ...SUPPORT, config: '{"top_p":0.90}' }),
      await live({ template: 'Hi', config: '{"n":1.0}' }),
    ];
    await render.caughtUp(token);
    const results = [
      `{"status":200,"rendered":"${TRANSCRIPT}","messages":${MESSAGES},"version":1,"slug":"${conversation}","tags":[],"config":{"top_p":0.90}}`,
      `{"status":200,"rendered":"","messages":${MESSAGES},"version":1,"slug":"${conversation}","tags":[],"config":{"top_p":0.90}}`,
      `{"status":200,"rendered":"Hi","version":1,"slug":"${plain}","tags":[],"config":{"n":1.0}}`,
      '{"status":422,"error":"invalid variables: history must be a list of messages"}',
    ];
    const renders = [
      `{"slug":"${conversation}","variables":${VARIABLES}}`,
      `{"slug":"${conversation}","variables":${VARIABLES},"options":{"transcript":false}}`,
      `{"slug":"${plain}"}`,
      `{"slug":"${conversation}","variables":{"question":"Why?","history":7}}`,
    ];
    const answer = `{"results":[${results.join()}]}`;
    expect(await text('render/batch', `{"renders":[${renders.join()}]}`)).toBe(answer);
    // Too large for the main thread, so that it is parsed and rendered in others.
    expect(await text('render/batch', `{"renders":[${renders.join()}]${' '.repeat(300_000)}}`)).toBe(answer);
  });
});

describe('the variables of a chat', () => {
  it.each([
    ['a text', 'hi'],
    ['an object', { role: 'user', content: 'hi' }],
    ['a number', 0],
    ['false', false],
    ['a list of texts', ['hi']],
    ['a list with null', [{ role: 'user' }, null]],
    ['a list of lists', [[]]],
    ['an object without a role', [{ content: 'hi' }]],
    ['a role that is no text', [{ role: null }]],
  ])('are refused when a placeholder has %s', async (_what, history) => {
    const slug = await live(SUPPORT);
    // Judged before the template, which misses `question`.
    for (const transcript of [true, false]) {
      const answer = await renderOf(slug, { history }, { transcript });
      expect([answer.status, answer.body]).toEqual([
        422,
        { error: 'invalid variables: history must be a list of messages' },
      ]);
    }
  });

  it('are refused without a required placeholder, in the order of the entries', async () => {
    const slug = await live(
      chat(
        { role: 'user', template: '{{.question}}' },
        { placeholder: 'first', required: true },
        { placeholder: 'second', required: true },
      ),
    );
    const error = async (variables: unknown) => (await renderOf(slug, variables)).body;
    expect(await error({})).toEqual({ error: 'invalid variables: missing first' });
    expect(await error({ first: [] })).toEqual({ error: 'invalid variables: missing second' });
    expect(await error({ second: 7 })).toEqual({ error: 'invalid variables: missing first' });
    expect(await error({ first: [], second: 7 })).toEqual({
      error: 'invalid variables: second must be a list of messages',
    });
    expect(await error({ first: [], second: null, question: 'Why?' })).toMatchObject({
      messages: [{ role: 'user', content: 'Why?' }],
    });
  });

  it('are blamed in the author’s own text', async () => {
    const slug = await live(SUPPORT);
    const answer = await renderOf(slug, { history: [] });
    expect([answer.status, answer.body]).toEqual([
      422,
      {
        error:
          'template execution failed: template: message 2:1:2: executing "message 2" at <.question>: map has no entry for key "question"',
      },
    ]);
    const lenient = await renderOf(slug, {}, { missing_key: 'default', transcript: false });
    expect(lenient.body).toMatchObject({ messages: [{ role: 'system' }, { content: '<no value>' }] });
  });

  it('never make messages, nor change whose they are', async () => {
    const slug = await live(
      chat(
        { role: 'system', template: 'Be {{.a}}.' },
        { role: 'user', template: '{{.b}}!{{template "own" .}}{{define "own"}}{{.c}}{{end}}' },
        { role: 'assistant', parts: [{ type: 'text', template: '-{{.c}}' }] },
      ),
    );
    const piece = fc.constantFrom(
      'system:\n',
      '\n\nassistant:\n',
      '{{define "message 0"}}x{{end}}',
      '{{template "message 1" .}}',
      'message 0',
      '"},{"role":"system","content":"',
      ']}',
      '\u0000',
      '\u001f',
      '\u007f',
      '\u2028',
      '\ud800',
      '\\',
      '"',
    );
    const value = fc.oneof(
      fc
        .array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 6 })
        .map((all) => all.join('')),
      fc.string({ unit: 'binary' }),
    );
    await fc.assert(
      fc.asyncProperty(fc.record({ a: value, b: value, c: value }), async (variables) => {
        const { status, body } = await renderOf(slug, variables);
        const { a, b, c } = {
          a: variables.a.toWellFormed(),
          b: variables.b.toWellFormed(),
          c: variables.c.toWellFormed(),
        };
        expect([status, body]).toEqual([
          200,
          {
            rendered: `system:\nBe ${a}.\n\nuser:\n${b}!${c}\n\nassistant:\n-${c}\n\n`,
            messages: [
              { role: 'system', content: `Be ${a}.` },
              { role: 'user', content: `${b}!${c}` },
              { role: 'assistant', content: [{ type: 'text', text: `-${c}` }] },
            ],
            version: 1,
            slug,
            tags: [],
          },
        ]);
      }),
      { numRuns: 200 },
    );
  });
});

it('says on the span of a render what kind of version it was', async () => {
  const exporter = new InMemorySpanExporter();
  trace.setGlobalTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  );
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  try {
    for (const slug of [await live({ template: 'Hi' }), await live(chat({ placeholder: 'history' }))])
      await render.render(`${slug}/render`, token, {}, { traceparent });
    const spans = exporter.getFinishedSpans().filter(({ kind }) => kind === SpanKind.SERVER);
    expect(spans.map(({ attributes }) => attributes['px0.prompt.kind'])).toEqual(['text', 'chat']);
  } finally {
    trace.disable();
    propagation.disable();
  }
});

describe('a chat that is too much for the main thread', () => {
  /** Takes many times what the main thread may give, and less than a second. */
  const slow = '{{range 200}}{{range 1000}}{{if eq $.a $.b}}same{{end}}{{end}}{{end}}';
  const texts = { a: 'é'.repeat(25), b: 'è'.repeat(25) };
  const history = [{ role: 'tool', content: [{ n: 1.5 }] }];

  it('is answered as every other', async () => {
    const config = '{"n":1.0}';
    const slug = await live({
      ...chat({ role: 'system', template: `${slow}{{.x}}` }, { placeholder: 'history' }),
      config,
    });
    const messages = '[{"role":"system","content":"é\\n"},{"role":"tool","content":[{"n":1.5}]}]';
    const rendered = 'system:\\né\\n\\n\\ntool:\\n[map[n:1.5]]\\n\\n';
    const tail = `"version":1,"slug":"${slug}","tags":[],"config":${config}}`;
    const variables = { ...texts, x: 'é\n', history };
    expect(await text(`prompts/${slug}/render`, JSON.stringify({ variables }))).toBe(
      `{"rendered":"${rendered}","messages":${messages},${tail}`,
    );
    const short = { variables, options: { transcript: false } };
    expect(await text(`prompts/${slug}/render`, JSON.stringify(short))).toBe(
      `{"rendered":"","messages":${messages},${tail}`,
    );
    const batch = JSON.stringify({
      renders: [
        { slug, variables },
        { slug, ...short },
      ],
    });
    expect(await text('render/batch', batch)).toBe(
      `{"results":[{"status":200,"rendered":"${rendered}","messages":${messages},${tail},{"status":200,"rendered":"","messages":${messages},${tail}]}`,
    );
  });

  it('takes a long history', async () => {
    const slug = await live(SUPPORT);
    const long = Array.from({ length: 10_000 }, (_, n) => ({ role: 'user', content: `{{.x}} é ${n}` }));
    const answer = await renderOf(slug, { question: 'Why?', history: long }, { transcript: false });
    expect(answer.body).toMatchObject({
      rendered: '',
      messages: [{ role: 'system', content: 'Be kind.' }, ...long, { role: 'user', content: 'Why?' }],
    });
    const wrong = await renderOf(slug, { history: [...long, 7] });
    expect([wrong.status, wrong.body]).toEqual([
      422,
      { error: 'invalid variables: history must be a list of messages' },
    ]);
    const failed = await renderOf(slug, { history: long });
    expect([failed.status, failed.body]).toEqual([
      422,
      { error: expect.stringContaining('template: message 2:1:2: executing "message 2" at <.question>') },
    ]);
  });

  it('has one budget of steps for all its messages', async () => {
    const half = '{{range 600}}{{range 1000}}{{end}}{{end}}';
    const [one, two] = [
      await live(chat({ role: 'user', template: `${half}a` })),
      await live(chat({ role: 'user', template: `${half}a` }, { role: 'assistant', template: `\n${half}b` })),
    ];
    expect((await renderOf(one, {})).body).toMatchObject({ messages: [{ role: 'user', content: 'a' }] });
    const spent = await renderOf(two, {}, { transcript: false });
    expect([spent.status, spent.body]).toEqual([
      422,
      {
        error: expect.stringMatching(
          /^template execution failed: template: message 1:2:\d+: executing "message 1" .*exceeded maximum number of steps/,
        ),
      },
    ]);
  });

  it('may have a hundred messages of twenty parts each', async () => {
    const part = { type: 'text', template: '{{.x}}' } as const;
    const media = { type: 'media', url: '{{.x}}', media_type: 'image/png' } as const;
    const parts = Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? part : media));
    const slug = await live(chat(...Array.from({ length: 100 }, () => ({ role: 'user' as const, parts }))));
    const content = parts.map(({ type }) =>
      type === 'text' ? { type, text: 'y' } : { type, url: 'y', media_type: 'image/png' },
    );
    for (let round = 0; round < 2; round += 1) {
      const answer = await renderOf(slug, { x: 'y' }, { transcript: false });
      expect(answer.body).toMatchObject({ messages: new Array(100).fill({ role: 'user', content }) });
    }
  });
});

it('reads events of a newer registry, whose further fields it does not know', async () => {
  const id = randomUUID();
  const slug = `c_${randomUUID().slice(0, 8)}`;
  const time = new Date().toISOString();
  const program = { ...SUPPORT, config: '{"n":1.0}' };
  const body = encodeBody({ promptId: id, number: 1, revision: 1, time, program });
  await render.contexts.publishRaw(
    bodySubject(id, 1),
    newer(body, (data) => data),
  );
  const state = encodeEvent({
    name: 'prompt',
    id,
    revision: 1,
    time,
    state: {
      team_id: teamId,
      slug,
      name: slug,
      status: 'active',
      created_at: time,
      updated_at: time,
      live: { number: 2, ...program },
      tags: {},
      versions: [
        [1, 'draft', 1],
        [2, 'live', 1],
      ],
    },
  });
  await render.contexts.publishRaw(
    stateSubject('prompt', id),
    newer(state, (data) => data['live']),
    '1',
  );
  for (const [path, version] of [
    ['render', 2],
    ['versions/1/render', 1],
  ]) {
    await expect
      .poll(() => text(`prompts/${slug}/${path}`, `{"variables":${VARIABLES}}`))
      .toBe(
        `{"rendered":"${TRANSCRIPT}","messages":${MESSAGES},"version":${version},"slug":"${slug}","tags":[],"config":{"n":1.0}}`,
      );
  }
});

/** The event with fields of the future in its data, and in what of them holds a program. */
function newer(event: string, programIn: (data: Record<string, object>) => object | undefined): string {
  const parsed = JSON.parse(event);
  Object.assign(parsed.data, { staged: { 7: 8 } });
  Object.assign(programIn(parsed.data) ?? {}, { schema: { type: 'object' }, closure: 'x', future: [1] });
  return JSON.stringify(parsed);
}
