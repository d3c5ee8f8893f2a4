/** Versions that are conversations, and versions with a configuration. */
import { bodySubject, decodeBody, decodeEvent, stateSubject } from '@px0/contracts';
import type { Bus } from '@px0/event-bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { versionOf } from './prompts.ts';
import { errorOf, refused } from './replies.ts';
import { type Bearer, type Cast, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;
let bus: Bus;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
  bus = await registry.openBus();
});
afterAll(() => registry?.stop());

/** Calls go to the versions of a new prompt. */
async function newPrompt() {
  const { id } = await registry.prompts.create(cast.editor, cast.teamId);
  const callAs = (by: Bearer, method: string, path = '', body?: unknown, headers?: Record<string, string>) =>
    registry.call(by, method, `/v1/prompts/${id}/versions${path}`, body, headers);
  return {
    id,
    callAs,
    call: (method: string, path = '', body?: unknown, headers?: Record<string, string>) =>
      callAs(cast.editor, method, path, body, headers),
  };
}

const CHAT = [
  { role: 'system', template: 'Be kind.' },
  { placeholder: 'history' },
  { role: 'user', template: '{{.question}}' },
];

const PROGRAM =
  'system:\n{{template "message 0" .}}\n\n{{range index . "history"}}{{with index . "role"}}{{.}}{{end}}:\n{{with index . "content"}}{{.}}{{end}}\n\n{{end}}user:\n{{template "message 2" .}}\n\n{{define "message 0"}}Be kind.{{end}}{{define "message 2"}}{{.question}}{{end}}';

const OUTLINE = [
  { role: 'system', unit: 'message 0' },
  { placeholder: 'history' },
  { role: 'user', unit: 'message 2' },
];

const SOURCES = [
  ['message 0', PROGRAM.indexOf('Be kind.'), 'Be kind.'.length, 0],
  ['message 2', PROGRAM.indexOf('{{.question}}'), '{{.question}}'.length, 0],
];

/** One message, for what is not about the messages. */
const HI = [{ role: 'user', template: 'Hi' }];

async function bodyOf(promptId: string, number: number) {
  const subject = bodySubject(promptId, number);
  const message = await bus.directLastMessage('body', subject);
  return decodeBody(subject, message?.text ?? '');
}

async function eventOf(promptId: string) {
  const subject = stateSubject('prompt', promptId);
  const message = await bus.directLastMessage('state', subject);
  return decodeEvent(subject, message?.text ?? '');
}

/** As lists show a version. */
function listed({ input_schema: _, ...version }: ReturnType<typeof versionOf>): object {
  return version;
}

