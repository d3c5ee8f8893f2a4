import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Px0, Px0Error, UnreachableError } from '@px0/sdk';
import { eventually, startTestPlatform, type TestPlatform, temporaryFolder } from '@px0/testing';
import { type Account, type Prompt, World } from '@px0/testing/world';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import {
  Application,
  goSdk,
  goTelemetryTests,
  IDLE_PRIORITY,
  output,
  providerTests,
  pythonSdk,
  type Question,
  type Sdk,
  WRITTEN_MS,
} from './programs.ts';

const packages = join(import.meta.dirname, '..', '..', 'packages');
const pythonFolder = join(packages, 'sdk-python');

let platform: TestPlatform;
let world: World;
let account: Account;
let greeting: Prompt;
let folder: string;
let sdks: { readonly Python: Sdk | string; readonly Go: Sdk | string };

/** By language, how the tests of the engine ended. */
const engineTests = new Map<string, Promise<PromiseSettledResult<string>[]>>();

beforeAll(async () => {
  folder = await temporaryFolder('sdks');
  const [Python, Go, started] = await Promise.all([pythonSdk(), goSdk(folder), startTestPlatform()]);
  sdks = { Python, Go };
  platform = started;
  // All that they need is processor time, of which the other tests leave some while they wait.
  for (const sdk of presentSdks()) {
    engineTests.set(sdk.language, Promise.allSettled([output(sdk.engineTests, {}, IDLE_PRIORITY)]));
  }
  world = new World(platform);
  account = await world.account();
  greeting = await world.emptyPrompt(account.key, account.team, { slug: 'greeting' });
  await world.live(account.key, greeting, 'Hello, {{.name}}!');
}, 600_000);

