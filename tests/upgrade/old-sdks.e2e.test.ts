/**
 * Applications with the SDKs of the build before, on this server; and their programs with the SDKs of this build. TypeScript only; the other
 * languages with `npm run test:upgrade`.
 */
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '@px0/local-platform';
import { eventually, startTestPlatform, type TestPlatform, temporaryFolder } from '@px0/testing';
import { type Account, World } from '@px0/testing/world';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Application, type Command, goSdk, output, pythonSdk, WRITTEN_MS } from '../sdk/programs.ts';
import { buildBefore } from './build-before.ts';
import { type Sample, saveChats } from './samples.ts';

const long = process.env['PX0_LONG_TESTS'] === '1';
type Language = 'TypeScript' | 'Python' | 'Go';
const languages: readonly Language[] = long ? ['TypeScript', 'Python', 'Go'] : ['TypeScript'];

const before = await buildBefore();
const old = typeof before === 'string' ? '' : before.folder;
const oldPackages = join(old, 'packages');
const packages = join(repositoryRoot, 'packages');

/** How to run a program with the SDK of some folder, and in which environment. */
interface Runner {
  readonly command: Command;
  readonly env?: NodeJS.ProcessEnv;
}

let platform: TestPlatform;
let world: World;
let account: Account;
let folder: string;
/** Python's interpreter with what the SDK depends on. */
let python: string;

beforeAll(async () => {
  folder = await temporaryFolder('old-sdks');
  if (long) {
    const [installed, go] = [await pythonSdk(), await goSdk(folder)];
    if (typeof installed === 'string') throw new Error(`Python is missing: ${installed}`);
    if (typeof go === 'string') throw new Error(`Go is missing: ${go}`);
    python = installed.lines.program;
  }
  platform = await startTestPlatform();
  world = new World(platform);
  account = await world.account();
}, 600_000);

afterAll(async () => {
  await platform?.stop();
  await rm(folder, { recursive: true, force: true });
});

function environment(token = account.key.token): NodeJS.ProcessEnv {
  return { PX0_HOST: platform.gatewayUrl, PX0_ACCESS_TOKEN: token };
}

/** The program that answers lines, with the old SDK. */
async function oldLines(language: Language): Promise<Runner> {
  switch (language) {
    case 'TypeScript': {
      const file = join(import.meta.dirname, 'typescript-lines.ts');
      const args = [file, join(oldPackages, 'sdk-typescript', 'src', 'mod.ts')];
      return { command: { program: process.execPath, args, cwd: folder } };
    }
    case 'Python': {
      const args = [join(oldPackages, 'sdk-python', 'tests', 'lines.py')];
      return { command: { program: python, args, cwd: folder }, env: pythonEnv(oldPackages) };
    }
    case 'Go': {
      const program = join(folder, 'old-lines');
      const args = ['build', '-buildvcs=false', '-o', program, './internal/lines'];
      await output({ program: 'go', args, cwd: join(oldPackages, 'sdk-go') }, {});
      return { command: { program, args: [], cwd: folder } };
    }
  }
}

/** Comes before what is installed. */
function pythonEnv(of: string): NodeJS.ProcessEnv {
  return { PYTHONPATH: join(of, 'sdk-python'), PYTHONDONTWRITEBYTECODE: '1' };
}