describe('a conversation', () => {
  it('is saved as it was written, with the program that it is linked to', async () => {
    const { id, call } = await newPrompt();
    const created = await call('POST', '', { messages: CHAT, config: { model: 'm', temperature: 0.2 } });
    expect(created.status).toBe(201);
    expect(versionOf(created)).toMatchObject({
      kind: 'chat',
      note: '',
      template: PROGRAM,
      messages: CHAT,
      config: { model: 'm', temperature: 0.2 },
      variables: [
        { path: 'history', required: false, shape: 'list' },
        { path: 'question', required: true, shape: 'scalar' },
      ],
    });
    expect(versionOf(created)).not.toHaveProperty('program');
    expect(versionOf(await call('GET', '/1'))).toEqual(versionOf(created));
    expect((await call('GET')).body).toEqual({ versions: [listed(versionOf(created))] });
    const program = {
      template: PROGRAM,
      outline: OUTLINE,
      sources: SOURCES,
      config: '{"model":"m","temperature":0.2}',
      schema: versionOf(created).input_schema,
    };
    const shown = { ...versionOf(created), program };
    expect(versionOf(await call('GET', '/1?include=program'))).toEqual(shown);
    await registry.prompts.tag(cast.editor, id, 1, 'prod');
    const prompt = `/v1/prompts/${id}`;
    for (const query of ['version=1&include=program', 'tag=prod&include=program']) {
      const { body } = await registry.call(cast.viewer, 'GET', `${prompt}?${query}`);
      expect(body).toMatchObject({ prompt: { id }, version: { ...shown, tags: ['prod'] } });
    }
    const { body } = await registry.call(cast.viewer, 'GET', `${prompt}?version=1`);
    expect(body).toEqual({ prompt: expect.anything(), version: { ...versionOf(created), tags: ['prod'] } });
  });

  it('is shown with its program alone: other words are refused, to those who may see the prompt', async () => {
    const { id, call, callAs } = await newPrompt();
    await call('POST', '', { messages: CHAT });
    const refusal = refused(400, 'invalid include, must be program or schema');
    const prompt = `/v1/prompts/${id}`;
    for (const include of ['programs', '']) {
      // Before what is wrong with the version, and after the caller's right.
      for (const version of ['1', '9']) {
        expect(errorOf(await call('GET', `/${version}?include=${include}`))).toEqual(refusal);
        const path = `${prompt}?version=${version}&include=${include}`;
        expect(errorOf(await registry.call(cast.viewer, 'GET', path))).toEqual(refusal);
      }
      expect(errorOf(await callAs(cast.outsider, 'GET', `/1?include=${include}`))).toEqual(
        refused(404, 'prompt not found'),
      );
      expect(errorOf(await registry.call(cast.outsider, 'GET', `${prompt}?include=${include}`))).toEqual(
        refused(404, 'prompt not found'),
      );
    }
  });

  it('with parts, or with a text alone, has what it was given and no more', async () => {
    const { call } = await newPrompt();
    const messages = [
      { role: 'system', template: '\n', parts: null, placeholder: null, weight: 7 },
      {
        role: 'user',
        parts: [
          { type: 'text', template: '{{.question}}' },
          { type: 'media', url: '{{.photo}}', media_type: 'image/png' },
          { type: 'media', url: 'https://example.com/a.png' },
        ],
      },
      { role: 'assistant', template: 'x{' },
      { placeholder: 'tools', required: true },
      { placeholder: 'more', required: false },
    ];
    const created = versionOf(await call('POST', '', { messages }));
    expect(created.messages).toEqual([{ role: 'system', template: '\n' }, ...messages.slice(1)]);
    expect(created).not.toHaveProperty('config');
    const text = versionOf(await call('POST', '', { template: 'x', messages: [] }));
    expect(text).toMatchObject({ kind: 'text', template: 'x' });
    for (const key of ['messages', 'config', 'program']) expect(text).not.toHaveProperty(key);
    expect(versionOf(await call('GET', '/2?include=program'))).toEqual({
      ...text,
      program: { template: 'x', schema: text.input_schema },
    });
    // What says nothing beside messages.
    expect(versionOf(await call('POST', '', { template: '', messages: HI })).kind).toBe('chat');
  });

  it('is published with outline, sources and configuration, as a body and when it goes live', async () => {
    const { id, call } = await newPrompt();
    await call('POST', '', { messages: CHAT, config: { seed: 7 } });
    for (const _ of ['stable', 'live']) expect((await call('POST', '/1/promote')).status).toBe(200);
    const program = { template: PROGRAM, outline: OUTLINE, sources: SOURCES, config: '{"seed":7}' };
    expect((await bodyOf(id, 1)).program).toEqual(program);
    expect(await eventOf(id)).toMatchObject({ state: { live: { number: 1, ...program } } });
    await call('POST', '/1/duplicate');
    expect((await bodyOf(id, 2)).program).toEqual(program);
    // A text has none of it.
    await call('PUT', '/2', { template: 'text', messages: [], config: {} });
    expect((await bodyOf(id, 2)).program).toEqual({ template: 'text' });
  });

  it('of many parts is linked elsewhere, with the same outcome', async () => {
    const { call } = await newPrompt();
    const parts = Array.from({ length: 20 }, (_, part) => ({ type: 'text', template: `{{.v}} ${part}` }));
    const messages = Array.from({ length: 100 }, () => ({ role: 'user', parts }));
    const created = await call('POST', '', { messages });
    expect(created.status).toBe(201);
    expect(versionOf(created)).toMatchObject({ messages, variables: [{ path: 'v', required: true }] });
    const broken = [...messages.slice(0, 99), { role: 'user', template: 'a\n{{foo}}' }];
    expect(errorOf(await call('POST', '', { messages: broken }))).toEqual(
      refused(400, 'invalid template: template: message 99:2: function "foo" not defined'),
    );
    expect(errorOf(await call('PUT', '/1', { messages: broken }))).toEqual(
      refused(400, 'invalid template: template: message 99:2: function "foo" not defined'),
    );
    expect(versionOf(await call('PUT', '/1', { messages: messages.slice(1) })).messages).toHaveLength(99);
  });
});

/** Bodies and their refusals; of several faults the first in the contract's order counts. */
const refusals: [body: unknown, status: number, error: string][] = [
  [{ template: 'a', messages: [{ role: 'robot', template: 'b' }] }, 400, 'give either template or messages'],
  [{ template: '{{', messages: HI, config: 1 }, 400, 'invalid request body'],
  [{}, 400, 'template is required'],
  [{ messages: [] }, 400, 'template is required'],
  [{ messages: null, note: 'x'.repeat(2_001) }, 400, 'template is required'],
  [{ template: '', messages: [] }, 400, 'template is required'],
  [
    { template: `{{${'x'.repeat(524_288)}`, config: { model: 1 } },
    400,
    'template must be at most 524288 bytes',
  ],
  [{ template: '{{', config: { model: 1 } }, 400, 'invalid template: template: :1: unclosed action'],
  [
    { template: 'a', config: { model: 1 }, note: 'x'.repeat(2_001) },
    400,
    'invalid config: config.model: must be a string',
  ],
  [{ template: 'a', note: 'x'.repeat(2_001) }, 400, 'note must be at most 2000 characters'],
  [{ template: 'a', note: '😀'.repeat(2_001) }, 400, 'note must be at most 2000 characters'],
  [{ template: 'a', note: 7 }, 400, 'invalid request body'],
  [{ template: 'a', note: 'a\0' }, 400, 'invalid request body'],
  [{ messages: {} }, 400, 'invalid request body'],
  [{ messages: ['user'] }, 400, 'invalid request body'],
  [{ messages: [null] }, 400, 'invalid request body'],
  [{ messages: [{ role: 7, template: 'a' }] }, 400, 'invalid request body'],
  [{ messages: [{ role: 'user', parts: [7] }] }, 400, 'invalid request body'],
  [{ messages: [{ placeholder: 'a', required: 'yes' }] }, 400, 'invalid request body'],
  [{ messages: [{ role: 'user', template: 'a\0' }] }, 400, 'invalid request body'],
  [{ template: 'a', config: [] }, 400, 'invalid request body'],
  [{ template: 'a', config: 'model' }, 400, 'invalid request body'],
  [{ template: 'a', config: { a: 'b\0' } }, 400, 'invalid request body'],
  // Both are wrong in the second message only: messages come before templates.
  [
    {
      messages: [
        { role: 'user', template: '{{' },
        { role: 'robot', template: 'b' },
      ],
    },
    400,
    'invalid messages: messages.1.role: must be system, user or assistant',
  ],
  [
    { messages: [{ role: 'user', template: '{{' }], config: { model: 1 } },
    400,
    'invalid template: template: message 0:1: unclosed action',
  ],
  [
    {
      messages: [
        { role: 'user', template: '{{define "x"}}a{{end}}' },
        { placeholder: 'history' },
        { role: 'user', template: '\n{{define "x"}}b{{end}}' },
      ],
    },
    400,
    'invalid template: template: message 2:2: template: multiple definition of template "x"',
  ],
  [
    { messages: [{ role: 'user', template: '{{template "message 0" .}}' }] },
    400,
    'invalid template: template: message 0:1: the name "message 0" is reserved',
  ],
  [
    {
      messages: [
        {
          role: 'user',
          parts: [
            { type: 'text', template: 'a' },
            { type: 'media', url: '{{.}' },
          ],
        },
      ],
    },
    400,
    `invalid template: template: message 0.1:1: bad character U+007D '}'`,
  ],
  [
    { messages: [HI[0], { role: 'user', template: 'x'.repeat(524_288) }], note: 'x'.repeat(2_001) },
    400,
    'note must be at most 2000 characters',
  ],
  [
    { messages: [HI[0], { role: 'user', template: 'x'.repeat(524_288) }] },
    422,
    'program must be at most 524288 bytes',
  ],
];