afterAll(async () => {
  await platform?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Makes a prompt whose live version has this content. */
async function liveChat(slug: string, body: Readonly<Record<string, unknown>>): Promise<void> {
  const { token } = account.key;
  const prompt = await world.emptyPrompt(account.key, account.team, { slug });
  const versions = `/v1/prompts/${prompt.id}/versions`;
  await world.gateway.call('POST', versions, { token, body });
  for (let step = 0; step < 2; step++) await world.gateway.call('POST', `${versions}/1/promote`, { token });
}

const languages = ['Python', 'Go'] as const;

/** The SDK of a language; skips the test, and says why, where the language is missing. */
function sdkOf(language: (typeof languages)[number], { skip }: TestContext): Sdk {
  const sdk = sdks[language];
  return typeof sdk === 'string' ? skip(`${language} is missing: ${sdk}`) : sdk;
}

function presentSdks(): readonly Sdk[] {
  return Object.values(sdks).filter((sdk) => typeof sdk !== 'string');
}

function environment(token = account.key.token): NodeJS.ProcessEnv {
  return { PX0_HOST: platform.gatewayUrl, PX0_ACCESS_TOKEN: token };
}

function applicationOf(sdk: Sdk, snapshot = `${sdk.language}.json`, token = account.key.token): Application {
  return new Application(sdk.lines, join(folder, snapshot), environment(token));
}

describe.each(languages)('the %s SDK', (language) => {
  it('passes its own tests, its examples on the real px0', async (context) => {
    const { tests } = sdkOf(language, context);
    expect(await output(tests, environment())).toMatch(/\d+ passed|^ok /m);
  }, 240_000);

  it.runIf(process.env['PX0_LONG_TESTS'] === '1')(
    'hands over what the packages of the providers take, and send as a whole',
    async (context) => {
      sdkOf(language, context);
      expect(await output(await providerTests(language), {})).toMatch(/\d+ passed|^ok /m);
    },
    900_000,
  );

  it.runIf(process.env['PX0_LONG_TESTS'] === '1' && language === 'Go')(
    "tells OpenTelemetry's providers what it renders",
    async (context) => {
      sdkOf(language, context);
      expect(await output(goTelemetryTests, {})).toMatch(/^ok /m);
    },
    900_000,
  );

  it('renders live, by number and by tag, and reads what was promoted just now', async (context) => {
    await using application = applicationOf(sdkOf(language, context));
    const body = { tag: `tag-${language}` };
    const path = `/v1/prompts/${greeting.id}/versions/1/tags`;
    await world.gateway.call('POST', path, { token: account.key.token, body });
    const variables = { name: 'Ada' };
    for (const which of [{ version: 1 }, body, {}]) {
      expect(await application.ask({ slug: 'greeting', variables, ...which })).toEqual({
        text: 'Hello, Ada!',
        source: 'live',
        version: 1,
      });
    }
    const prompt = await world.emptyPrompt(account.key, account.team, {
      slug: `promoted_${language.toLowerCase()}`,
    });
    for (const word of ['One', 'Two', 'Three']) {
      await world.live(account.key, prompt, `${word} {{.name}}`);
      expect(await application.ask({ slug: prompt.slug, variables })).toMatchObject({ text: `${word} Ada` });
    }
  });

  it('says what px0 refuses, a fallback notwithstanding, and forgets what is gone', async (context) => {
    const sdk = sdkOf(language, context);
    const prompt = await world.emptyPrompt(account.key, account.team, {
      slug: `gone_${language.toLowerCase()}`,
    });
    await world.live(account.key, prompt, 'Here');
    const question: Question = { slug: prompt.slug, fallback: 'Fallback' };
    {
      await using application = applicationOf(sdk, 'gone.json');
      expect(await application.ask(question)).toMatchObject({ text: 'Here', source: 'live' });
    }
    await using application = applicationOf(sdk, 'gone.json');
    await world.gateway.call('POST', `/v1/prompts/${prompt.id}/versions/1/demote`, {
      token: account.key.token,
    });
    expect(await application.ask(question)).toMatchObject({
      error: 'not found',
      message: expect.stringContaining('no live version found for this prompt'),
    });
    expect(await application.ask({ slug: 'greeting', fallback: 'Hi' })).toMatchObject({
      error: 'invalid request',
      message: expect.stringContaining('map has no entry for key "name"'),
    });
    await using stranger = applicationOf(sdk, 'stranger.json', 'ak_unknown');
    expect(await stranger.ask({ slug: 'greeting', fallback: 'Hi' })).toMatchObject({ error: 'unauthorized' });
    await application.close();
    expect(await readFile(join(folder, 'gone.json'), 'utf8')).not.toContain('Here');
  });
});

describe('the Python examples', () => {
  const outputs: Readonly<Record<string, string>> = {
    'api.py': 'Hello, Ada! 1\n',
    'asynchronous.py': 'Hello, Ada!\n',
    'chat.py':
      'system: You are a patient tutor.\nuser: Hi\nassistant: Hello! What are you learning?\nuser: Why is the sky blue?\ngpt-x 500\n',
    'delivery.py': 'Hello, Ada! (stream, version 1)\n',
    'outage.py': 'Hello, Ada! (greeting: live, version 1, 0.0 s old)\n',
    'quickstart.py': 'Hello, Ada!\n',
    'testing.py': 'Hello Ada!\ngreeting: live\nHi Ada!\n',
  };

  beforeAll(async () => {
    await liveChat('lesson', {
      messages: [
        { role: 'system', template: 'You are a patient tutor.' },
        { placeholder: 'history' },
        { role: 'user', template: '{{.question}}' },
      ],
      config: { model: 'gpt-x', max_tokens: 500 },
    });
  });

  it('are all tried', async () => {
    const names = await readdir(join(pythonFolder, 'examples'));
    expect(names.filter((name) => name.endsWith('.py')).toSorted()).toEqual(Object.keys(outputs));
  });

  it.each(Object.entries(outputs))(
    '%s prints what it says, and stands in the README',
    async (name, printed) => {
      const file = join(pythonFolder, 'examples', name);
      const readme = await readFile(join(pythonFolder, 'README.md'), 'utf8');
      expect(readme).toContain(`\`\`\`python\n${await readFile(file, 'utf8')}\`\`\``);
      if (typeof sdks.Python === 'string') return;
      const command = { program: sdks.Python.lines.program, args: [file], cwd: folder };
      expect(await output(command, environment())).toBe(printed);
    },
  );
});

describe('px0 stopped and started again', () => {
  it('is not noticed by an application with a cache, a snapshot or a fallback, and needs no restart of it', async (context) => {
    const present = presentSdks();
    if (present.length === 0) return context.skip('neither Python nor Go is here');
    // New variables each time: it is the template that is kept.
    const ask = (application: Application, name: string) =>
      application.ask({ slug: 'greeting', variables: { name } });
    await using stack = new AsyncDisposableStack();
    const start = (sdk: Sdk, snapshot: string) => stack.use(applicationOf(sdk, snapshot));
    for (const sdk of present) {
      await using earlier = applicationOf(sdk, `earlier-${sdk.language}.json`);
      expect(await ask(earlier, 'Ada')).toMatchObject({ source: 'live' });
    }
    const running = present.map((sdk) => start(sdk, `running-${sdk.language}.json`));
    for (const [index, application] of running.entries()) {
      await ask(application, 'Ada');
      // Written as soon as the template is there.
      const snapshot = join(folder, `running-${present[index]?.language}.json`);
      await eventually(() => existsSync(snapshot), { what: snapshot, timeoutMs: WRITTEN_MS });
    }
    await platform.pause();
    for (const application of running) {
      expect(await ask(application, 'Grace')).toEqual({ text: 'Hello, Grace!', source: 'cache', version: 1 });
      const other = { slug: 'other', variables: { name: 'Grace' } };
      expect(await application.ask({ ...other, fallback: 'Hi {{.name}}' })).toEqual({
        text: 'Hi Grace',
        source: 'fallback',
        version: 0,
      });
      expect(await application.ask(other)).toMatchObject({ error: 'unreachable' });
    }
    const started = present.map((sdk) => start(sdk, `earlier-${sdk.language}.json`));
    for (const application of started) {
      expect(await ask(application, 'Edith')).toEqual({
        text: 'Hello, Edith!',
        source: 'snapshot',
        version: 1,
      });
    }
    await platform.resume();
    for (const application of [...running, ...started]) {
      await eventually(
        async () => {
          expect(await ask(application, 'Ada')).toMatchObject({ source: 'live' });
          return true;
        },
        { timeoutMs: 60_000, what: 'a live render' },
      );
    }
  }, 240_000);
});

type Variables = Readonly<Record<string, unknown>>;

/** A whole prompt, and what Go's `text/template` makes of it with different variables. */
interface RealisticPrompt {
  readonly slug: string;
  readonly template: string;
  /** The first has a text; where another has none, its variables do not fit. */
  readonly cases: readonly { readonly variables: Variables; readonly text: string | undefined }[];
}

interface Vector {
  readonly id: string;
  readonly template: string;
  readonly data: Variables;
  readonly output?: string;
}

async function realisticPrompts(): Promise<readonly RealisticPrompt[]> {
  const file = join(packages, 'template', 'test', 'vectors', 'templates-authored.json');
  const vectors: readonly Vector[] = JSON.parse(await readFile(file, 'utf8'));
  const realistic = vectors.filter(({ id }) => id.startsWith('realistic/'));
  return [...Map.groupBy(realistic, ({ template }) => template)]
    .map(([template, cases]) => ({
      template,
      cases: cases
        .map(({ data: variables, output: text }) => ({ variables, text }))
        .toSorted((one, other) => Number(one.text === undefined) - Number(other.text === undefined)),
    }))
    .filter(({ cases }) => cases[0]?.text !== undefined)
    .map((prompt, index) => ({ slug: `realistic_${index}`, ...prompt }));
}

/** Fallbacks that are broken, fail, or would keep an application busy or fill its memory; what every SDK says of them. */
const failingFallbacks: Readonly<Record<string, string>> = {
  '{{if .name}}Hello': 'template: prompt:1: unexpected EOF',
  '{{shout .name}}': 'template: prompt:1: function "shout" not defined',
  '{{index .list 1}}':
    'template: prompt:1:2: executing "prompt" at <index .list 1>: error calling index: index of untyped nil',
  '{{range 200000000}}{{end}}':
    'template: prompt:1:19: executing "prompt" at <>: exceeded maximum number of steps (1000000)',
  '{{$x := "aaaaaaaaaaaaaaaa"}}{{range 25}}{{$x = print $x $x}}{{end}}':
    'template: prompt:1:47: executing "prompt" at <print $x $x>: exceeded maximum number of steps (1000000)',
};

/** Renders with the SDK of some language. */
type Ask = (question: Question) => Promise<unknown>;

function typescriptIn(stack: AsyncDisposableStack, snapshotFile: string): Ask {
  const host = platform.gatewayUrl;
  const px0 = stack.use(new Px0({ host, accessToken: account.key.token, snapshotFile }));
  return async ({ slug, variables, fallback }) => {
    try {
      const { text, messages, config, source, version } = await px0.render(
        slug,
        variables,
        fallback === undefined ? {} : { fallback },
      );
      return { text, ...(messages && { messages }), ...(config && { config }), source, version };
    } catch (error) {
      if (!(error instanceof Px0Error)) throw error;
      return { error: error instanceof UnreachableError ? 'unreachable' : 'another', message: error.message };
    }
  };
}

/** TypeScript and what else is here: the file of each, the file of the next one, and how to start the SDK of an index with a file. */
function threeSdks(stack: AsyncDisposableStack, present: readonly Sdk[], name: string) {
  const languages = ['TypeScript', ...present.map(({ language }) => language)];
  const snapshots = languages.map((language) => join(folder, `${name}-${language}.json`));
  const ofAnother = snapshots.map((_, index) => snapshots[(index + 1) % snapshots.length] ?? '');
  const start = (snapshot: string, index: number): Ask => {
    const sdk = present[index - 1];
    if (sdk === undefined) return typescriptIn(stack, snapshot);
    const application = stack.use(new Application(sdk.lines, snapshot, environment()));
    return (question) => application.ask(question);
  };
  return { languages, snapshots, ofAnother, start };
}

/** A live chat with the slug `tutor`, a question about it, and what every SDK answers, but for the source. */
async function tutor(): Promise<{ readonly question: Question; readonly answer: object }> {
  const messages = [
    { role: 'system', template: 'You are a {{.mood}} tutor.' },
    { role: 'system', template: '{{if index . "vip"}}Be quick.{{end}}' },
    { placeholder: 'history', required: true },
    {
      role: 'user',
      parts: [
        { type: 'text', template: '{{template "ask" .}}' },
        { type: 'media', url: '{{.photo}}' },
      ],
    },
    { role: 'assistant', template: '{{define "ask"}}{{.question}}{{end}}' },
  ];
  const config = { model: 'm1', max_tokens: 100, temperature: 0 };
  await liveChat('tutor', { messages, config });

  const history = [
    { role: 'user', content: '{{.x}}' },
    { role: 'assistant', content: null, tool_calls: [{ id: 'c1', n: 0.5 }] },
  ];
  const photo = 'data:image/png;base64,iVBORw0KGgo=';
  const parts = [
    { type: 'text', text: 'Why?' },
    { type: 'media', url: photo, media_type: 'image/png' },
  ];
  const system = { role: 'system', content: 'You are a kind tutor.' };
  const text = `system:\n${system.content}\n\nuser:\n{{.x}}\n\nassistant:\n\n\nuser:\nWhy?\n[media]\n\n`;
  return {
    question: { slug: 'tutor', variables: { mood: 'kind', history, question: 'Why?', photo } },
    answer: { messages: [system, ...history, { role: 'user', content: parts }], config, text, version: 1 },
  };
}

/** How many programs a state file holds. */
async function keptIn(file: string): Promise<number> {
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  return lines.filter((line) => JSON.parse(line).type === 'kept').length;
}

describe('the three SDKs while px0 is stopped', () => {
  /** Applications that have rendered while px0 was there, and what they ask. */
  interface Scene extends ReturnType<typeof threeSdks> {
    readonly running: readonly Ask[];
  }
  let stack: AsyncDisposableStack;
  let chat: Scene & Awaited<ReturnType<typeof tutor>> & { readonly ofRequired: Question };
  let texts: Scene & { readonly prompts: readonly RealisticPrompt[] };

  function sceneOf(name: string): Scene {
    const scene = threeSdks(stack, presentSdks(), name);
    return { ...scene, running: scene.snapshots.map(scene.start) };
  }

  async function expectChats(asked: readonly Ask[], source: string): Promise<void> {
    for (const [index, ask] of asked.entries()) {
      expect(await ask(chat.question), chat.languages[index]).toEqual({ ...chat.answer, source });
    }
  }

  async function expectTexts(asked: readonly Ask[], source: string): Promise<void> {
    for (const { slug, template, cases } of texts.prompts) {
      for (const { variables, text } of source === 'live' ? cases.slice(0, 1) : cases) {
        const expected = text === undefined ? { error: 'unreachable' } : { text, source, version: 1 };
        const answers = await Promise.all(asked.map((ask) => ask({ slug, variables })));
        for (const [index, answer] of answers.entries()) {
          expect(answer, `${texts.languages[index]}: ${template}`).toMatchObject(expected);
        }
      }
    }
  }

  async function renderChats(): Promise<void> {
    const { question, answer } = await tutor();
    const { history: _history, ...withoutHistory } = question.variables ?? {};
    chat = { ...sceneOf('chat'), question, answer, ofRequired: { ...question, variables: withoutHistory } };
    await expectChats(chat.running, 'live');
    for (const [index, ask] of chat.running.entries()) {
      expect(await ask(chat.ofRequired), chat.languages[index]).toMatchObject({
        message: expect.stringContaining('invalid variables: missing history'),
      });
    }
    for (const snapshot of chat.snapshots)
      await eventually(() => existsSync(snapshot), { what: snapshot, timeoutMs: WRITTEN_MS });
  }

  async function renderTexts(): Promise<void> {
    const prompts = await realisticPrompts();
    expect(prompts.length).toBeGreaterThan(40);
    for (const { slug, template } of prompts) {
      const prompt = await world.emptyPrompt(account.key, account.team, { slug });
      await world.live(account.key, prompt, template);
    }
    texts = { ...sceneOf('realistic'), prompts };
    await expectTexts(texts.running, 'live');
    for (const snapshot of texts.snapshots) {
      const isWhole = async () => {
        if (existsSync(snapshot) && (await keptIn(snapshot)) === prompts.length) return true;
        // What could not be fetched is tried again by a later render.
        await expectTexts(texts.running, 'live');
        return false;
      };
      await eventually(isWhole, {
        what: `all templates in ${snapshot}`,
        timeoutMs: WRITTEN_MS,
        intervalMs: 1_000,
      });
    }
  }

  beforeAll(async () => {
    stack = new AsyncDisposableStack();
    if (presentSdks().length === 0) return;
    await renderChats();
    await renderTexts();
    await platform.pause();
  }, 240_000);

  afterAll(() => stack.disposeAsync());

  function needsAnother({ skip }: TestContext): void {
    if (presentSdks().length === 0) skip('neither Python nor Go is here');
  }

  it('make the same messages of a chat, from what they keep and from the files of each other', async (context) => {
    needsAnother(context);
    await expectChats(chat.running, 'cache');
    const started = chat.ofAnother.map(chat.start);
    await expectChats(started, 'snapshot');
    for (const ask of started) expect(await ask(chat.ofRequired)).toMatchObject({ error: 'unreachable' });
  }, 240_000);

  it('render prompts to the same texts, from what they keep and from the files of each other', async (context) => {
    needsAnother(context);
    await expectTexts(texts.running, 'cache');
    for (const [fallback, message] of Object.entries(failingFallbacks)) {
      for (const [index, ask] of texts.running.entries()) {
        expect(
          await ask({ slug: 'other', fallback }),
          `${texts.languages[index]}: ${fallback}`,
        ).toMatchObject({
          error: 'another',
          message: expect.stringContaining(message),
        });
      }
    }
    await expectTexts(texts.ofAnother.map(texts.start), 'snapshot');
  }, 240_000);
});

// Last, because they run meanwhile.
describe.each(languages)('the %s SDK', (language) => {
  it('passes the tests of its engine', async (context) => {
    const [ended] = (await engineTests.get(sdkOf(language, context).language)) ?? [];
    if (ended?.status !== 'fulfilled') throw ended?.reason;
    expect(ended.value).toMatch(/\d+ passed|^ok /m);
  }, 600_000);
});
