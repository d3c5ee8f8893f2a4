import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ChatEntry, compile, compileProgram, linkChat } from '@px0/template';
import { temporaryFolder } from '@px0/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Fallback,
  Px0,
  type Px0Options,
  TemplateError,
  toAnthropic,
  toOpenAI,
  UnreachableError,
  UsageError,
} from '../src/mod.ts';
import { PlayedPx0 } from './played-px0.ts';

const TUTOR: readonly ChatEntry[] = [
  { role: 'system', template: 'Be {{.mood}}.' },
  { role: 'system', template: '{{if index . "vip"}}Be quick.{{end}}' },
  { placeholder: 'history' },
  {
    role: 'user',
    parts: [
      { type: 'text', template: '{{.question}}' },
      { type: 'media', url: '{{index . "photo"}}', media_type: 'image/png' },
    ],
  },
];
const CONFIG = { model: 'm1', max_tokens: 100, stop: ['END'] };
const CALL = { role: 'assistant', content: null, tool_calls: [{ id: 'c1' }] };
const VARIABLES = {
  mood: 'kind',
  question: 'Why?',
  photo: 'https://example.com/a.png',
  history: [CALL, { role: 'user', content: '{{.x}} system:' }],
};
const MESSAGES = [
  { role: 'system', content: 'Be kind.' },
  CALL,
  { role: 'user', content: '{{.x}} system:' },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'Why?' },
      { type: 'media', url: 'https://example.com/a.png', media_type: 'image/png' },
    ],
  },
];
const TEXT = 'system:\nBe kind.\n\nassistant:\n\n\nuser:\n{{.x}} system:\n\nuser:\nWhy?\n[media]\n\n';
/** What the program gives: with the message that was left out. */
const TRANSCRIPT = TEXT.replace('assistant:', 'system:\n\n\nassistant:');

let px0Server: PlayedPx0;
let folder: string;
const clients: Px0[] = [];

beforeEach(async () => {
  px0Server = await PlayedPx0.start();
  px0Server.prompts = {
    tutor: { version: 2, messages: TUTOR, config: CONFIG },
    greeting: { version: 3, template: 'Hello {{.name}}', config: CONFIG },
  };
  folder = await temporaryFolder('sdk-chat');
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await px0Server.close();
  await rm(folder, { recursive: true });
});

function clientOf(options: Px0Options = {}): Px0 {
  // A paused machine must not look like a px0 that does not answer.
  const limits = { retries: 0, timeoutMs: 30_000, attemptTimeoutMs: 30_000 };
  const client = new Px0({ host: px0Server.host, accessToken: 'ak_test', ...limits, ...options });
  clients.push(client);
  return client;
}