const entry = (fields: object) => ({ messages: [fields] });
const part = (fields: object) => entry({ role: 'user', parts: [fields] });
const many = <T>(count: number, value: T) => new Array<T>(count).fill(value);

/** What is wrong with messages, after `invalid messages: messages`. */
const faults: [body: unknown, fault: string][] = [
  [{ messages: many(101, HI[0]) }, ': must have from 1 to 100 entries'],
  [entry({}), '.0: needs one of template, parts and placeholder'],
  [entry({ role: 'user' }), '.0: needs one of template, parts and placeholder'],
  [entry({ role: 'user', template: 'a', parts: [] }), '.0: needs one of template, parts and placeholder'],
  [
    entry({ role: 'user', template: 'a', placeholder: 'b' }),
    '.0: needs one of template, parts and placeholder',
  ],
  [entry({ template: 'a' }), '.0.role: must be system, user or assistant'],
  [entry({ role: 'tool', template: 'a' }), '.0.role: must be system, user or assistant'],
  [entry({ role: 'user', template: '' }), '.0.template: must not be empty'],
  [entry({ role: 'user', parts: [] }), '.0.parts: must not be empty'],
  [
    entry({ role: 'system', parts: [{ type: 'text', template: 'a' }] }),
    '.0.parts: a system message has no parts',
  ],
  [
    entry({ role: 'user', parts: many(21, { type: 'text', template: 'a' }) }),
    '.0.parts: must have at most 20 parts',
  ],
  [part({ template: 'a' }), '.0.parts.0.type: must be text or media'],
  [part({ type: 'image', url: 'a' }), '.0.parts.0.type: must be text or media'],
  [part({ type: 'text', url: 'a' }), '.0.parts.0.template: must not be empty'],
  [part({ type: 'media', template: 'a' }), '.0.parts.0.url: must not be empty'],
  [part({ type: 'media', url: 'a', media_type: 'png' }), '.0.parts.0.media_type: must be a media type'],
  [part({ type: 'media', url: 'a', media_type: 'Image/png' }), '.0.parts.0.media_type: must be a media type'],
  [entry({ placeholder: '' }), '.0.placeholder: must be a name of letters, digits and underscores'],
  [entry({ placeholder: '1st' }), '.0.placeholder: must be a name of letters, digits and underscores'],
  [entry({ placeholder: 'a-b' }), '.0.placeholder: must be a name of letters, digits and underscores'],
  [entry({ placeholder: 'a\n' }), '.0.placeholder: must be a name of letters, digits and underscores'],
  [
    entry({ placeholder: 'a'.repeat(65) }),
    '.0.placeholder: must be a name of letters, digits and underscores',
  ],
  [{ messages: [{ placeholder: 'a' }, ...HI, { placeholder: 'a' }] }, '.2.placeholder: occurs twice'],
];

const deep = (levels: number): object => (levels === 1 ? {} : { a: deep(levels - 1) });

