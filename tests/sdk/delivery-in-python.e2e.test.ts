import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, startTestPlatform, type TestPlatform, temporaryFolder } from '@px0/testing';
import { type Account, type Prompt, World } from '@px0/testing/world';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { Application, pythonSdk, type Question, type Sdk } from './programs.ts';

let platform: TestPlatform;
let world: World;
let account: Account;
let greeting: Prompt;
let folder: string;
let python: Sdk | string;

beforeAll(async () => {
  folder = await temporaryFolder('delivery-in-python');
  [python, platform] = await Promise.all([pythonSdk(), startTestPlatform()]);
  world = new World(platform);
  account = await world.account();
  greeting = await world.emptyPrompt(account.key, account.team, { slug: 'greeting' });
  await world.live(account.key, greeting, 'Hello, {{.name}}!');
}, 600_000);

afterAll(async () => {
  await platform?.stop();
  await rm(folder, { recursive: true, force: true });
});

type Mode = 'remote' | 'stream' | 'poll' | 'file';

/** An application in Python that renders in this mode, with a state file of this name. */
function applicationIn(context: TestContext, mode: Mode, file: string, token = account.key.token) {
  if (typeof python === 'string') return context.skip(`Python is missing: ${python}`);
  const env = { PX0_HOST: platform.gatewayUrl, PX0_ACCESS_TOKEN: token, PX0_MODE: mode };
  return new Application(python.lines, join(folder, file), env);
}

const hello = (name: string): Question => ({ slug: 'greeting', variables: { name } });

interface Vector {
  readonly id: string;
  readonly template: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly output?: string;
}

async function realisticVectors(): Promise<readonly Vector[]> {
  const vectors = join(import.meta.dirname, '..', '..', 'packages', 'template', 'test', 'vectors');
  const all: readonly Vector[] = JSON.parse(await readFile(join(vectors, 'templates-authored.json'), 'utf8'));
  const realistic = all.filter(({ id }) => id.startsWith('realistic/'));
  const rendering = new Set(
    realistic.filter(({ output }) => output !== undefined).map(({ template }) => template),
  );
  // Some are no templates at all.
  return realistic.filter(({ template }) => rendering.has(template));
}

/** Makes a prompt whose live version is this chat. */
async function liveChat(slug: string): Promise<void> {
  const { token } = account.key;
  const prompt = await world.emptyPrompt(account.key, account.team, { slug });
  const versions = `/v1/prompts/${prompt.id}/versions`;
  const body = {
    messages: [
      { role: 'system', template: 'You are a {{.mood}} tutor of {{upper .subject}}.' },
      { role: 'system', template: '{{if index . "vip"}}Be quick.{{end}}' },
      { placeholder: 'history', required: true },
      {
        role: 'user',
        parts: [
          { type: 'text', template: '{{template "ask" .}}' },
          { type: 'media', url: '{{.photo}}' },
        ],
      },
      { role: 'user', template: '{{define "ask"}}{{.question}}?{{end}}Thanks' },
    ],
    config: { model: 'm1', max_tokens: 100, temperature: 0.5 },
  };
  await world.gateway.call('POST', versions, { token, body });
  for (let step = 0; step < 2; step++) await world.gateway.call('POST', `${versions}/1/promote`, { token });
}

