// Renders of templates whose texts are long: the same bytes as if the whole text had been serialised.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { ProgramState } from '@px0/contracts';
import { compileProgram, linkChat } from '@px0/template';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RenderFixture } from './render-fixture.ts';

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

/** Printable and not, within and beyond ASCII, a character of two halves at the beginning. */
const filled = (characters: string, units: number): string => characters.repeat(units).slice(0, units);
const ASCII = (units: number): string => filled('Say "no" in one line.\n\t\u0001', units);
const UNICODE = (units: number): string => filled('🙂é"\u2028\n', units);

const VARIABLES = [
  { a: 'Ada', l: ['x', 'y'] },
  { a: 'é🙂"\\\n', l: [] },
  { a: '\ud83d', l: ['\ude42', '\ud83d', '\ude42'] },
  { a: filled('long "é" ', 20_000), l: ['', '\u0000'] },
];

async function live(program: ProgramState, slug = `l_${randomUUID().slice(0, 8)}`): Promise<string> {
  await render.prompt({ teamId, slug, versions: [{ number: 1, status: 'live', ...program }] });
  return slug;
}

async function post(path: string, body: unknown): Promise<{ text: string; length: string | null }> {
  const response = await fetch(`${render.url}/v1/${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { text: await response.text(), length: response.headers.get('content-length') };
}

/** What the program's answer is by `JSON.stringify` of all of it, up to the tail that is the same for all. */
function expected(program: ProgramState, variables: Record<string, unknown>, transcript = true): string {
  const compiled = compileProgram(program);
  // As the process reads them: a half of a character is none.
  const sent = JSON.parse(JSON.stringify(variables), (_key, value) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  );
  const messages = compiled.messages(sent);
  const rendered = JSON.stringify(messages === undefined || transcript ? compiled.render(sent) : '');
  return messages === undefined ? rendered : `${rendered},"messages":${JSON.stringify(messages)}`;
}

/** Where two long texts part; undefined if they are the same. */
function difference(actual: string, whole: string): { actual: string; whole: string } | undefined {
  if (actual === whole) return undefined;
  let at = 0;
  while (actual[at] === whole[at]) at += 1;
  return { actual: actual.slice(at - 50, at + 150), whole: whole.slice(at - 50, at + 150) };
}

const tailOf = (slug: string, program: ProgramState): string => {
  const config = program.config === undefined ? '' : `,"config":${program.config}`;
  return `,"version":1,"slug":"${slug}","tags":[]${config}}`;
};

const withTexts = (text: (units: number) => string, units: number): string =>
  `${text(units)}{{.a}}${text(units - 1)}{{range .l}}{{.}}${text(units)}{{.}}{{end}}{{.a}}`;

const chat: ProgramState = JSON.parse(
  JSON.stringify(
    linkChat([
      { role: 'system', template: withTexts(ASCII, 13_000) },
      { placeholder: 'history' },
      { role: 'assistant', template: UNICODE(2_000) },
      { role: 'user', parts: [{ type: 'text', template: `${ASCII(30_000)}{{.a}}` }] },
    ]),
  ),
);

const WIDE: ProgramState = { template: withTexts(UNICODE, 51_200) };

const PROGRAMS: [string, ProgramState][] = [
  ['some lines', { template: withTexts(ASCII, 600) }],
  ['some lines beyond ASCII', { template: withTexts(UNICODE, 600) }],
  ['8 KB', { template: withTexts(ASCII, 4_096), config: '{"name":"é","n":1.0}' }],
  ['8 KB beyond ASCII', { template: withTexts(UNICODE, 4_096) }],
  ['100 KB', { template: withTexts(ASCII, 51_200), config: '{"name":"é","n":1.0}' }],
  ['100 KB beyond ASCII', WIDE],
  [
    'many pieces',
    { template: `{{range 30}}${ASCII(700)}{{$.a}}{{end}}{{range 20}}${UNICODE(13_000)}{{end}}` },
  ],
  ['a chat', chat],
];

const itemsOf = (slug: string) => VARIABLES.map((variables) => ({ slug, variables }));

function batchOf(slug: string, program: ProgramState): string {
  const results = VARIABLES.map(
    (variables) => `{"status":200,"rendered":${expected(program, variables)}${tailOf(slug, program)}`,
  );
  return `{"results":[${results.join()}]}`;
}

describe.each(PROGRAMS)('a prompt of %s', (_name, { template, outline, sources, config }) => {
  const program = {
    template,
    ...(outline && { outline }),
    ...(sources && { sources }),
    ...(config && { config }),
  };

  it('is answered to the byte as a whole, with any values', async () => {
    const slug = await live(program);
    await render.caughtUp(token);
    for (const given of VARIABLES) {
      const variables = { ...given, history: [{ role: 'tool', content: [given.a, 1.5] }] };
      for (const options of [{}, { transcript: false }, { missing_key: 'zero' }]) {
        const { text, length } = await post(`prompts/${slug}/render`, { variables, options });
        const whole = `{"rendered":${expected(program, variables, !('transcript' in options))}${tailOf(slug, program)}`;
        expect(difference(text, whole)).toBeUndefined();
        expect(length).toBe(String(Buffer.byteLength(whole)));
      }
    }
  });

  it('is the same in a batch', async () => {
    const slug = await live(program);
    await render.caughtUp(token);
    const { text } = await post('render/batch', { renders: itemsOf(slug) });
    expect(difference(text, batchOf(slug, program))).toBeUndefined();
  });
});

it('a batch that is rendered in a thread is the same', async () => {
  for (const program of [WIDE, chat]) {
    const slug = await live(program);
    await render.caughtUp(token);
    const answer = await post('render/batch', { renders: itemsOf(slug), more: ' '.repeat(300_000) });
    expect(difference(answer.text, batchOf(slug, program))).toBeUndefined();
  }
});

it('answers to requests that are sent at once come one after another', async () => {
  const slugs = [
    await live({ template: withTexts(ASCII, 51_200) }),
    await live({ template: 'Hi {{.a}}' }),
    await live({ template: withTexts(UNICODE, 4_096) }),
  ];
  await render.caughtUp(token);
  const body = JSON.stringify({ variables: VARIABLES[0] });
  const socket = connect(Number(new URL(render.url).port), '127.0.0.1');
  await once(socket, 'connect');
  const requests = slugs.map(
    (slug, index) =>
      `POST /v1/prompts/${slug}/render HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n${
        index === slugs.length - 1 ? 'Connection: close\r\n' : ''
      }Content-Length: ${body.length}\r\n\r\n${body}`,
  );
  socket.write(requests.join(''));
  let received = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    received += chunk;
  });
  await once(socket, 'close');
  const bodies = received
    .split('HTTP/1.1 200 OK\r\n')
    .slice(1)
    .map((answer) => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)));
  expect(bodies.map(({ slug }) => slug)).toEqual(slugs);
});
