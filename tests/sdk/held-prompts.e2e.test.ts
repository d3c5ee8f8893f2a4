/** Applications that hold their prompts: each SDK that can, against the whole platform. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, startTestPlatform, type TestPlatform, temporaryFolder } from '@px0/testing';
import { type Account, type Prompt, World } from '@px0/testing/world';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { Application, goSdk, type Question, type Sdk } from './programs.ts';

const languages = ['Go'] as const;

const CHAT = {
  messages: [
    { role: 'system', template: 'You are {{upper .mood}}.' },
    { placeholder: 'history' },
    {
      role: 'user',
      parts: [
        { type: 'text', template: '{{.question}}' },
        { type: 'media', url: '{{.photo}}' },
      ],
    },
  ],
  config: { model: 'gpt-x', temperature: 0.5 },
};
const CHAT_VARIABLES = {
  mood: 'kind ß',
  history: [{ role: 'user', content: 'Hi', tool: { calls: [1, 2.5] } }],
  question: 'Why <b>?',
  photo: 'data:image/png;base64,AA==',
};

let platform: TestPlatform;
let world: World;
let account: Account;
let folder: string;
let sdks: Readonly<Record<(typeof languages)[number], Sdk | string>>;

beforeAll(async () => {
  folder = await temporaryFolder('held-prompts');
  const [Go, started] = await Promise.all([goSdk(folder), startTestPlatform()]);
  sdks = { Go };
  platform = started;
  world = new World(platform);
  account = await world.account();
}, 600_000);

afterAll(async () => {
  await platform?.stop();
  await rm(folder, { recursive: true, force: true });
});

function sdkOf(language: (typeof languages)[number], { skip }: TestContext): Sdk {
  const sdk = sdks[language];
  return typeof sdk === 'string' ? skip(`${language} is missing: ${sdk}`) : sdk;
}

type Mode = 'remote' | 'poll' | 'stream' | 'file';

function application(sdk: Sdk, mode: Mode, file: string, token = account.key.token): Application {
  const env = { PX0_HOST: platform.gatewayUrl, PX0_ACCESS_TOKEN: token, PX0_MODE: mode };
  return new Application(sdk.lines, join(folder, file), env);
}

async function prompt(slug: string, ...contents: Parameters<World['live']>[2][]): Promise<Prompt> {
  const made = await world.emptyPrompt(account.key, account.team, { slug });
  for (const content of contents) await world.live(account.key, made, content);
  return made;
}

describe.each(languages)('an application in %s', (language) => {
  it.for(['poll', 'stream'] as const)(
    'renders by %s exactly what px0 renders, with the same errors',
    { timeout: 120_000 },
    async (mode, context) => {
      const sdk = sdkOf(language, context);
      const of = (name: string) => `${name}_${language}_${mode}`.toLowerCase();
      await prompt(of('text'), 'Hello {{.name}}{{range .list}} {{.}}{{end}}');
      await prompt(of('chat'), CHAT);
      await prompt(of('none'));
      await using held = application(sdk, mode, `${of('same')}.state`);
      await using remote = application(sdk, 'remote', `${of('same')}.json`);
      const questions: readonly Question[] = [
        { slug: of('text'), variables: { name: 'Ada', list: [1, 'two', { three: 3 }, 1e21, null] } },
        { slug: of('chat'), variables: CHAT_VARIABLES },
      ];
      for (const question of questions) {
        const expected = Object(await remote.ask(question));
        expect(expected).toMatchObject({ source: 'live' });
        expect(await held.ask(question)).toEqual({ ...expected, source: mode });
      }
      const failing: readonly Question[] = [
        { slug: of('text'), variables: {} },
        { slug: of('chat'), variables: { mood: 'x' } },
        { slug: of('chat'), variables: { ...CHAT_VARIABLES, history: 4 } },
        { slug: of('none') },
        { slug: of('unknown'), fallback: 'Fallback' },
        { slug: of('text'), variables: { name: 'Ada', list: [] }, tag: 'nowhere', fallback: 'Fallback' },
      ];
      for (const question of failing) {
        const expected = await remote.ask(question);
        expect(expected).toHaveProperty('error');
        expect(await held.ask(question)).toEqual(expected);
      }
    },
  );

  it('hears of what is promoted, tagged, moved and deleted', async (context) => {
    const of = (name: string) => `${name}_${language}`.toLowerCase();
    const changing = await prompt(of('changing'), 'One');
    await using held = application(sdkOf(language, context), 'stream', of('changes'));
    const becomes = (question: Question, expected: object) =>
      eventually(
        async () => {
          expect(await held.ask(question)).toMatchObject(expected);
          return true;
        },
        { what: JSON.stringify(expected) },
      );
    const question = { slug: changing.slug };
    await becomes(question, { text: 'One', source: 'stream', version: 1 });
    await world.live(account.key, changing, 'Two');
    await becomes(question, { text: 'Two', source: 'stream', version: 2 });
    // No tag, and not live: px0 renders it once, and then it is kept.
    await becomes({ ...question, version: 1 }, { text: 'One', source: 'fetched', version: 1 });
    const { token } = account.key;
    await world.gateway.call('POST', `/v1/prompts/${changing.id}/versions/1/tags`, {
      token,
      body: { tag: 'old' },
    });
    await becomes({ ...question, tag: 'old' }, { text: 'One', source: 'stream', version: 1 });
    await world.gateway.call('POST', `/v1/prompts/${changing.id}/versions/2/demote`, { token });
    await becomes({ ...question, fallback: 'Fallback' }, { error: 'not found' });
  }, 120_000);

  it('renders nothing any more once its key is revoked, and leaves no text behind', async (context) => {
    const of = (name: string) => `${name}_${language}`.toLowerCase();
    const secret = await prompt(of('secret'), 'A secret text');
    const key = await world.key(account, 'read_render');
    await using held = application(sdkOf(language, context), 'stream', of('revoked'), key.token);
    const question = { slug: secret.slug, fallback: 'Fallback' };
    expect(await held.ask(question)).toMatchObject({ text: 'A secret text', source: 'stream' });
    const file = join(folder, of('revoked'));
    await eventually(async () => (await readFile(file, 'utf8')).includes('A secret text'), {
      what: 'the file',
    });
    await world.gateway.call('DELETE', `/v1/api-keys/${key.id}`, { token: account.token });
    await eventually(
      async () => {
        expect(await held.ask(question)).toMatchObject({ error: 'unauthorized' });
        return true;
      },
      { what: 'the refusal' },
    );
    await held.close();
    expect(await readFile(file, 'utf8')).not.toContain('A secret text');
  }, 120_000);

  it('starts with everything down, from what an earlier process held', async (context) => {
    const sdk = sdkOf(language, context);
    const of = (name: string) => `${name}_${language}`.toLowerCase();
    const kept = await prompt(of('kept'), 'Kept {{.name}}');
    const question = { slug: kept.slug, variables: { name: 'Ada' } };
    {
      await using earlier = application(sdk, 'stream', of('kept'));
      expect(await earlier.ask(question)).toMatchObject({ source: 'stream' });
    }
    await platform.pause();
    await using held = application(sdk, 'stream', of('kept'));
    expect(await held.ask(question)).toEqual({ text: 'Kept Ada', source: 'snapshot', version: 1 });
    expect(await held.ask({ slug: 'unknown' })).toMatchObject({ error: 'unreachable' });
    expect(await held.ask({ slug: 'unknown', fallback: 'Hi' })).toMatchObject({ source: 'fallback' });
    await using alone = application(sdk, 'file', of('kept'));
    expect(await alone.ask(question)).toEqual({ text: 'Kept Ada', source: 'snapshot', version: 1 });
    await platform.resume();
    await eventually(
      async () => {
        expect(await held.ask(question)).toMatchObject({ text: 'Kept Ada', source: 'stream' });
        return true;
      },
      { timeoutMs: 60_000, what: 'a stream again' },
    );
  }, 240_000);
});