/** What is wrong with a configuration, after `invalid config: config`. */
const configFaults: [config: object, fault: string][] = [
  [{ model: null }, '.model: must be a string'],
  [{ max_tokens: 0 }, '.max_tokens: must be an integer of at least 1'],
  [{ max_tokens: 1.5 }, '.max_tokens: must be an integer of at least 1'],
  [{ max_tokens: '1' }, '.max_tokens: must be an integer of at least 1'],
  [{ max_tokens: JSON.rawJSON('1.00000000000000000001') }, '.max_tokens: must be an integer of at least 1'],
  [{ temperature: '0' }, '.temperature: must be a number'],
  [{ temperature: null }, '.temperature: must be a number'],
  [{ top_p: [1] }, '.top_p: must be a number'],
  [{ stop: 'x' }, '.stop: must be a list of at most 16 strings'],
  [{ stop: many(17, 'x') }, '.stop: must be a list of at most 16 strings'],
  [{ stop: ['x', 1] }, '.stop.1: must be a string'],
  [{ seed: 0.5 }, '.seed: must be an integer'],
  [{ response_schema: [] }, '.response_schema: must be an object'],
  [{ response_schema: {} }, '.response_schema.schema: must be an object'],
  [{ response_schema: { schema: {}, name: 1 } }, '.response_schema.name: must be a string'],
  [{ response_schema: { schema: {}, strict: 1 } }, '.response_schema.strict: must be true or false'],
  [{ tools: {} }, '.tools: must be a list of at most 128 tools'],
  [{ tools: many(129, { name: 'x' }) }, '.tools: must be a list of at most 128 tools'],
  [{ tools: ['x'] }, '.tools.0: must be an object'],
  [{ tools: [{}] }, '.tools.0.name: must be 1 to 64 letters, digits, underscores and dashes'],
  [{ tools: [{ name: 'a b' }] }, '.tools.0.name: must be 1 to 64 letters, digits, underscores and dashes'],
  [{ tools: [{ name: 'a', description: 1 }] }, '.tools.0.description: must be a string'],
  [{ tools: [{ name: 'a', parameters: [] }] }, '.tools.0.parameters: must be an object'],
  [{ tool_choice: 'any' }, '.tool_choice: must be auto, none, required or an object with a name'],
  [{ tool_choice: {} }, '.tool_choice.name: must be 1 to 64 letters, digits, underscores and dashes'],
  [{ openai: 1 }, '.openai: must be an object'],
  [{ anthropic: [] }, '.anthropic: must be an object'],
  [{ gemini: null }, '.gemini: must be an object'],
  [{ x: 'é'.repeat(32_768) }, ': must be at most 65536 bytes'],
  [deep(33), ': must be at most 32 levels deep'],
  [{ x: { y: [1, JSON.rawJSON('1e999')] } }, '.x.y.1: must be within the range of a 64-bit float'],
];

describe('create', () => {
  it('refuses, of several faults for the first one', async () => {
    const { call } = await newPrompt();
    for (const [body, status, error] of refusals)
      expect(errorOf(await call('POST', '', body)), error).toEqual(refused(status, error));
    expect((await call('GET')).body).toEqual({ versions: [] });
  });

  it('refuses messages that are none', async () => {
    const { call } = await newPrompt();
    for (const [body, fault] of faults)
      expect(errorOf(await call('POST', '', body))).toEqual(
        refused(400, `invalid messages: messages${fault}`),
      );
  });

  it('refuses a configuration whose known keys hold something else', async () => {
    const { call } = await newPrompt();
    for (const [config, fault] of configFaults) {
      const reply = await call('POST', '', { template: 'a', config });
      expect(errorOf(reply), fault).toEqual(refused(400, `invalid config: config${fault}`));
    }
  });

  it('keeps the value of a number, not its notation', async () => {
    const { id } = await newPrompt();
    const { teamId, editor } = cast;
    const send = async (method: string, path: string, body?: string) => {
      const headers = { authorization: `Bearer ${editor.token}`, 'content-type': 'application/json' };
      const reply = await fetch(`${registry.url}${path}`, {
        method,
        headers,
        ...(body !== undefined && { body }),
      });
      return { status: reply.status, text: await reply.text() };
    };
    const written = '{"temperature":0.20,"big":12345678901234567890.50,"y":1.0,"e":1E2,"tiny":1e-400}';
    const kept = '"config":{"temperature":0.2,"big":12345678901234567890.50,"y":1,"e":100,"tiny":1e-400}';
    const versions = `/v1/prompts/${id}/versions`;
    const created = await send('POST', versions, `{"template":"a","config":${written}}`);
    expect(created).toEqual({ status: 201, text: expect.stringContaining(kept) });
    expect((await send('PUT', `${versions}/1`, `{"config":${written}}`)).text).toContain(kept);
    expect((await send('GET', `${versions}/1`)).text).toContain(kept);
    expect((await send('GET', `/v1/teams/${teamId}/export`)).text).toContain(kept);
    const beyond = await send('POST', versions, '{"template":"a","config":{"x":1e400}}');
    expect(beyond.status).toBe(400);
  });

  it('takes any other configuration, and keeps order and digits', async () => {
    const { id, call } = await newPrompt();
    const config = {
      zeta: [null, { b: 1, a: 2 }],
      model: '',
      max_tokens: JSON.rawJSON('12345678901234567890'),
      temperature: 0,
      top_p: -1e-7,
      stop: [],
      seed: -1,
      response_schema: { schema: { type: 'object', properties: { z: {}, a: {} } }, strict: false, more: 1 },
      tools: [{ name: 'find-it_2', parameters: {}, more: [] }],
      tool_choice: { name: 'find-it_2' },
      gemini: { x: JSON.rawJSON('0.1000000000000000055511151231257827') },
      __proto: 1,
      deep: deep(31),
    };
    const text = JSON.stringify(config);
    expect((await call('POST', '', { template: 'a', config })).status).toBe(201);
    expect((await bodyOf(id, 1)).program?.config).toBe(text);
    for (const [method, path, sent] of [
      ['GET', '/1', undefined],
      ['GET', '/1?include=program', undefined],
      ['GET', '', undefined],
      ['POST', '/1/tags', '{"tag":"prod"}'],
    ] as const) {
      const reply = await fetch(`${registry.url}/v1/prompts/${id}/versions${path}`, {
        method,
        headers: { authorization: `Bearer ${cast.editor.token}`, 'content-type': 'application/json' },
        ...(sent !== undefined && { body: sent }),
      });
      expect(await reply.text(), path).toContain(`"config":${text}`);
    }
    const { body } = await call('POST', '/1/duplicate');
    expect(body).toMatchObject({ version: { version: 2 } });
    expect((await bodyOf(id, 2)).program?.config).toBe(text);
    for (const choice of ['auto', 'none', 'required']) {
      const reply = await call('POST', '', { template: 'a', config: { tool_choice: choice } });
      expect(versionOf(reply).config).toEqual({ tool_choice: choice });
    }
    const largest = { x: 'x'.repeat(65_536 - '{"x":""}'.length) };
    expect((await call('POST', '', { template: 'a', config: largest })).status).toBe(201);
    expect(versionOf(await call('POST', '', { template: 'a', config: {} }))).not.toHaveProperty('config');
  });

  it('notes why, and who: a person or a key', async () => {
    const { callAs } = await newPrompt();
    const note = '😀'.repeat(2_000);
    const byPerson = versionOf(await callAs(cast.editor, 'POST', '', { template: 'a', note }));
    expect(byPerson.note).toBe(note);
    expect(byPerson.created_by).toEqual({ kind: 'user', user_id: cast.editor.id, api_key_id: null });
    const byKey = versionOf(await callAs(cast.allKey, 'POST', '', { template: 'a' }));
    expect(byKey.created_by).toEqual({ kind: 'api-key', user_id: null, api_key_id: cast.allKey.id });
    expect(byKey.note).toBe('');
    const copy = versionOf(await callAs(cast.allKey, 'POST', '/1/duplicate'));
    expect(copy).toMatchObject({ note: '', created_by: byKey.created_by });
  });

  it('tells the audit that a version is a chat and why, and nothing of what it holds', async () => {
    const { id, call } = await newPrompt();
    await call('POST', '', { messages: HI, note: 'why' });
    await call('PUT', '/1', { messages: CHAT });
    await call('PUT', '/1', { messages: [], template: 'text' });
    const { body } = await registry.call(cast.viewer, 'GET', `/v1/prompts/${id}/audit?limit=3`);
    expect(body).toMatchObject({
      entries: [
        { action: 'version.updated', details: {} },
        { action: 'version.updated', details: { kind: 'chat' } },
        { action: 'version.created', details: { kind: 'chat' }, text: 'why' },
      ],
    });
    expect(JSON.stringify(body)).not.toMatch(/messages|template/);
  });
});

