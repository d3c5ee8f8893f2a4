/** The TypeScript SDK in the modes that hold prompts, against the real render service. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  InvalidRequestError,
  NotFoundError,
  type PromptChange,
  Px0,
  type Px0Options,
  UnauthorizedError,
  UnreachableError,
} from '@px0/sdk';
import { linkChat } from '@px0/template';
import { eventually, temporaryFolder } from '@px0/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RenderFixture } from '../../services/render/test/render-fixture.ts';
import { WRITTEN_MS } from './programs.ts';

let render: RenderFixture;
let folder: string;
const clients: Px0[] = [];

beforeAll(async () => {
  render = await RenderFixture.start();
  folder = await temporaryFolder('sdk-delivery');
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});
afterAll(async () => {
  await render.stop();
  await rm(folder, { recursive: true });
});

const live = (number: number, template: string) => ({ number, template, status: 'live' as const });

async function place() {
  const { orgId, teamId } = await render.organization();
  const key = await render.identity.createKey(orgId, { operation: 'read_render' });
  await render.caughtUp(key.token);
  return { orgId, teamId, key };
}

function clientOf(accessToken: string, options: Px0Options = {}): Px0 {
  // A paused machine must not look like a px0 that does not answer.
  const limits = { timeoutMs: 60_000, attemptTimeoutMs: 20_000 };
  const client = new Px0({ host: render.url, accessToken, ...limits, ...options });
  clients.push(client);
  return client;
}

function errorOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe.each(['poll', 'stream'] as const)('a client in mode %s', (mode) => {
  it('renders byte for byte what px0 renders, texts and chats, and fails with the same words', async () => {
    const { teamId, key } = await place();
    const chat = linkChat([
      { role: 'system', template: 'You are {{.mood}}.' },
      { placeholder: 'history' },
      { role: 'user', parts: [{ type: 'text', template: '{{.question}}' }] },
    ]);
    await render.prompt({
      teamId,
      slug: 'greeting',
      versions: [
        live(2, 'Hello {{.name}} {{1.50}} {{printf "%q" .name}}'),
        { number: 3, template: 'Draft {{.name}}' },
      ],
      tags: { beta: 3, prod: 2, also: 2 },
    });
    await render.prompt({
      teamId,
      slug: 'tutor',
      versions: [{ ...live(1, chat.template), ...chat, config: '{"model":"m","seed":1}' } as never],
    });
    await render.prompt({ teamId, slug: 'undecided', versions: [{ number: 1, template: 'x' }] });
    await render.caughtUp(key.token);
    const held = clientOf(key.token, { mode, remoteWhenNeeded: false });
    const remote = clientOf(key.token, { mode: 'remote', cache: false });
    expect(await held.ready({ timeoutMs: 60_000 })).toBe(true);
    const variables = {
      name: 'Ada "L"',
      mood: 'patient',
      question: '?',
      history: [{ role: 'user', content: 'Hi' }],
    };
    for (const [slug, options] of [
      ['greeting', {}],
      ['greeting', { tag: 'beta' }],
      ['greeting', { version: 2 }],
      ['tutor', {}],
      ['tutor', { transcript: true }],
    ] as const) {
      const here = await held.render(slug, variables, options);
      const there = await remote.render(slug, variables, options);
      // The attributes say the same as these.
      const {
        source,
        promptId,
        teamId: team,
        revision,
        ageMs,
        attributes: _attributes,
        ...rest
      } = { ...here, text: here.text };
      const {
        source: _,
        promptId: __,
        teamId: ___,
        revision: ____,
        ageMs: _____,
        attributes: ______,
        ...other
      } = { ...there, text: there.text };
      expect(rest).toEqual(other);
      expect({ source, team, stale: here.stale }).toEqual({ source: mode, team: teamId, stale: false });
      expect(promptId).toMatch(/^[0-9a-f-]{36}$/);
      expect(revision).not.toBeNull();
      expect(ageMs).toBeGreaterThanOrEqual(0);
    }
    for (const [slug, given, options, type] of [
      ['greeting', {}, {}, InvalidRequestError],
      ['tutor', {}, {}, InvalidRequestError],
      ['tutor', { ...variables, history: 'none' }, {}, InvalidRequestError],
      ['greeting', variables, { tag: 'gone' }, NotFoundError],
      ['undecided', {}, {}, NotFoundError],
      ['missing', {}, {}, NotFoundError],
    ] as const) {
      const [here, there] = await Promise.all(
        [held, remote].map((client) => errorOf(client.render(slug, given, options))),
      );
      expect(here).toBeInstanceOf(type);
      expect(here).not.toHaveProperty('hint');
      // Only px0 says what may help.
      Reflect.deleteProperty(Object(there), 'hint');
      expect(here).toEqual(there);
    }
  });

  it('hears of a promotion, tells its listeners, and renders the new version', async () => {
    const { teamId, key } = await place();
    const id = await render.prompt({ teamId, slug: 'greeting', versions: [live(1, 'one')] });
    await render.caughtUp(key.token);
    const client = clientOf(key.token, { mode });
    const changes: PromptChange[] = [];
    client.on('change', 'greeting', (change) => changes.push(change));
    await client.ready({ timeoutMs: 60_000 });
    await render.prompt({ id, teamId, slug: 'greeting', versions: [live(2, 'two')] });
    await eventually(async () => {
      // What is polled is asked for at once.
      client.reconnect();
      const result = await client.render('greeting');
      expect(result).toMatchObject({ text: 'two', version: 2, source: mode });
      return result;
    });
    // Listeners are told after the state was applied.
    await eventually(() => changes.length > 0);
    expect(changes).toMatchObject([{ kind: 'live', promptId: id, before: { live: 1 }, after: { live: 2 } }]);
  });

  it('renders nothing any more when its key is revoked, a fallback notwithstanding, and empties its file', async () => {
    const { teamId, key } = await place();
    await render.prompt({ teamId, slug: 'greeting', versions: [live(1, 'a secret text')] });
    await render.caughtUp(key.token);
    const stateFile = join(folder, `revoked-${mode}.ndjson`);
    const client = clientOf(key.token, { mode, stateFile, fallbacks: { greeting: 'fallback' } });
    await client.ready({ timeoutMs: 60_000 });
    await eventually(async () => (await readFile(stateFile, 'utf8')).includes('a secret text'), {
      timeoutMs: WRITTEN_MS,
    });
    await render.contexts.remove('apiKey', key.id);
    await eventually(async () => {
      client.reconnect();
      return (await errorOf(client.render('greeting'))) instanceof UnauthorizedError;
    });
    await eventually(async () => !(await readFile(stateFile, 'utf8')).includes('a secret text'), {
      timeoutMs: WRITTEN_MS,
    });
    expect(client.status().state).toBe('refused');
  }, 180_000);

  it('starts from its file with everything away', async () => {
    const { teamId, key } = await place();
    await render.prompt({ teamId, slug: 'greeting', versions: [live(1, 'Hello {{.name}}')] });
    await render.caughtUp(key.token);
    const stateFile = join(folder, `cold-${mode}.ndjson`);
    const first = clientOf(key.token, { mode, stateFile });
    await first.ready({ timeoutMs: 60_000 });
    await first.close();
    const again = new Px0({
      host: render.url,
      accessToken: key.token,
      mode,
      stateFile,
      timeoutMs: 60_000,
      retries: 0,
      fetch: () => Promise.reject(new Error('there is no network')),
    });
    clients.push(again);
    const result = await again.render('greeting', { name: 'Grace' });
    expect(result).toMatchObject({ text: 'Hello Grace', source: 'snapshot', stale: true, version: 1 });
    await expect(again.render('unknown')).rejects.toThrow(UnreachableError);
    expect(await again.ready({ timeoutMs: 1 })).toBe(false);
  });
});

it('lets a program end that follows a stream', async () => {
  const { key } = await place();
  const program = `
    import { Px0 } from '@px0/sdk';
    const px0 = new Px0({ mode: 'stream' });
    console.log(await px0.ready({ timeoutMs: 60_000 }));
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: join(import.meta.dirname, '..', '..'),
    env: { ...process.env, PX0_HOST: render.url, PX0_ACCESS_TOKEN: key.token },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (piece) => (output += String(piece)));
  const [code] = await once(child, 'exit');
  expect({ code, output }).toEqual({ code: 0, output: 'true\n' });
});
