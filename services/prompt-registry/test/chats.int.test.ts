/** Versions that are conversations, and versions with a configuration. */
import { decodeBody, decodeEvent } from '@px0/contracts';
import type { Bus } from '@px0/event-bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { versionOf } from './prompts.ts';
import { errorOf, refused } from './replies.ts';
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

async function newPrompt() {
  const { id } = await registry.prompts.create(cast.editor, cast.teamId);
  return {
    id,
    call: (method: string, path = '', body?: unknown, headers?: Record<string, string>) =>
      registry.call(cast.editor, method, `/v1/prompts/${id}/versions${path}`, body, headers),
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

describe('a conversation', () => {
  it('is saved as it was written, with the program that it is linked to', async () => {
    const { call } = await newPrompt();
    const created = await call('POST', '', { messages: CHAT, config: { model: 'm', temperature: 0.2 } });
    expect(created.status).toBe(201);
    expect(versionOf(created)).toMatchObject({
      kind: 'chat',
      template: PROGRAM,
      messages: CHAT,
      config: { model: 'm', temperature: 0.2 },
    });
    expect(versionOf(created).variables).toEqual([
      { path: 'history', required: false, shape: 'list' },
      { path: 'question', required: true, shape: 'scalar' },
    ]);
    const { body } = await call('GET', '/1?include=program');
    expect(body).toMatchObject({
      version: {
        program: { template: PROGRAM, outline: OUTLINE, config: '{"model":"m","temperature":0.2}' },
      },
    });
    expect(versionOf(await call('GET', '/1'))).toEqual(versionOf(created));
    expect((await call('GET')).body).toEqual({ versions: [versionOf(created)] });
  });

  it('is published with its outline, sources and configuration, as a body and when it goes live', async () => {
    const { id, call } = await newPrompt();
    await call('POST', '', { messages: CHAT, config: { seed: 7 } });
    for (const _ of ['stable', 'live']) expect((await call('POST', '/1/promote')).status).toBe(200);
    const program = {
      template: PROGRAM,
      outline: OUTLINE,
      sources: [
        ['message 0', PROGRAM.indexOf('Be kind.'), 'Be kind.'.length, 0],
        ['message 2', PROGRAM.indexOf('{{.question}}'), '{{.question}}'.length, 0],
      ],
      config: '{"seed":7}',
    };
    const bodySubject = `px0.body.${id}.1`;
    const published = await bus.directLastMessage('body', bodySubject);
    expect(decodeBody(bodySubject, published?.text ?? '').program).toEqual(program);
    const subject = `px0.state.registry.prompt.${id}`;
    const event = await bus.directLastMessage('state', subject);
    expect(decodeEvent(subject, event?.text ?? '')).toMatchObject({
      state: { live: { number: 1, ...program } },
    });
  });
});

describe('create', () => {
  it('refuses what is neither text nor conversation', async () => {
    const { call } = await newPrompt();
    expect(
      errorOf(await call('POST', '', { template: 'a', messages: [{ role: 'user', template: 'b' }] })),
    ).toEqual(refused(400, 'give either template or messages'));
  });
});