describe('update', () => {
  const tooLong = { note: 'x'.repeat(2_001) };
  const cases: [draft: 'text' | 'chat', body: object, status: number, error: string][] = [
    ['chat', { template: 'x' }, 422, 'version holds messages; send messages'],
    ['chat', { template: '{{', config: 1 }, 400, 'invalid request body'],
    ['chat', { template: '{{' }, 422, 'version holds messages; send messages'],
    ['chat', { template: 'x'.repeat(524_289) }, 422, 'version holds messages; send messages'],
    ['chat', { template: 'x', messages: HI }, 400, 'give either template or messages'],
    ['chat', { template: '' }, 400, 'template is required'],
    ['chat', {}, 400, 'template is required'],
    ['text', {}, 400, 'template is required'],
    ['text', { template: null, messages: null, config: null, note: null }, 400, 'template is required'],
    ['text', { template: '', note: 'b' }, 400, 'template is required'],
    ['chat', { messages: [] }, 400, 'invalid messages: messages: must have from 1 to 100 entries'],
    ['text', { messages: [], note: 'b' }, 400, 'invalid messages: messages: must have from 1 to 100 entries'],
    ['chat', { messages: [], template: '{{' }, 400, 'invalid template: template: :1: unclosed action'],
    ['chat', { config: { model: 1 }, ...tooLong }, 400, 'invalid config: config.model: must be a string'],
    ['chat', tooLong, 400, 'note must be at most 2000 characters'],
  ];

  it('refuses, of several faults for the first one', async () => {
    const { call } = await newPrompt();
    const text = versionOf(await call('POST', '', { template: 'a' }));
    const chat = versionOf(await call('POST', '', { messages: HI }));
    for (const [draft, body, status, error] of cases) {
      const { version } = draft === 'text' ? text : chat;
      expect(errorOf(await call('PUT', `/${version}`, body)), error).toEqual(refused(status, error));
    }
    expect((await call('GET')).body).toEqual({ versions: [chat, text].map(listed) });
  });

  it('changes what it is given and keeps the rest', async () => {
    const { call } = await newPrompt();
    const config = { model: 'm' };
    const first = versionOf(await call('POST', '', { messages: CHAT, config, note: 'one' }));
    const put = async (body: object) => versionOf(await call('PUT', '/1', body));
    expect(await put({ note: 'two' })).toEqual({ ...first, note: 'two' });
    expect(await put({ messages: HI })).toMatchObject({ messages: HI, config, note: 'two' });
    expect(await put({ config: { seed: 1 } })).toMatchObject({
      messages: HI,
      config: { seed: 1 },
      note: 'two',
    });
    const text = await put({ template: '{{.a}}', messages: [] });
    expect(text).toMatchObject({ kind: 'text', template: '{{.a}}', config: { seed: 1 }, note: 'two' });
    expect(text.variables).toMatchObject([{ path: 'a' }]);
    expect(text).not.toHaveProperty('messages');
    const alone = await put({ config: {}, note: '' });
    expect(alone.content_hash).not.toBe(text.content_hash);
    const { content_hash } = alone;
    expect(alone).toEqual({ ...text, config: undefined, note: '', content_hash });
    const chat = await put({ messages: CHAT });
    expect(chat).toEqual({ ...first, config: undefined, note: '', content_hash: chat.content_hash });
    // With the configuration of before, it is what it was.
    expect((await put({ config })).content_hash).toBe(first.content_hash);
  });

  it('raises the body’s revision when what renders changes, and the entity tag with every change', async () => {
    const { id, call } = await newPrompt();
    const tags = new Set([(await call('POST', '', { messages: HI })).headers.get('etag')]);
    const revision = async () => {
      const { state } = await eventOf(id);
      const [, , bodyRevision] =
        z.object({ versions: z.array(z.tuple([z.int(), z.string(), z.int()])) }).parse(state).versions[0] ??
        [];
      return bodyRevision;
    };
    expect(await revision()).toBe(1);
    for (const [body, expected] of [
      [{ note: 'a' }, 1],
      [{ note: 'b' }, 1],
      [{ config: { seed: 1 } }, 2],
      [{ config: { seed: 2 }, note: 'c' }, 3],
      [{ messages: CHAT }, 4],
    ] as const) {
      tags.add((await call('PUT', '/1', body)).headers.get('etag'));
      expect(await revision()).toBe(expected);
      expect(await bodyOf(id, 1)).toMatchObject({ revision: expected });
    }
    expect(tags.size).toBe(6);
    expect((await bodyOf(id, 1)).program).toMatchObject({ template: PROGRAM, config: '{"seed":2}' });
  });

  it('of two with one If-Match lets one through', async () => {
    const { call } = await newPrompt();
    const etag = (await call('POST', '', { messages: HI })).headers.get('etag') ?? '';
    for (const bodies of [
      [{ note: 'a' }, { note: 'b' }],
      [{ config: { seed: 1 } }, { messages: CHAT }],
    ]) {
      const seen = (await call('GET', '/1')).headers.get('etag') ?? '';
      const replies = await Promise.all(bodies.map((body) => call('PUT', '/1', body, { 'if-match': seen })));
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 412]);
    }
    expect((await call('PUT', '/1', { note: 'c' }, { 'if-match': etag })).status).toBe(412);
    // The content is judged before the tag.
    expect(errorOf(await call('PUT', '/1', { template: 'x' }, { 'if-match': etag }))).toEqual(
      refused(422, 'version holds messages; send messages'),
    );
  });

  it('of what has left draft is refused, and by the database whatever the column', async () => {
    const { id, call } = await newPrompt();
    await call('POST', '', { messages: CHAT, config: { seed: 1 }, note: 'why' });
    await call('POST', '/1/promote');
    for (const body of [{ note: 'x' }, { config: {} }, { messages: HI }, { template: 'x' }, {}])
      expect(errorOf(await call('PUT', '/1', body))).toEqual(
        refused(422, 'only draft versions can be modified'),
      );
    for (const change of [
      `template = 'x'`,
      `body_revision = body_revision + 1`,
      `note = 'x'`,
      `messages = '[]'`,
      `messages = null, outline = null`,
      `config = '{"seed":2}'`,
      `config = null`,
      `outline = '[]'`,
      `sources = null`,
      `actor_id = gen_random_uuid()`,
      `actor_kind = 'api-key'`,
      `actor_kind = null, actor_id = null`,
    ])
      await expect(
        registry.pool.query(`update prompt_versions set ${change} where prompt_id = $1`, [id]),
        change,
      ).rejects.toThrow('is immutable: it is no draft');
    // Whose content the tables would not hold.
    await call('POST', '', { messages: CHAT });
    for (const change of [
      `messages = null`,
      `outline = null`,
      `note = repeat('x', 2001)`,
      `config = to_json(repeat('x', 65535))`,
      `actor_kind = 'robot'`,
      `actor_kind = null`,
    ])
      await expect(
        registry.pool.query(`update prompt_versions set ${change} where prompt_id = $1 and version = 2`, [
          id,
        ]),
        change,
      ).rejects.toThrow('violates check constraint');
  });
});