describe.skipIf(typeof before === 'string').each(languages)(
  `the %s SDK of the build before ${typeof before === 'string' ? `(${before})` : ''}`,
  (language) => {
    it('renders chats as their transcripts, and what has a contract, and the same without px0', async () => {
      const { command, env } = await oldLines(language);
      const seed = languages.indexOf(language) + 1;
      const place = { story: world, who: account.key, team: account.team };
      const saved = await saveChats(place, 25, seed);
      const known: { readonly sample: Sample; readonly text: string }[] = [];
      for (const sample of saved) {
        const { slug, version, variables } = sample;
        const path = `/v1/prompts/${slug}/versions/${version}/render`;
        const { status, text } = await world.ask(account.key, 'POST', path, { variables });
        if (status === 200) known.push({ sample, text: JSON.parse(text).rendered });
      }
      expect(known.length).toBeGreaterThan(10);
      // Of contracts it knows nothing: what they warn of is rendered, and what they refuse is an error in px0's words.
      const rendered = { name: 'Ada', more: 1 };
      for (const contract of ['warn', 'enforce'] as const) {
        const slug = `${contract}_${language}`.toLowerCase();
        const prompt = await world.emptyPrompt(account.key, account.team, { slug });
        const input_schema = { additionalProperties: contract === 'enforce', properties: { name: {} } };
        const version = await world.live(account.key, prompt, { template: 'Hi {{.name}}', input_schema });
        await world.make(account.key, 'PATCH', `/v1/prompts/${prompt.id}`, { contract });
        known.push({ sample: { slug, version, variables: rendered }, text: 'Hi Ada' });
      }

      const snapshot = join(folder, `${language}.json`);
      const start = () => new Application(command, snapshot, { ...environment(), ...env });
      await using running = start();
      const expectFrom = async (application: Application, source: string) => {
        for (const { sample, text } of known) {
          const { version } = sample;
          const answer = await application.ask(sample as Required<Sample>);
          expect(answer, `${sample.slug} ${version}`).toEqual({ text, source, version });
        }
      };
      await expectFrom(running, 'live');
      const misspelt = { slug: `enforce_${language}`.toLowerCase(), version: 1, variables: { nmae: 'Ada' } };
      const sentence = 'invalid variables: missing name (did you mean nmae?)';
      expect(await running.ask(misspelt)).toMatchObject({
        error: expect.any(String),
        message: expect.stringContaining(sentence),
      });
      const isWhole = async () =>
        existsSync(snapshot) && JSON.parse(await readFile(snapshot, 'utf8')).entries.length === known.length;
      await eventually(isWhole, { what: `all programs in ${snapshot}`, timeoutMs: WRITTEN_MS });
      await platform.pause();
      try {
        await expectFrom(running, 'cache');
        await using started = start();
        await expectFrom(started, 'snapshot');
      } finally {
        await platform.resume();
      }
    }, 300_000);
  },
);

/** The examples of the build before, with an SDK of some build. */
const examples: Readonly<
  Record<Language, (of: string, at: string, env: NodeJS.ProcessEnv) => Promise<string[]>>
> = {
  TypeScript: async (of, at, env) => {
    await mkdir(join(at, 'node_modules', '@px0'), { recursive: true });
    await symlink(join(of, 'sdk-typescript'), join(at, 'node_modules', '@px0', 'sdk'));
    await symlink(join(repositoryRoot, 'node_modules', '@types'), join(at, 'node_modules', '@types'));
    await cp(join(oldPackages, 'sdk-typescript', 'examples'), at, { recursive: true });
    const options = { extends: join(repositoryRoot, 'tsconfig.base.json'), include: ['*.ts'] };
    await writeFile(join(at, 'tsconfig.json'), JSON.stringify(options));
    await writeFile(join(at, 'package.json'), '{"type":"module"}');
    const compiler = join(repositoryRoot, 'node_modules', 'typescript', 'bin', 'tsc');
    await output({ program: process.execPath, args: [compiler, '-p', at], cwd: at }, {});
    const files = (await readdir(join(oldPackages, 'sdk-typescript', 'examples'))).toSorted();
    return await inTurn(files, (file) => output({ program: process.execPath, args: [file], cwd: at }, env));
  },
  Python: async (of, at, env) => {
    await cp(join(oldPackages, 'sdk-python', 'examples'), at, { recursive: true });
    const files = (await readdir(at)).filter((name) => name.endsWith('.py')).toSorted();
    return await inTurn(files, (file) =>
      output({ program: python, args: [file], cwd: at }, { ...env, ...pythonEnv(of) }),
    );
  },
  Go: async (of, at, env) => {
    const module = 'github.com/px0/px0/packages/sdk-go';
    await mkdir(join(at, 'lines'), { recursive: true });
    await cp(join(oldPackages, 'sdk-go', 'example_test.go'), join(at, 'example_test.go'));
    await cp(join(oldPackages, 'sdk-go', 'internal', 'lines', 'main.go'), join(at, 'lines', 'main.go'));
    const lines = [
      'module example.com/before',
      'go 1.23',
      `require ${module} v0.0.0`,
      `replace ${module} => ${join(of, 'sdk-go')}`,
    ];
    await writeFile(join(at, 'go.mod'), `${lines.join('\n')}\n`);
    await output({ program: 'go', args: ['vet', './...'], cwd: at }, {});
    // Its results depend on the px0 of the environment, so those of an earlier run say nothing.
    const args = ['test', '-count=1', '-v', './...'];
    return (await output({ program: 'go', args, cwd: at }, env)).match(/^--- PASS: \w+/gm) ?? [];
  },
};