describe('prompts in a Python process', () => {
  it('are rendered there, and a promotion reaches them', async (context) => {
    await using application = applicationIn(context, 'stream', 'stream');
    expect(await application.ask(hello('Ada'))).toEqual({
      text: 'Hello, Ada!',
      source: 'stream',
      version: 1,
    });
    const prompt = await world.emptyPrompt(account.key, account.team, { slug: 'promoted' });
    for (const [index, word] of ['One', 'Two', 'Three'].entries()) {
      await world.live(account.key, prompt, `${word} {{.name}}`);
      const expected = { text: `${word} Ada`, source: 'stream', version: index + 1 };
      const promoted = { slug: 'promoted', variables: { name: 'Ada' }, fallback: 'not yet' };
      await eventually(async () => {
        const answer = await application.ask(promoted);
        return JSON.stringify(answer) === JSON.stringify(expected);
      });
    }
  });

  it('come by polling as well', async (context) => {
    await using application = applicationIn(context, 'poll', 'poll');
    expect(await application.ask(hello('Ada'))).toEqual({ text: 'Hello, Ada!', source: 'poll', version: 1 });
    expect(await application.ask({ slug: 'nothing', fallback: 'Hi' })).toEqual({
      error: 'not found',
      message: 'prompt not found',
    });
  });

  it('give byte for byte what px0 gives, texts, chats and errors', async (context) => {
    const vectors = await realisticVectors();
    const questions: Question[] = [];
    const templates = [...new Set(vectors.map(({ template }) => template))];
    for (const [index, template] of templates.entries()) {
      const slug = `realistic_${index}`;
      const prompt = await world.emptyPrompt(account.key, account.team, { slug });
      await world.live(account.key, prompt, template);
      const cases = vectors.filter((vector) => vector.template === template);
      questions.push(...cases.map(({ data }) => ({ slug, variables: data })), { slug, variables: {} });
    }
    await liveChat('tutor');
    const history = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: null, tool_calls: [{ id: 'c1', weight: 1e25, share: 0.1 }] },
    ];
    const variables = {
      mood: 'patient',
      subject: 'straße',
      question: 'Why',
      photo: 'https://x/p.png',
      history,
    };
    questions.push(
      { slug: 'tutor', variables },
      { slug: 'tutor', variables: { ...variables, vip: true, photo: 'data:image/png;base64,AA' } },
      { slug: 'tutor', variables: { ...variables, history: 'none' } },
      { slug: 'tutor', variables: { history } },
      { slug: 'tutor', variables: {} },
    );
    await using remote = applicationIn(context, 'remote', 'remote');
    await using here = applicationIn(context, 'stream', 'here');
    for (const question of questions) {
      const expected = await remote.ask(question);
      const source = Object.hasOwn(Object(expected), 'source') ? { source: 'stream' } : {};
      expect(await here.ask(question)).toEqual({ ...Object(expected), ...source });
    }
  });

  it('are gone and refused when px0 says so, a fallback notwithstanding', async (context) => {
    const { token, id } = await world.key(account, 'read_render');
    const prompt = await world.emptyPrompt(account.key, account.team, { slug: 'demoted' });
    await world.live(account.key, prompt, 'Here');
    const question: Question = { slug: 'demoted', fallback: 'Fallback' };
    await using application = applicationIn(context, 'stream', 'refused', token);
    expect(await application.ask(question)).toMatchObject({ text: 'Here', source: 'stream' });
    const file = join(folder, 'refused');
    await eventually(async () => existsSync(file) && (await readFile(file, 'utf8')).includes('Here'));
    await world.gateway.call('POST', `/v1/prompts/${prompt.id}/versions/1/demote`, {
      token: account.key.token,
    });
    await eventually(
      async () => JSON.stringify(await application.ask(question)).includes('no live version found'),
      { what: 'the demotion' },
    );
    await world.gateway.call('DELETE', `/v1/api-keys/${id}`, { token: account.token });
    await eventually(
      async () => JSON.stringify(await application.ask(hello('Ada'))).includes('unauthorized'),
      { what: 'the refusal' },
    );
    await application.close();
    expect(await readFile(file, 'utf8')).not.toContain('Hello');
  });

  it('go on while px0 is away, and start without it', async (context) => {
    {
      await using earlier = applicationIn(context, 'stream', 'earlier');
      expect(await earlier.ask(hello('Ada'))).toMatchObject({ source: 'stream' });
    }
    await using running = applicationIn(context, 'stream', 'running');
    expect(await running.ask(hello('Ada'))).toMatchObject({ source: 'stream' });
    await platform.pause();
    expect(await running.ask(hello('Grace'))).toEqual({
      text: 'Hello, Grace!',
      source: 'stream',
      version: 1,
    });
    await using started = applicationIn(context, 'stream', 'earlier');
    expect(await started.ask(hello('Edith'))).toEqual({
      text: 'Hello, Edith!',
      source: 'snapshot',
      version: 1,
    });
    expect(await started.ask({ slug: 'unknown' })).toMatchObject({ error: 'unreachable' });
    await using alone = applicationIn(context, 'file', 'earlier');
    expect(await alone.ask(hello('Edith'))).toEqual({
      text: 'Hello, Edith!',
      source: 'snapshot',
      version: 1,
    });
    await platform.resume();
    await world.live(account.key, greeting, 'Welcome back, {{.name}}!');
    for (const application of [running, started]) {
      await eventually(
        async () => JSON.stringify(await application.ask(hello('Ada'))).includes('Welcome back, Ada!'),
        { timeoutMs: 60_000, what: 'what was promoted meanwhile' },
      );
    }
  }, 240_000);
});