describe('a check of a chat', () => {
  const messages = [
    { role: 'system', template: 'Be {{.mood}}.' },
    { role: 'user', template: '{{if .vip}}I am a guest.{{end}}' },
    { placeholder: 'history', required: true },
    { role: 'user', template: '{{.question}}' },
  ];
  const history = [{ role: 'assistant', content: null, tool_calls: [{ id: 'c1' }] }];

  async function prepared() {
    const { id, call } = await newPrompt();
    await call('POST', '', { messages: [{ role: 'user', template: '{{.question}}' }] });
    for (const _ of ['stable', 'live']) await call('POST', '/1/promote');
    await call('POST', '', { messages });
    const add = (name: string, variables: object) =>
      registry.prompts.createPayload(cast.editor, id, { name, variables });
    await add('good', { mood: 'kind', vip: false, question: 'Why?', history });
    return { id, call, add };
  }

  it('renders messages, and compares transcripts', async () => {
    const { call, add } = await prepared();
    await add('no list', { mood: 'kind', vip: false, question: 'Why?', history: 'x' });
    await add('none', { mood: 'kind', vip: false, question: 'Why?' });
    await add('no mood', { vip: false, question: 'Why?', history: [] });
    const { body } = await call('POST', '/2/check');
    const live = {
      outcome: 'rendered',
      rendered: 'user:\nWhy?\n\n',
      error: null,
      messages: [{ role: 'user', content: 'Why?' }],
    };
    const failed = (error: string) => ({ outcome: 'failed', rendered: null, error });
    expect(body).toEqual({
      check: {
        version: 2,
        live_version: 1,
        base_version: 1,
        passed: false,
        failed: 3,
        warnings: 0,
        payloads_digest: expect.stringMatching(/^sha256:/),
        new_variables: ['mood', 'vip', 'history'],
        contract: {
          breaks: expect.arrayContaining(['added required history', 'added required mood']),
          notices: [],
        },
        payloads: [
          {
            payload_id: expect.any(String),
            name: 'good',
            violations: null,
            assertions: [],
            version: {
              outcome: 'rendered',
              rendered: 'system:\nBe kind.\n\nuser:\n\n\nassistant:\n\n\nuser:\nWhy?\n\n',
              error: null,
              messages: [
                { role: 'system', content: 'Be kind.' },
                ...history,
                { role: 'user', content: 'Why?' },
              ],
            },
            live,
            diff: '--- live\n+++ version\n@@ -1,3 +1,12 @@\n+system:\n+Be kind.\n+\n+user:\n+\n+\n+assistant:\n+\n+\n user:\n Why?\n \n',
          },
          ...[
            ['no list', 'invalid variables: history must be a list of messages'],
            ['none', 'invalid variables: missing history'],
            [
              'no mood',
              'template execution failed: template: message 0:1:5: executing "message 0" at <.mood>: map has no entry for key "mood"',
            ],
          ].map(([name, error]) => ({
            payload_id: expect.any(String),
            name,
            version: failed(String(error)),
            violations: expect.objectContaining({ unknown: [] }),
            assertions: [],
            live,
            diff: null,
          })),
        ],
      },
    });
    expect(errorOf(await call('POST', '/2/promote?require=payloads'))).toEqual(
      refused(409, 'payloads fail with this version: no list, none, no mood'),
    );
  });

  it('guards a promotion', async () => {
    const { call } = await prepared();
    expect(versionOf(await call('POST', '/2/promote?require=payloads')).status).toBe('stable');
  });

  it('that takes long is answered as every other', async () => {
    const { id, call } = await newPrompt();
    const heavy = '{{range 300}}{{range 1000}}{{if eq $.a $.b}}same{{end}}{{end}}{{end}}{{.a}}';
    await call('POST', '', { messages: [{ placeholder: 'history' }, { role: 'user', template: heavy }] });
    const variables = { a: 'é'.repeat(25), b: 'è'.repeat(25), history };
    await registry.prompts.createPayload(cast.editor, id, { variables });
    await registry.prompts.createPayload(cast.editor, id, { variables: { ...variables, history: [1] } });
    const { body } = await call('POST', '/1/check');
    expect(body).toMatchObject({
      check: {
        payloads: [
          { version: { messages: [...history, { role: 'user', content: variables.a }] } },
          { version: { error: 'invalid variables: history must be a list of messages' } },
        ],
      },
    });
  });
});