/** A client that has rendered the chat once, and holds its program, while px0 is away. */
async function linesOf(stateFile: string): Promise<Record<string, unknown>[]> {
  const lines = (await readFile(stateFile, 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

async function warmClient(options: Px0Options = {}): Promise<Px0> {
  const client = clientOf(options);
  await client.render('tutor', VARIABLES);
  await client.close();
  px0Server.fault = 'reset';
  return client;
}

describe('a live render', () => {
  it('of a chat has its messages and configuration, and asks for no transcript', async () => {
    const result = await clientOf().render('tutor', VARIABLES);
    expect(result).toMatchObject({ source: 'live', messages: MESSAGES, config: CONFIG, version: 2 });
    expect(JSON.parse(px0Server.seen[0]?.body ?? '').options).toEqual({ transcript: false });
  });

  it('of a chat has a text for logs, made of the messages', async () => {
    const result = await clientOf().render('tutor', VARIABLES);
    expect(Object.getOwnPropertyDescriptor(result, 'text')?.get).toBeDefined();
    expect(result.text).toBe(TEXT);
    expect(JSON.parse(JSON.stringify(result))).toMatchObject({ text: TEXT, slug: 'tutor' });
  });

  it('of a chat has px0’s own transcript if it is asked for', async () => {
    const { text, messages } = await clientOf().render('tutor', VARIABLES, { transcript: true });
    expect(text).toBe(TRANSCRIPT);
    expect(messages).toEqual(MESSAGES);
    expect(JSON.parse(px0Server.seen[0]?.body ?? '').options).toEqual({ transcript: true });
  });

  it('of a text has its configuration, and no messages', async () => {
    const result = await clientOf().render('greeting', { name: 'Ada' });
    expect(result).toMatchObject({ text: 'Hello Ada', messages: null, config: CONFIG });
    expect(toOpenAI(result)).toEqual({
      request: {
        model: 'm1',
        max_completion_tokens: 100,
        stop: ['END'],
        messages: [{ role: 'user', content: 'Hello Ada' }],
      },
      dropped: [],
    });
  });

  it('by a px0 of before there were chats is a text', async () => {
    px0Server.isEarlier = true;
    const result = await clientOf().render('tutor', VARIABLES);
    expect(result).toMatchObject({ text: TRANSCRIPT, messages: null, config: null });
  });

  it('is handed over as it came', async () => {
    const result = await clientOf().render('tutor', VARIABLES);
    expect(toAnthropic(result)).toEqual({
      request: {
        model: 'm1',
        max_tokens: 100,
        stop_sequences: ['END'],
        system: 'Be kind.',
        messages: [
          CALL,
          MESSAGES[2],
          {
            role: 'user',
            content: [
              { type: 'text', text: 'Why?' },
              { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
            ],
          },
        ],
      },
      dropped: [],
    });
  });

  it.each([
    ['messages that are no list', { messages: {} }],
    ['a message that is none', { messages: ['Hi'] }],
    ['a message without a role', { messages: [{ content: 'Hi' }] }],
    ['a configuration that is none', { config: [] }],
  ])('with %s is no answer of px0', async (_what, wrong) => {
    const body = { rendered: '', version: 2, slug: 'tutor', tags: [], ...wrong };
    px0Server.fault = { status: 200, body };
    await expect(clientOf().render('tutor', VARIABLES)).rejects.toThrow('which is not a render by px0');
  });

  it('wants a transcript or none', async () => {
    const call = clientOf().render('tutor', VARIABLES, { transcript: 'yes' as never });
    await expect(call).rejects.toThrow(new UsageError('transcript must be true or false'));
    expect(px0Server.seen).toEqual([]);
  });
});

describe('while px0 is away', () => {
  it('a chat has the same messages, configuration and texts as from px0, for any variables', async () => {
    const client = await warmClient();
    const variables = { ...VARIABLES, question: 'When?', vip: true };
    const expected = compileProgram(linkChat(TUTOR));
    const result = await client.render('tutor', variables);
    expect(result).toMatchObject({ source: 'cache', config: CONFIG, version: 2, stale: true });
    expect(result.messages).toEqual(expected.messages(variables));
    expect(result.text).toContain('system:\nBe quick.\n\n');
    const { text } = await client.render('tutor', VARIABLES, { transcript: true });
    expect(text).toBe(TRANSCRIPT);
  });

  it('a configuration that a caller has changed is as it was for the next', async () => {
    const client = await warmClient();
    const { config } = await client.render('tutor', VARIABLES);
    Object.assign(config ?? {}, { model: 'changed' });
    Object.assign(Object(config?.['stop']), ['changed']);
    await expect(client.render('tutor', VARIABLES)).resolves.toMatchObject({ config: CONFIG });
  });

  it.each([
    ['a history that is none', { history: 'Hi' }],
    ['a message without a role', { history: [{ content: 'Hi' }] }],
    ['a variable that is missing', { mood: undefined }],
  ])('a chat with %s cannot be rendered, and its fallback is', async (_what, wrong) => {
    const client = await warmClient();
    const variables = { ...VARIABLES, ...wrong };
    await expect(client.render('tutor', variables)).rejects.toThrow(UnreachableError);
    await expect(client.render('tutor', variables, { fallback: 'Hi' })).resolves.toMatchObject({
      text: 'Hi',
      messages: null,
      config: null,
      source: 'fallback',
    });
  });

  it('a text has the configuration that px0 gave', async () => {
    const client = clientOf();
    await client.render('greeting', { name: 'Ada' });
    await client.close();
    px0Server.fault = 'reset';
    const result = await client.render('greeting', { name: 'Grace' });
    expect(result).toMatchObject({ text: 'Hello Grace', messages: null, config: CONFIG });
  });

  it('a text that a px0 of before there were chats gave is kept', async () => {
    px0Server.isEarlier = true;
    const client = clientOf();
    await client.render('greeting', { name: 'Ada' });
    await client.close();
    px0Server.fault = 'reset';
    await expect(client.render('greeting', { name: 'Grace' })).resolves.toMatchObject({
      text: 'Hello Grace',
      config: null,
    });
  });

  it.each([
    ['without a program, as by a px0 of before', { template: 'Hi', program: undefined }],
    ['whose program has no outline', { program: { template: 'Hi' } }],
    ['whose outline is of a later form', { program: { template: 'Hi', outline: [{ tool: 'x' }] } }],
    [
      'whose parts are of a later form',
      { program: { template: 'Hi', outline: [{ role: 'user', parts: [{}] }] } },
    ],
    ['whose configuration is none', { program: { ...linkChat(TUTOR), config: '[' } }],
  ])('a chat %s is not kept', async (_what, said) => {
    px0Server.prompts = { tutor: { version: 2, messages: TUTOR, said } };
    const client = await warmClient();
    await expect(client.render('tutor', VARIABLES)).rejects.toThrow(UnreachableError);
  });
});

describe('a state file', () => {
  it('lets another process render the chat', async () => {
    const snapshotFile = join(folder, 'px0.json');
    await warmClient({ snapshotFile });
    await expect(clientOf({ snapshotFile }).render('tutor', VARIABLES)).resolves.toMatchObject({
      source: 'snapshot',
      messages: MESSAGES,
      config: CONFIG,
      text: TEXT,
    });
  });

  it('holds the program, and beside it the text that earlier versions of this package read', async () => {
    const snapshotFile = join(folder, 'px0.json');
    await warmClient({ snapshotFile });
    const [, entry = {}] = await linesOf(snapshotFile);
    const { template, outline } = linkChat(TUTOR);
    expect(entry).toMatchObject({
      template,
      program: { template, outline, config: JSON.stringify(CONFIG) },
    });
    expect(compile(String(entry['template'])).render(VARIABLES)).toBe(TRANSCRIPT);
  });

  it('of an earlier version of this package is read', async () => {
    const snapshotFile = join(folder, 'px0.json');
    await warmClient({ snapshotFile });
    const [header, { program: _, ...entry } = {}] = await linesOf(snapshotFile);
    await writeFile(snapshotFile, `${JSON.stringify(header)}\n${JSON.stringify(entry)}\n`);
    const result = await clientOf({ snapshotFile }).render('tutor', VARIABLES);
    expect(result).toMatchObject({ source: 'snapshot', text: TRANSCRIPT, messages: null, config: null });
  });

  it('of an earlier version of this package holds a version no longer than until px0 has confirmed it', async () => {
    const snapshotFile = join(folder, 'px0.json');
    await warmClient({ snapshotFile });
    const [header, { program: _, ...entry } = {}] = await linesOf(snapshotFile);
    await writeFile(snapshotFile, `${JSON.stringify(header)}\n${JSON.stringify(entry)}\n`);
    px0Server.fault = undefined;
    const client = await warmClient({ snapshotFile, cache: { freshMs: 60_000 } });
    const result = await client.render('tutor', VARIABLES);
    expect(result).toMatchObject({ source: 'cache', text: TEXT, messages: MESSAGES, config: CONFIG });
  });

  it('loses a program of a later form: as a text it would be another prompt', async () => {
    const snapshotFile = join(folder, 'px0.json');
    await warmClient({ snapshotFile });
    const text = await readFile(snapshotFile, 'utf8');
    await writeFile(snapshotFile, text.replace('"outline":[', '"outline":[{"tool":"x"},'));
    await expect(clientOf({ snapshotFile }).render('tutor', VARIABLES)).rejects.toThrow(UnreachableError);
  });
});

describe('a fallback of messages', () => {
  const fallback: Fallback = {
    messages: [
      { role: 'system', content: 'Say {{hello}} {{{- to {' },
      { role: 'assistant', template: 'Hello {{.name}}{{.missing}}' },
      { role: 'user', content: ' ' },
      { placeholder: 'history' },
      {
        role: 'user',
        parts: [
          { type: 'text', template: 'Bye {{.name}}' },
          { type: 'media', url: '{{.photo}}' },
        ],
      },
    ],
    config: CONFIG,
  };
  const variables = {
    name: 'Ada',
    history: [CALL],
    photo: 'data:image/png;base64,iVBORw0KGgo=',
  };
  const messages = [
    { role: 'system', content: 'Say {{hello}} {{{- to {' },
    { role: 'assistant', content: 'Hello Ada<no value>' },
    CALL,
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Bye Ada' },
        { type: 'media', url: variables.photo, media_type: 'image/png' },
      ],
    },
  ];

  it.each([
    ['of the client', { fallbacks: { unknown: fallback } }, {}],
    ['of the call', {}, { fallback }],
  ])('%s is rendered as px0 renders a chat', async (_whose, options, callOptions) => {
    px0Server.fault = 'reset';
    const result = await clientOf(options).render('unknown', variables, callOptions);
    expect(result).toMatchObject({ source: 'fallback', version: null, messages, config: CONFIG });
    expect(result.text).toBe(
      'system:\nSay {{hello}} {{{- to {\n\nassistant:\nHello Ada<no value>\n\nassistant:\n\n\nuser:\nBye Ada\n[media]\n\n',
    );
    expect(toAnthropic(result).request.system).toBe('Say {{hello}} {{{- to {');
  });

  it('takes missingKey and transcript as others do', async () => {
    px0Server.fault = 'reset';
    const call = { fallback, missingKey: 'error', transcript: true } as const;
    await expect(clientOf().render('unknown', variables, call)).rejects.toThrow(TemplateError);
    const { text } = await clientOf().render('unknown', variables, { ...call, missingKey: 'zero' });
    expect(text).toContain('user:\n \n\n');
  });

  it('is told from a text that looks like it', async () => {
    px0Server.fault = 'reset';
    const client = clientOf();
    const chat: Fallback = { messages: [{ role: 'user', content: 'Hi' }] };
    await expect(client.render('a', {}, { fallback: chat })).resolves.toMatchObject({
      messages: [{ role: 'user', content: 'Hi' }],
      config: null,
    });
    const text = 'chat [{"role":"user","template":"Hi"}]';
    await expect(client.render('a', {}, { fallback: text })).resolves.toMatchObject({ text, messages: null });
  });

  it('fails with variables that it cannot be rendered with', async () => {
    px0Server.fault = 'reset';
    const required: Fallback = { messages: [{ placeholder: 'history', required: true }] };
    const render = (given: object) => clientOf().render('a', { ...given }, { fallback: required });
    await expect(render({})).rejects.toThrow(new TemplateError('the fallback of a failed: missing history'));
    await expect(render({ history: [7] })).rejects.toThrow('history must be a list of messages');
    await expect(render({ history: [CALL] })).resolves.toMatchObject({ messages: [CALL] });
  });

  // Those that have messages are in `fallbacks.json`.
  it.each<[unknown, string]>([
    [7, 'the fallback of a must be a template, a function or a chat with messages'],
    [{ message: [] }, 'the fallback of a must be a template, a function or a chat with messages'],
  ])('that is broken is refused when it is given: %j', async (broken, error) => {
    const given = { a: broken as Fallback };
    expect(() => clientOf({ fallbacks: given })).toThrow(new UsageError(error));
    const call = clientOf().render('a', {}, { fallback: given.a });
    await expect(call).rejects.toThrow(new UsageError(error));
    expect(px0Server.seen).toEqual([]);
  });

  it('that cannot be written as JSON or read is refused, too', () => {
    const config = { temperature: Number.NaN };
    expect(() =>
      clientOf({ fallbacks: { a: { messages: [{ role: 'user', content: 'Hi' }], config } } }),
    ).toThrow(UsageError);
    const unreadable = {
      get messages(): never {
        throw new Error('not now');
      },
    };
    expect(() => clientOf({ fallbacks: { a: unreadable } })).toThrow(
      new UsageError('the fallback of a cannot be read: not now'),
    );
  });
});