async function inTurn(files: readonly string[], run: (file: string) => Promise<string>): Promise<string[]> {
  const outputs: string[] = [];
  for (const file of files) outputs.push(`${file}: ${await run(file)}`);
  return outputs;
}

/** What the examples print, or which of them ran. */
const printed: Readonly<Record<Language, readonly string[]>> = {
  TypeScript: ['api.ts: Bye Ada\n', 'outage.ts: Hello, Ada!\n', 'quickstart.ts: Hello, Ada!\n'],
  Python: [
    'api.py: Hello, Ada! 1\n',
    'asynchronous.py: Hello, Ada!\n',
    'outage.py: Hello, Ada! (greeting: live, version 1, 0.0 s old)\n',
    'quickstart.py: Hello, Ada!\n',
  ],
  Go: ['--- PASS: ExampleClient_Render', '--- PASS: Example_api'],
};

describe.skipIf(typeof before === 'string').each(languages)('%s programs of the build before', (language) => {
  it.each([
    ['before', oldPackages],
    ['this build', packages],
  ])(
    'compile and run with the SDK of %s',
    async (which, of) => {
      const person = await world.account();
      const greeting = await world.emptyPrompt(person.key, person.team, { slug: 'greeting' });
      await world.live(person.key, greeting, 'Hello, {{.name}}!');
      const at = join(folder, `${language}-${which.replace(' ', '-')}`);
      await mkdir(at);
      const outputs = await examples[language](of, at, environment(person.key.token));
      expect(outputs).toEqual(expect.arrayContaining([...printed[language]]));
    },
    300_000,
  );
});

describe.skipIf(typeof before === 'string')('calls of the API client of the build before', () => {
  it('have their arguments where they were', async () => {
    const at = join(folder, 'calls');
    await mkdir(at);
    const [of = '', to = ''] = [oldPackages, packages].map((one) =>
      join(one, 'sdk-typescript', 'src', 'generated'),
    );
    const apis = join(of, 'apis');
    const types: string[] = [];
    for (const file of (await readdir(apis)).filter((name) => name.endsWith('-api.ts'))) {
      const text = await readFile(join(apis, file), 'utf8');
      const [, api = ''] = /^export class (\w+)/m.exec(text) ?? [];
      for (const [, name] of text.matchAll(/^ {4}async (\w+)\(/gm)) {
        const call = `${api}['${name}']`;
        types.push(`Same<Parameters<Old.${call}>, Parameters<New.${call}>>`);
      }
    }
    expect(types.length).toBeGreaterThan(100);
    const lines = [
      `import type * as Old from ${JSON.stringify(join(of, 'index.ts'))};`,
      `import type * as New from ${JSON.stringify(join(to, 'index.ts'))};`,
      'type Same<A extends B, B> = A;',
      `export type Calls = [\n${types.join(',\n')},\n];`,
    ];
    await writeFile(join(at, 'calls.ts'), `${lines.join('\n')}\n`);
    const options = { extends: join(repositoryRoot, 'tsconfig.base.json'), include: ['*.ts'] };
    await writeFile(join(at, 'tsconfig.json'), JSON.stringify(options));
    await symlink(join(repositoryRoot, 'node_modules'), join(at, 'node_modules'));
    const compiler = join(repositoryRoot, 'node_modules', 'typescript', 'bin', 'tsc');
    expect(await output({ program: process.execPath, args: [compiler, '-p', at], cwd: at }, {})).toBe('');
  }, 300_000);
});