describe('a diff', () => {
  const diffOf = async (draft: object, other: object, query = '') => {
    const { call } = await newPrompt();
    await call('POST', '', draft);
    await call('POST', '', other);
    return (await call('GET', `/diff?from=1&to=2${query}`)).body;
  };

  it('of two chats shows messages as people write them, and the configuration with sorted keys', async () => {
    const body = await diffOf(
      { messages: CHAT, config: { model: 'm', max_tokens: JSON.rawJSON('12345678901234567890') } },
      {
        messages: [
          CHAT[0],
          { placeholder: 'history', required: true },
          { role: 'user', template: 'user:\n{{.question}}' },
        ],
        config: { seed: 1, model: 'm' },
      },
    );
    const config = '{\n  "max_tokens": 12345678901234567890,\n  "model": "m"\n}';
    const other = '{\n  "model": "m",\n  "seed": 1\n}';
    const text = 'system:\nBe kind.\n\nplaceholder: history?\n\nuser:\n{{.question}}';
    expect(body).toEqual({
      from_version: 1,
      to_version: 2,
      from_template: PROGRAM,
      to_template: expect.stringContaining('{{define "message 2"}}user:\n{{.question}}{{end}}'),
      diff: expect.stringMatching(/^--- v1\n\+\+\+ v2\n/),
      sections: [
        {
          name: 'messages',
          from: text,
          to: 'system:\nBe kind.\n\nplaceholder: history\n\nuser:\n\\user:\n{{.question}}',
          diff: '--- v1\n+++ v2\n@@ -1,7 +1,8 @@\n system:\n Be kind.\n \n-placeholder: history?\n+placeholder: history\n \n user:\n+\\user:\n {{.question}}\n',
        },
        {
          name: 'config',
          from: config,
          to: other,
          diff: '--- v1\n+++ v2\n@@ -1,4 +1,4 @@\n {\n-  "max_tokens": 12345678901234567890,\n-  "model": "m"\n+  "model": "m",\n+  "seed": 1\n }\n',
        },
      ],
    });
  });

  it('of a text and a chat, or of texts with a configuration, has the sections of either', async () => {
    expect(await diffOf({ template: 'a' }, { messages: HI }, '&format=structured')).toMatchObject({
      from_template: 'a',
      hunks: expect.any(Array),
      sections: [
        {
          name: 'messages',
          from: null,
          to: 'user:\nHi',
          diff: '--- v1\n+++ v2\n@@ -0,0 +1,2 @@\n+user:\n+Hi\n',
        },
      ],
    });
    expect(await diffOf({ template: 'a', config: { seed: 1 } }, { template: 'a' })).toMatchObject({
      diff: '',
      sections: [{ name: 'config', from: '{\n  "seed": 1\n}', to: null }],
    });
    expect(await diffOf({ template: 'a' }, { template: 'b' })).not.toHaveProperty('sections');
  });

  it('of large ones is made elsewhere, with the same answer', async () => {
    const messages = Array.from({ length: 100 }, (_, index) => ({
      role: 'user',
      template: `line ${index}\n`.repeat(20),
    }));
    const config = { list: Array.from({ length: 5_000 }, (_, index) => index) };
    const body = await diffOf(
      { messages, config },
      { messages: messages.slice(1), config: { ...config, a: 1 } },
    );
    expect(body).toMatchObject({
      sections: [
        { name: 'messages', diff: expect.stringContaining(`-line 0\n`) },
        {
          name: 'config',
          diff: '--- v1\n+++ v2\n@@ -1,4 +1,5 @@\n {\n+  "a": 1,\n   "list": [\n     0,\n     1,\n',
        },
      ],
    });
  });
});

describe('validation', () => {
  const validate = async (body: object) => {
    const reply = await registry.call(cast.viewer, 'POST', '/v1/templates/validate', body);
    return reply.status === 200 ? reply.body : errorOf(reply);
  };
  const invalid = (message: string, source: string, line = 0, column = 0) => ({
    valid: false,
    variables: [],
    error: { message, line, column, source },
  });

  it('tells what a conversation reads', async () => {
    expect(await validate({ messages: CHAT, config: { model: 'm' } })).toEqual({
      valid: true,
      variables: [
        { path: 'history', required: false, shape: 'list' },
        { path: 'question', required: true, shape: 'scalar' },
      ],
      error: null,
      input_schema: {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        properties: {
          history: {
            type: ['array', 'null'],
            items: { type: 'object', properties: { role: { type: 'string' } }, required: ['role'] },
          },
          question: {},
        },
        required: ['question'],
      },
    });
  });

  it('tells which text is broken, and where', async () => {
    const parts = [
      { type: 'text', template: 'é{{.a}}' },
      { type: 'media', url: 'a\n {{foo}}' },
    ];
    expect(await validate({ messages: [...HI, { role: 'user', parts }] })).toMatchObject(
      invalid('template: message 1.1:2: function "foo" not defined', 'message 1.1', 2, expect.any(Number)),
    );
    expect(await validate({ messages: [{ role: 'user', template: '{{' }] })).toMatchObject(
      invalid('template: message 0:1: unclosed action', 'message 0', 1, expect.any(Number)),
    );
    expect(await validate({ template: 'a\n{{foo}}', config: {} })).toMatchObject(
      invalid('template: :2: function "foo" not defined', 'prompt', 2, expect.any(Number)),
    );
    expect(await validate({ template: '{{' })).toMatchObject({ valid: false, error: { line: 1 } });
    expect(await validate({ template: '{{' })).not.toHaveProperty('error.source');
  });

  it('tells what is wrong with messages and configurations', async () => {
    expect(await validate({ messages: [{ role: 'robot', template: 'a' }] })).toEqual(
      invalid('messages.0.role: must be system, user or assistant', 'message 0'),
    );
    expect(await validate(part({ type: 'media' }))).toEqual(
      invalid('messages.0.parts.0.url: must not be empty', 'message 0.0'),
    );
    expect(await validate({ messages: many(101, HI[0]) })).toEqual(
      invalid('messages: must have from 1 to 100 entries', 'prompt'),
    );
    expect(await validate({ template: 'a', config: { seed: 'x' } })).toEqual(
      invalid('config.seed: must be an integer', 'config'),
    );
    expect(await validate({ messages: many(2, { role: 'user', template: 'x'.repeat(300_000) }) })).toEqual(
      invalid('program must be at most 524288 bytes', 'prompt'),
    );
  });

  it('refuses what is no content', async () => {
    expect(await validate({ template: 'a', messages: HI })).toEqual(
      refused(400, 'give either template or messages'),
    );
    for (const body of [{}, { messages: [] }, { config: {} }, { note: 'x' }])
      expect(await validate(body)).toEqual(refused(400, 'template is required'));
    expect(await validate({ template: 'a', config: [] })).toEqual(refused(400, 'invalid request body'));
  });
});
