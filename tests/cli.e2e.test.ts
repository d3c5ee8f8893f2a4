/** The published command: built, and run as a process. */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { Px0 } from '@px0/sdk';
import { createPool, silentLogger } from '@px0/service-kit';
import { eventually, startTestPlatform, type TestPlatform, temporaryFolder } from '@px0/testing';
import { type Account, PASSWORD, World } from '@px0/testing/world';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { documentOfFiles } from '../packages/cli/src/prompt-files/document.ts';
import type { PromptFile } from '../packages/cli/src/prompt-files/prompt-file.ts';
import { promptFile } from '../packages/cli/test/arbitrary-prompt-file.ts';

const root = join(import.meta.dirname, '..');
const packages = join(root, 'packages');
const main = join(packages, 'cli', 'dist', 'main.js');
const run = promisify(execFile);
const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

let platform: TestPlatform;
let world: World;
let account: Account;
let folder: string;

// A test starts a dozen processes, which are slow on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

beforeAll(async () => {
  const building = run(process.execPath, [join(root, 'scripts', 'publish', 'main.ts')]);
  platform = await startTestPlatform();
  await building;
  world = new World(platform);
  account = await world.account();
  folder = await temporaryFolder('cli');
});

afterAll(async () => {
  await platform?.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
}

function environment(env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { PX0_ACCESS_TOKEN: _token, PX0_TEAM: _team, ...others } = process.env;
  const own = { XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') };
  return { ...others, ...own, PX0_HOST: platform.gatewayUrl, ...env };
}

/** The command as a process, without a terminal. */
async function px0(args: readonly string[], { input = '', env = {} }: RunOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], { env: environment(env), cwd: folder });
  child.stdin.end(input);
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { code, stdout, stderr };
}

/** The output of a command that succeeds. */
async function done(args: readonly string[], options?: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await px0(args, options);
  if (code !== 0) throw new Error(`px0 ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
}

describe('the packages for npm', () => {
  interface Packed {
    readonly name: string;
    readonly files: readonly { readonly path: string }[];
  }

  async function pack(name: string, ...options: string[]): Promise<Packed> {
    const args = ['pack', '--json', ...options, join(packages, name, 'dist')];
    const { stdout } = await run('npm', args, { cwd: folder });
    return JSON.parse(stdout)[0];
  }

  it('contain what they need, and nothing else', async () => {
    const command = await pack('cli', '--dry-run');
    expect(command.name).toBe('px0');
    const commandPaths = command.files.map(({ path }) => path);
    expect(commandPaths).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'main.js', 'package.json']));
    expect(
      commandPaths.filter((path) => !/^[\w-]+\.js$|^(LICENSE|README\.md|package\.json)$/.test(path)),
    ).toEqual([]);
    const sdk = await pack('sdk-typescript', '--dry-run');
    expect(sdk.name).toBe('@px0/sdk');
    const paths = sdk.files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'package.json',
        'mod.js',
        'mod.d.ts',
        'api.js',
        'api.d.ts',
        'providers.js',
        'providers.d.ts',
      ]),
    );
    expect(
      paths.filter((path) => !/\.(js|d\.ts)$|^(LICENSE|README\.md|package\.json)$|test/.test(path)),
    ).toEqual([]);
  });

  it('the SDK works and has its types without any other px0 package', async () => {
    await pack('sdk-typescript');
    const application = join(folder, 'application');
    const installed = join(application, 'node_modules', '@px0', 'sdk');
    await mkdir(installed, { recursive: true });
    await run('tar', ['-xzf', join(folder, 'px0-sdk-0.1.0.tgz'), '-C', installed, '--strip-components=1']);
    expect(JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'))).not.toHaveProperty(
      'dependencies',
    );
    await writeFile(join(application, 'package.json'), '{"type": "module"}');
    const source = `
      import { type PromptChange, Px0, Px0SpanProcessor, type RenderResult, type TestPx0 } from '@px0/sdk';
      import { apiConfiguration, PromptRendersApi } from '@px0/sdk/api';
      import { type Rendered, toOpenAI } from '@px0/sdk/providers';
      const px0 = new Px0({ host: 'http://127.0.0.1:9', accessToken: 'ak_', fallbacks: { greeting: 'Hello {{.name}}' } });
      const result: RenderResult = await px0.render('greeting', { name: 'Ada' });
      const renders = new PromptRendersApi(apiConfiguration(px0));
      const rendered: Rendered = result;
      const { request } = toOpenAI(rendered);
      const tested: TestPx0 = Px0.forTests({ greeting: 'Hello' });
      tested.on('change', 'greeting', ({ kind }: PromptChange) => console.error(kind));
      // There is no @opentelemetry/api here.
      await new Px0SpanProcessor().forceFlush();
      console.log(result.text, typeof renders.renderLive, JSON.stringify(request));
    `;
    await writeFile(join(application, 'main.ts'), source);
    const options = ['--module', 'nodenext', '--target', 'es2024', '--strict', '--types', 'node'];
    const types = ['--typeRoots', join(root, 'node_modules', '@types')];
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    await run(process.execPath, [tsc, ...options, ...types, 'main.ts'], { cwd: application });
    const { stdout } = await run(process.execPath, ['main.js'], { cwd: application });
    expect(stdout).toBe('Hello Ada function {"messages":[{"role":"user","content":"Hello Ada"}]}\n');
  });

  it('the command also runs in the repository', async () => {
    const { stdout } = await run(process.execPath, [join(packages, 'cli', 'bin', 'px0.mjs'), '--version']);
    expect(stdout).toBe('0.1.0\n');
  });
});

// The tests form a sequence: each starts from the state in which the previous one left the team.
describe('a session', () => {
  it('starts with e-mail and password, is readable only by its owner, and shows its user', async () => {
    const login = ['login', '--email', account.email, '--password-stdin'];
    await expect(px0(login, { input: 'wrong' })).resolves.toMatchObject({
      code: 3,
      stderr: expect.stringContaining('rejected this e-mail and password'),
    });
    expect(await done(login, { input: `${PASSWORD}\n` })).toContain(`as ${account.email}`);
    expect((await stat(join(folder, 'px0', 'config.json'))).mode & 0o777).toBe(0o600);
    expect(await done(['whoami'])).toBe(`${account.email} at ${platform.gatewayUrl}\n`);
    expect(JSON.parse(await done(['teams', '--json'])).teams).toMatchObject([{ id: account.team }]);
  });

  it('is not sent to another host', async () => {
    await expect(px0(['whoami', '--host', 'http://127.0.0.1:1'])).resolves.toMatchObject({ code: 3 });
  });
});

describe('prompts and versions', () => {
  it('are created, listed and shown', async () => {
    expect(await done(['prompts', 'create', 'Greeting', '--description', 'Says hello.'])).toContain(
      'greeting',
    );
    expect(await done(['prompts', 'list', '--search', 'hello'])).toMatch(/^SLUG.*\ngreeting\s+Greeting/);
    expect(JSON.parse(await done(['prompts', 'get', 'greeting', '--json'])).prompt).toMatchObject({
      slug: 'greeting',
      team_id: account.team,
    });
    const first = ['versions', 'create', 'greeting', '--template', 'Hello {{.name}}'];
    expect(await done(first)).toBe('greeting: version 1 is a draft.\n');
    const input = 'Hello {{.name}}!\nHow are you?';
    expect(await done(['versions', 'create', 'greeting'], { input })).toContain('version 2');
    expect(await done(['versions', 'list', 'greeting'])).toMatch(/\n2 +draft.*\n1 +draft/);
    expect(await done(['versions', 'list', 'greeting'])).toContain(`  ${account.email}  `);
    expect(await done(['versions', 'get', 'greeting', '2'])).toBe(input);
  });

  it('are compared', async () => {
    expect(await done(['diff', 'greeting', '1', '2'])).toBe(
      '--- v1\n+++ v2\n@@ -1 +1,2 @@\n-Hello {{.name}}\n+Hello {{.name}}!\n+How are you?\n',
    );
    expect(await done(['diff', 'greeting', '1', '2'], { env: { FORCE_COLOR: '1' } })).toContain(
      '\u001b[32m+Hello',
    );
  });

  it('are promoted, rolled back and rendered', async () => {
    expect(await done(['promote', 'greeting', '1'])).toBe('greeting: version 1 is live.\n');
    expect(await done(['promote', 'greeting', '2', '--to', 'stable'])).toContain('stable');
    expect(await done(['promote', 'greeting', '2'])).toContain('version 2 is live');
    const variables = ['--var', 'name=Ada'];
    expect(await done(['render', 'greeting', ...variables])).toBe('Hello Ada!\nHow are you?');
    await expect(px0(['rollback', 'greeting'])).resolves.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('use --yes'),
    });
    expect(await done(['rollback', 'greeting', '--yes'])).toBe('greeting: version 1 is live.\n');
    expect(await done(['diff', 'greeting', 'live', '1'])).toBe('');
    expect(await done(['render', 'greeting', ...variables])).toBe('Hello Ada');
    expect(await done(['render', 'greeting', '--version', '2', '--var', 'name:=7'])).toMatch(/^Hello 7!/);
    await writeFile(join(folder, 'variables.json'), '{"name": "Grace"}');
    expect(await done(['render', 'greeting', '--vars-file', 'variables.json'])).toBe('Hello Grace');
    const rendered = await done(['render', 'greeting', '--vars-file', '-', '--json'], {
      input: '{"name": "Eve"}',
    });
    expect(JSON.parse(rendered)).toEqual({ rendered: 'Hello Eve', version: 1, slug: 'greeting', tags: [] });
    expect(await done(['render', 'greeting', '--missing-key', 'default'])).toBe('Hello <no value>');
  });

  it('are archived and restored', async () => {
    expect(await done(['prompts', 'archive', 'greeting'])).toMatch(/status +archived/);
    expect(JSON.parse(await done(['prompts', 'list', '--json'])).prompts).toEqual([]);
    expect(JSON.parse(await done(['prompts', 'list', '--archived', '--json'])).prompts).toHaveLength(1);
    expect(await done(['prompts', 'restore', 'greeting'])).toMatch(/status +active/);
  });
});

describe('push and pull', () => {
  const file = (slug: string) => join(folder, 'prompts', `${slug}.prompt.md`);
  const farewell = `---
name: Farewell
description: Says goodbye.
status: live
tags:
  - prod
payloads:
  - name: ada
    variables:
      name: Ada
---
Bye {{.name}}
`;

  it('a pull writes what the team has, and asks only when it would change a file', async () => {
    expect(await done(['pull', '--dry-run'])).toBe('+ prompts/greeting.prompt.md\n');
    expect(await readdir(folder)).not.toContain('prompts');
    await done(['pull']);
    expect(await readFile(file('greeting'), 'utf8')).toBe(
      '---\nname: Greeting\ndescription: Says hello.\nstatus: live\n---\nHello {{.name}}\n',
    );
    expect(await done(['pull'])).toBe('The folder matches the team.\n');
    await writeFile(file('greeting'), '---\nname: Greeting\n---\nSomething else\n');
    await expect(px0(['pull'])).resolves.toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    expect(await done(['pull', '--yes'])).toBe('1 file changed.\n');
    expect(await done(['push', '--check'])).toBe('The team matches the folder.\n');
  });

  it('a push shows its plan, updates the team to match, and then has nothing to do', async () => {
    await writeFile(file('farewell'), farewell);
    const plan = await px0(['push', '--check']);
    expect(plan.code).toBe(9);
    expect(plan.stdout.split('\n')).toEqual([
      '+ farewell: create the prompt',
      '+ farewell: create the payload ada',
      '+ farewell: v1 draft -> stable -> live',
      '~ farewell: set the tag prod to v1',
      '',
    ]);
    await expect(px0(['push'])).resolves.toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    expect(await done(['push', '--yes'])).toBe('4 changes made.\n');
    expect(JSON.parse(await done(['push', '--json']))).toEqual({ dry_run: false, changes: [] });
    expect(await done(['render', 'farewell', '--tag', 'prod', '--var', 'name=Ada'])).toBe('Bye Ada');
  });

  it('a pull returns what was pushed byte for byte, and a reverted file makes the earlier version live again', async () => {
    await rm(file('farewell'));
    await done(['pull']);
    expect(await readFile(file('farewell'), 'utf8')).toBe(farewell);
    await writeFile(file('farewell'), farewell.replace('Bye', 'Goodbye'));
    expect(await done(['push', '--dry-run'])).toBe(`+ farewell: v2 draft -> stable -> live, instead of v1
~ farewell: set the tag prod to v2
    --- v1
    +++ farewell.prompt.md
    @@ -1 +1 @@
    -Bye {{.name}}
    +Goodbye {{.name}}
`);
    await done(['push', '--yes']);
    expect(await done(['render', 'farewell', '--var', 'name=Ada'])).toBe('Goodbye Ada');
    await writeFile(file('farewell'), farewell);
    expect(await done(['push', '--dry-run'])).toContain('~ farewell: v1 stable -> live, instead of v2\n');
    await done(['push', '--yes']);
    expect(JSON.parse(await done(['render', 'farewell', '--var', 'name=Ada', '--json'])).version).toBe(1);
  });

  it('an invalid file is named, whether the command or px0 finds the fault', async () => {
    await writeFile(file('broken'), '---\nname: Broken\nstatus: alive\n---\ntext\n');
    await expect(px0(['push', '--yes'])).resolves.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/prompts\/broken\.prompt\.md status: /),
    });
    await writeFile(file('broken'), '---\nname: Broken\n---\nHello {{.name\n');
    await expect(px0(['push', '--yes'])).resolves.toMatchObject({
      code: 7,
      stderr: expect.stringMatching(/prompts\/broken\.prompt\.md: .*unclosed action/),
    });
    expect(await done(['pull'])).toBe('The folder matches the team.\n');
    expect(await done(['pull', '--prune', '--yes'])).toBe('1 file changed.\n');
    expect(await readdir(join(folder, 'prompts'))).toEqual(['farewell.prompt.md', 'greeting.prompt.md']);
  });

  it('a folder of many prompts is pushed in pieces', async () => {
    const many = join(folder, 'many');
    await mkdir(many);
    const prompts = Array.from({ length: 30 }, (_, index) => `many_${index}`);
    await Promise.all(
      prompts.map((slug) =>
        writeFile(join(many, `${slug}.prompt.md`), `---\nname: ${slug}\n---\n${'x'.repeat(150_000)}\n`),
      ),
    );
    expect(await done(['push', 'many', '--yes'])).toBe('60 changes made.\n');
    expect(await done(['push', 'many', '--check'])).toBe('The team matches the folder.\n');
    await rm(many, { recursive: true });
    await done(['pull', 'many']);
    expect(await readdir(many)).toHaveLength(32);
  });
});

describe('files that other programs have changed', () => {
  let other: Account;
  let own: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    other = await world.account();
    own = await temporaryFolder('cli-files');
    env = { PX0_ACCESS_TOKEN: other.key.token, PX0_TEAM: other.team };
  });

  afterAll(async () => {
    await rm(own, { recursive: true, force: true });
  });

  async function convert(from: RegExp, to: string): Promise<void> {
    for (const name of await readdir(own)) {
      const path = join(own, name);
      await writeFile(path, (await readFile(path, 'latin1')).replace(from, to), 'latin1');
    }
  }

  it('match the team right after a pull, even on a checkout that converted their line breaks to CRLF', async () => {
    const isTaken = ({ name, template = '' }: PromptFile) =>
      name.trim() !== '' && name.length < 200 && !/\{\{(?!\.name\}\})/.test(template);
    const prompts = fc
      .sample(promptFile, { numRuns: 60, seed: 7 })
      .filter(isTaken)
      .map((prompt, index) => ({ ...prompt, slug: `p_${index}`, name: `${prompt.name} ${index}` }));
    prompts.push(
      ...[
        'no newline {{.a}}',
        'First {{.x}}\r\nsecond\r\n',
        'one\rtwo',
        '\n\n',
        '---\n---\n',
        '\ufeffx \t\n',
      ].map((template, index) => ({
        slug: `t_${index}`,
        name: `t ${index}`,
        description: 'a\r\nb',
        status: 'live' as const,
        tags: ['__proto__', '1', 'null', 'true', '2024-01-01', 'constructor'],
        payloads: [{ name: '__proto__', variables: JSON.parse('{"__proto__": {"a": null}}') }],
        template,
      })),
    );
    const body = { document: documentOfFiles(prompts) };
    await world.gateway.call('POST', `/v1/teams/${other.team}/import`, { token: other.key.token, body });
    expect(await done(['pull', own], { env })).toBe(`${prompts.length} files changed.\n`);
    expect(await readdir(own)).toHaveLength(prompts.length);
    const inLine = 'The team matches the folder.\n';
    expect(await done(['push', own, '--check'], { env })).toBe(inLine);
    await convert(/\n/g, '\r\n');
    expect(await done(['push', own, '--check'], { env })).toBe(inLine);
    expect(await done(['pull', own, '--check'], { env })).toBe('The folder matches the team.\n');
    const changes = await done(['push', own, '--yes', '--json'], { env });
    expect(JSON.parse(changes)).toEqual({ dry_run: false, changes: [] });
    await convert(/\r\n/g, '\n');
    expect(await done(['push', own, '--check'], { env })).toBe(inLine);
  });

  it('are reported if they are not prompts, and the others are pushed', async () => {
    const files = join(own, 'mixed');
    await mkdir(join(files, 'folder.prompt.md'), { recursive: true });
    const add = (name: string, text: string) => writeFile(join(files, name), text, 'latin1');
    await add(
      'good.prompt.md',
      '---\nname: Good\nstatus: live\ntags: ["7"]\n---\nHello {{.name}}{{if false}}{% if x %}{{end}}\n',
    );
    await add('latin.prompt.md', '---\nname: Latin\nstatus: live\n---\nCaf\xe9 {{.a}}\n');
    await add('refused.prompt.md', '---\nname: Refused\n---\nHello {{.name\n');
    await add('Upper.prompt.md', '---\nname: Upper\n---\nHello\n');
    await add('._good.prompt.md', '\0\x05\x16\x07');
    await symlink('ada@host.1:2', join(files, '.#good.prompt.md'));
    await symlink('nowhere', join(files, 'gone.prompt.md'));
    await run('mkfifo', [join(files, 'pipe.prompt.md')]);
    const ended = await px0(['push', files, '--yes'], { env });
    const place = (name: string) => join(files, name);
    expect(ended.code).toBe(2);
    expect(ended.stderr.split('\n').filter((line) => line.startsWith('px0: '))).toEqual([
      `px0: ${place('folder.prompt.md')} is a folder, not a file`,
      `px0: ${place('gone.prompt.md')} cannot be read: no such file or directory`,
      `px0: ${place('latin.prompt.md')} is not UTF-8 at line 5 (byte 36); save it as UTF-8`,
      `px0: ${place('pipe.prompt.md')} is not a regular file`,
      `px0: ${place('Upper.prompt.md')}: slug: is not normalised`,
      expect.stringMatching(
        /refused\.prompt\.md: .*unclosed action \(line 1: \{\{\.name has no closing \}\}\. Did you mean \{\{\.name\}\}\?\)$/,
      ),
      'px0: renders cannot select the tag 7 of good, because px0 reads it as a version number',
      `px0: ${place('good.prompt.md')}: line 1: px0 keeps {% if x %} as plain text. Did you mean {{if .x}}?`,
      'px0: 6 files left out',
    ]);
    expect(ended.stderr).not.toMatch(/^ {4}at /m);
    expect(await done(['render', 'good', '--var', 'name=Ada'], { env })).toBe('Hello Ada');
    const listed = JSON.parse(await done(['prompts', 'list', '--search', 'latin', '--json'], { env }));
    expect(listed.prompts).toEqual([]);
    const refused = JSON.parse((await px0(['push', files, '--check', '--json'], { env })).stdout);
    expect(refused).toMatchObject({ changes: [], left_out: { length: 6 } });
  });

  it('are written by a pull where possible, and the others are reported', async () => {
    const files = join(own, 'blocked');
    await mkdir(join(files, 'good.prompt.md', 'full'), { recursive: true });
    const ended = await px0(['pull', files, '--yes'], { env });
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('good.prompt.md is a folder') });
    expect((await readdir(files)).length).toBeGreaterThan(5);
    await writeFile(join(own, 'file'), '');
    await expect(px0(['pull', join(own, 'file', 'prompts')], { env })).resolves.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^px0: .*cannot be read: not a directory\n$/),
    });
  });
});

describe('a chat', () => {
  let other: Account;
  let own: string;
  let env: NodeJS.ProcessEnv;
  const tutor = `---
name: Tutor
kind: chat
status: live
note: The first talk.
config:
  model: gpt-x
  temperature: 0.2
  seed: 12345678901234567890
---
system:
You are a tutor.

placeholder: history?

user:
{{.question}}
\\user:
media (image/png): {{.photo}}
`;

  beforeAll(async () => {
    other = await world.account();
    own = await temporaryFolder('cli-chat');
    env = { PX0_ACCESS_TOKEN: other.key.token, PX0_TEAM: other.team };
    await mkdir(join(own, 'school', 'maths'), { recursive: true });
  });

  afterAll(async () => {
    await rm(own, { recursive: true, force: true });
  });

  it('is pushed from its folder and pulled back byte for byte', async () => {
    const file = join(own, 'school', 'maths', 'tutor.prompt.md');
    await writeFile(file, tutor);
    expect((await done(['push', own, '--dry-run'], { env })).split('\n')).toEqual([
      '+ tutor: create the prompt',
      '+ tutor: v1 draft -> stable -> live',
      '',
    ]);
    await done(['push', own, '--yes'], { env });
    expect(await done(['push', own, '--check'], { env })).toBe('The team matches the folder.\n');
    expect(await done(['pull', own, '--check'], { env })).toBe('The folder matches the team.\n');
    await rm(join(own, 'school'), { recursive: true });
    await done(['pull', own], { env });
    expect(await readFile(file, 'utf8')).toBe(tutor);
    const digits = await done(['versions', 'get', 'tutor', '1', '--format', 'json'], { env });
    expect(digits).toContain('"seed": 12345678901234567890');
    expect(await done(['versions', 'get', 'tutor', 'live', '--format', 'file'], { env })).toBe(tutor);
    expect(await done(['versions', 'get', 'tutor', '1'], { env })).toBe(tutor.replace(/^---.*\n---\n/s, ''));
    expect(await done(['versions', 'get', 'tutor', '1', '--format', 'program'], { env })).toMatch(
      /^system:\n\{\{template "message 0" \.\}\}/,
    );
  });

  it('moves with its file, and its file with it', async () => {
    await mkdir(join(own, 'languages'));
    await rename(join(own, 'school', 'maths', 'tutor.prompt.md'), join(own, 'languages', 'tutor.prompt.md'));
    expect(await done(['push', own, '--dry-run'], { env })).toBe(
      '~ tutor: move it to the folder languages\n',
    );
    await done(['push', own, '--yes'], { env });
    expect(await done(['prompts', 'move-folder', 'languages', 'arts/words'], { env })).toBe(
      '1 prompt moved from languages to arts/words.\n',
    );
    const place = (...names: string[]) => join(own, ...names, 'tutor.prompt.md');
    expect(await done(['pull', own, '--dry-run'], { env })).toBe(
      `~ ${place('languages')} -> ${place('arts', 'words')}\n`,
    );
    await done(['pull', own, '--yes'], { env });
    expect((await readdir(own)).toSorted()).toEqual(['arts', 'school']);
    expect(await readFile(place('arts', 'words'), 'utf8')).toBe(tutor);
    await rename(place('arts', 'words'), place());
    await done(['push', own, '--yes'], { env });
    expect(JSON.parse(await done(['prompts', 'get', 'tutor', '--json'], { env })).prompt.folder).toBe('');
  });

  it('is rendered as a conversation, and as the request of a provider', async () => {
    const render = ['render', 'tutor', '--version', '1', '--vars-file', '-'];
    const input = JSON.stringify({
      question: 'Why?',
      photo: 'https://px0.test/a.png',
      history: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: null, tool_calls: [] },
      ],
    });
    expect(await done(render, { env, input })).toBe(`system:
You are a tutor.

user:
Hi

assistant:
{"tool_calls":[]}

user:
Why?
user:
media (image/png): https://px0.test/a.png
`);
    expect(JSON.parse(await done([...render, '--json'], { env, input }))).toMatchObject({
      rendered: expect.stringMatching(/^system:\nYou are a tutor\.\n\n/),
      messages: { length: 4 },
      config: { model: 'gpt-x' },
      version: 1,
    });
    expect(JSON.parse(await done([...render, '--openai'], { env, input }))).toMatchObject({
      model: 'gpt-x',
      messages: [{ role: 'system' }, { role: 'user' }, { role: 'assistant' }, { role: 'user' }],
    });
    const refused = await px0([...render, '--anthropic'], { env, input });
    expect(refused).toMatchObject({ code: 2, stderr: 'px0: anthropic needs max_tokens\n' });
    const alone = JSON.stringify({ question: 'Why?', photo: 'https://px0.test/a.png' });
    const gemini = await done([...render, '--gemini', '--json'], { env, input: alone });
    expect(JSON.parse(gemini)).toMatchObject({ request: { model: 'gpt-x' }, dropped: [] });
    await expect(px0([...render, '--openai', '--gemini'], { env })).resolves.toMatchObject({ code: 2 });
  });

  it('is created from its messages, its configuration and a note, and compared part by part', async () => {
    await done(['prompts', 'create', 'Guide', '--folder', 'tours'], { env });
    await writeFile(join(own, 'config.json'), '{"model": "gpt-y", "seed": 12345678901234567890}');
    await writeFile(join(own, 'messages.json'), '[{"role": "user", "template": "Where is {{.place}}?"}]');
    const create = ['versions', 'create', 'guide'];
    await done([...create, '--messages', join(own, 'messages.json'), '--note', 'As JSON.'], { env });
    const input = 'system:\nBe brief.\n\nuser:\nWhere is {{.place}}?\n';
    const config = ['--config', join(own, 'config.json')];
    await done([...create, '--messages', '-', ...config], { env, input });
    expect(await done(['versions', 'get', 'guide', '2'], { env })).toBe(input);
    expect(await done(['diff', 'guide', '1', '2'], { env })).toBe(`messages:
--- v1
+++ v2
@@ -1,2 +1,5 @@
+system:
+Be brief.
+
 user:
 Where is {{.place}}?
config:
--- v1
+++ v2
@@ -0,0 +1,4 @@
+{
+  "model": "gpt-y",
+  "seed": 12345678901234567890
+}
`);
    await expect(
      px0([...create, '--messages', '-'], { env, input: '[{"role": "user", "content": "x"}]' }),
    ).resolves.toMatchObject({ code: 2, stderr: expect.stringContaining('standard input: messages.0: ') });
    await expect(px0([...create, '--messages', '-'], { env, input: 'Hello\n' })).resolves.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('standard input line 1: stands before the first message'),
    });
    await expect(px0([...create, '--messages', '-'], { env, input: 'user:\n{{\n' })).resolves.toMatchObject({
      code: 7,
      stderr: expect.stringContaining('message 0:1: unclosed action'),
    });
  });

  it('is released with reasons, and found by its folder and by what it says', async () => {
    await done(['promote', 'guide', '2', '--note', 'Shorter answers.'], { env });
    const list = (...args: string[]) => done(['prompts', 'list', ...args], { env });
    expect(await list()).toMatch(
      /^SLUG.*\nguide +Guide +tours +v2 +2 +chat +API key \w{8} +[0-9: -]+ promoted v2: Shorter answers\.\n/,
    );
    const slugs = async (...args: string[]) =>
      JSON.parse(await list('--json', ...args)).prompts.map(({ slug }: { readonly slug: string }) => slug);
    expect(await slugs('--folder', 'tours')).toEqual(['guide']);
    expect(await slugs('--folder', '/')).toEqual(['tutor']);
    expect(await slugs('--search', 'brief')).toEqual([]);
    expect(await slugs('--search', 'brief', '--content')).toEqual(['guide']);
    await expect(px0(['demote', 'guide', '2'], { env })).resolves.toMatchObject({ code: 2 });
    expect(await done(['demote', 'guide', '2', '--note', 'Too short.', '--yes'], { env })).toBe(
      'guide: version 2 is stable.\n',
    );
    expect(await done(['archive', 'guide', '1', '--note', 'Unused.', '--yes'], { env })).toBe(
      'guide: version 1 is archived.\n',
    );
    expect(await list('--folder', 'tours')).toMatch(/archived v1: Unused\.\n$/);
    expect(await done(['versions', 'list', 'guide'], { env })).toMatch(/\n1 +archived +chat .* As JSON\.\n$/);
  });

  it('that px0 refuses is reported with its file and its place', async () => {
    await writeFile(join(own, 'bad.prompt.md'), '---\nname: Bad\nkind: chat\n---\nuser:\nx\nsystem:\n{{\n');
    await expect(px0(['push', own, '--yes'], { env })).resolves.toMatchObject({
      code: 7,
      stderr: expect.stringContaining(
        'bad.prompt.md: messages: invalid template: template: message 1:1: unclosed action (message 1, line 1: {{ has no closing }})\n',
      ),
    });
  });
});

describe('a version', () => {
  it('is the requested one, even if tags look like numbers and words', async () => {
    const env = { PX0_ACCESS_TOKEN: account.key.token, PX0_TEAM: account.team };
    const prompt = await world.emptyPrompt(account.key, account.team, { slug: 'named' });
    await world.live(account.key, prompt, 'LIVE');
    await world.draft(account.key, prompt, 'DRAFT');
    const tag = async (name: string, version: number) =>
      await world.gateway.call('POST', `/v1/prompts/${prompt.id}/versions/${version}/tags`, {
        token: account.key.token,
        body: { tag: name },
      });
    const get = (ref: string) => px0(['versions', 'get', 'named', ref], { env });
    await tag('live', 1);
    await tag('2', 2);
    await tag('diff', 2);
    await tag('007', 2);
    for (const ref of ['live', '1', 'tag:live', 'version:live', 'version:1'])
      await expect(get(ref)).resolves.toMatchObject({ code: 0, stdout: 'LIVE' });
    for (const ref of ['2', 'tag:2', 'diff', 'tag:diff', 'tag:007'])
      await expect(get(ref)).resolves.toMatchObject({ code: 0, stdout: 'DRAFT' });
    await tag('live', 2);
    await tag('1', 2);
    for (const ref of ['live', '1', '007']) {
      await expect(get(ref)).resolves.toMatchObject({
        code: 2,
        stderr: `px0: ${ref} is also a tag of named; write version:${ref} or tag:${ref}, which is version 2\n`,
      });
    }
    await expect(get('tag:live')).resolves.toMatchObject({ stdout: 'DRAFT' });
    await expect(get('version:live')).resolves.toMatchObject({ stdout: 'LIVE' });
    await expect(get('tag:nowhere')).resolves.toMatchObject({
      code: 5,
      stderr: 'px0: named has no tag nowhere\n',
    });
    await expect(px0(['render', 'named', '--tag', '1'], { env })).resolves.toMatchObject({ code: 2 });
    expect(await done(['render', 'named', '--tag', 'live'], { env })).toBe('DRAFT');
  });
});

describe('a template', () => {
  it('survives a file byte for byte, except for a byte order mark', async () => {
    const { env, prompt } = await ownPrompt('bytes');
    const printed = async (version: number) => {
      const args = [main, 'versions', 'get', 'bytes', String(version)];
      return (await run(process.execPath, args, { env: environment(env) })).stdout;
    };
    const template = '\ttab \u00a0\r\na\rb caf\u00e9 \u{1f600}\u2028\ufeff\n\n';
    await world.draft(account.key, prompt, template);
    await writeFile(join(folder, 'template'), await printed(1));
    await done(['versions', 'create', 'bytes', '-f', 'template'], { env });
    expect(await printed(2)).toBe(template);
    await done(['versions', 'create', 'bytes', '--template', '\ufeffmarked'], { env });
    const marked = await printed(3);
    expect(marked).toBe('\ufeffmarked');
    await done(['versions', 'create', 'bytes'], { env, input: marked });
    expect(await printed(4)).toBe('marked');
  });

  it('with an old tag of dots pulls and pushes without a difference', async () => {
    const { env, prompt } = await ownPrompt('dotted');
    await world.live(account.key, prompt, 'LIVE');
    const pool = createPool({
      connectionString: platform.databaseUrl,
      schema: 'registry',
      logger: silentLogger(),
      max: 1,
    });
    await pool.query(
      `INSERT INTO prompt_tags (id, prompt_id, version, tag, created_at, updated_at)
        SELECT gen_random_uuid(), $1, 1, tag, now(), now() FROM unnest(ARRAY['.', '..']) AS tag`,
      [prompt.id],
    );
    await pool.end();
    await done(['pull', 'dotted', '--yes'], { env });
    expect(await readFile(join(folder, 'dotted', 'dotted.prompt.md'), 'utf8')).toContain('- ..\n');
    expect(await done(['push', 'dotted', '--check'], { env })).toBe('The team matches the folder.\n');
  });

  async function ownPrompt(name: string) {
    const env = { PX0_ACCESS_TOKEN: account.key.token, PX0_TEAM: account.team };
    return { env, prompt: await world.emptyPrompt(account.key, account.team, { slug: name }) };
  }
});

describe('types', () => {
  it('follow the contracts: --check notices a promotion that adds a variable', async () => {
    const { key, team } = await world.account();
    const env = { PX0_ACCESS_TOKEN: key.token, PX0_TEAM: team };
    const file = join(folder, 'types.ts');
    const released = async (version: string, template: string) => {
      await done(['versions', 'create', 'support_reply', '--template', template], { env });
      await done(['promote', 'support_reply', version], { env });
    };
    const generate = ['generate', '--lang', 'ts', '--out', file];
    await done(['prompts', 'create', 'Support reply'], { env });
    await released('1', '{{.question}}{{range .items}}{{.title}}{{end}}');
    expect(await done(generate, { env })).toBe(`Wrote 1 prompt to ${file}.\n`);
    expect(await readFile(file, 'utf8')).toContain(`export interface SupportReplyVariables {
  items: readonly {
    title: string | number | boolean;
  }[] | Readonly<Record<string, unknown>> | null;
  question: string | number | boolean;
}`);
    expect(await done([...generate, '--check'], { env })).toBe(`${file} is up to date.\n`);
    await released('2', '{{.question}} {{.mood}}');
    await expect(px0([...generate, '--check'], { env })).resolves.toMatchObject({ code: 9, stdout: '' });
  });
});

describe('keys', () => {
  it('are created, listed, rotated and revoked, and their secrets are printed once', async () => {
    const secret = (await done(['keys', 'create', 'command line'])).trim();
    expect(secret).toMatch(/^ak_[0-9a-f]{64}$/);
    const env = { PX0_ACCESS_TOKEN: secret };
    expect(await done(['whoami'], { env })).toContain('an API key (read_render)');
    expect(await done(['render', 'greeting', '--var', 'name=Ada'], { env })).toBe('Hello Ada');
    await expect(px0(['prompts', 'create', 'No', '--team', account.team], { env })).resolves.toMatchObject({
      code: 4,
      stderr: 'px0: forbidden (this key may only read and render)\n',
    });
    const listed = await done(['keys', 'list', '--json']);
    expect(listed).not.toContain(secret);
    const [{ id }] = JSON.parse(listed).api_keys;
    const successor = (await done(['keys', 'rotate', id, '--overlap', '3600'])).trim();
    expect(successor).not.toBe(secret);
    expect(await done(['keys', 'list'])).toMatch(/command line +read_render/);
    await done(['keys', 'delete', id, '--yes']);
    await expect(px0(['render', 'greeting'], { env })).resolves.toMatchObject({ code: 3 });
    expect(await done(['login', '--api-key-stdin'], { input: `${successor}\n` })).toContain(
      'Stored the API key',
    );
    expect(await done(['render', 'greeting', '--var', 'name=Ada'])).toBe('Hello Ada');
  });
});

describe('a bundle', () => {
  it('holds what px0 delivers, and is checked without it', async () => {
    const [key, file] = [join(folder, 'bundle.key'), join(folder, 'prompts.ndjson.gz')];
    const publicKey = (await done(['bundle', 'keygen', key])).trim();
    const env = { PX0_ACCESS_TOKEN: account.key.token };
    await done(['bundle', 'create', file, '--key-file', key, '--team', account.team], { env });
    const nowhere = { PX0_HOST: 'http://127.0.0.1:9' };
    expect(await done(['bundle', 'verify', file, '--key', publicKey], { env: nowhere })).toMatch(
      /signed by key/,
    );
    const shown = JSON.parse(await done(['bundle', 'show', file, '--json'], { env: nowhere }));
    expect(shown).toMatchObject({ host: platform.gatewayUrl, teams: [{ team_id: account.team }] });
    const greeting = shown.teams[0].prompts.find(
      ({ slug }: { readonly slug: string }) => slug === 'greeting',
    );
    expect(greeting).toMatchObject({ live: 1, versions: [{ version: 1, template: 'Hello {{.name}}' }] });
  });
});

describe('tail', () => {
  it('prints renders as they are counted, and ends on a signal', async () => {
    const args = [main, 'tail', 'greeting', '--interval', '0.2', '--since', '1', '--json'];
    const env = environment({ PX0_ACCESS_TOKEN: account.key.token });
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
    await eventually(() => output.includes('\n'), { what: 'a line of the tail', timeoutMs: 60_000 });
    expect(JSON.parse(output.split('\n', 1)[0] ?? '')).toMatchObject({ slug: 'greeting', version: 1 });
    child.kill('SIGINT');
    expect(await exit).toBe(0);
  });
});

describe('an error', () => {
  const key = () => ({ PX0_ACCESS_TOKEN: account.key.token, PX0_TEAM: account.team });

  it.concurrent.each([
    ['an unknown command', 2, ['nonsense']],
    ['an unknown option', 2, ['prompts', 'list', '--nonsense']],
    ['a missing argument', 2, ['render']],
    ['an impossible value', 2, ['render', 'greeting', '--version', 'three']],
    ['variables that are no object', 2, ['render', 'greeting', '--vars-file', '-']],
    ['a file that is not there', 2, ['versions', 'create', 'greeting', '--file', 'nowhere']],
    ['an unknown prompt', 5, ['prompts', 'get', 'nowhere']],
    ['an unknown version', 5, ['versions', 'get', 'greeting', '99']],
    ['a name that is taken', 6, ['prompts', 'create', 'Greeting']],
    ['a version that is live already', 7, ['promote', 'greeting', '1']],
    ['a render that fails', 7, ['render', 'greeting', '--var', 'other=1']],
    ['a team of others', 4, ['prompts', 'list', '--team', UNKNOWN_ID]],
    ['an operation for sessions only', 3, ['keys', 'delete', UNKNOWN_ID, '--yes']],
    ['a px0 that is away', 8, ['whoami', '--host', 'http://127.0.0.1:9']],
  ])('%s ends with %s and a message', async (_what, code, args) => {
    const ended = await px0(args, { input: '[]', env: key() });
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(/^px0: [^\n]+\n/) });
  });

  it('is an object with --json', async () => {
    const { stderr } = await px0(['prompts', 'get', 'nowhere', '--json'], { env: key() });
    expect(JSON.parse(stderr)).toEqual({ error: 'prompt not found', code: 'not_found', status: 404 });
  });

  it('says what may help', async () => {
    const asked = ['prompts', 'get', 'Greeting!'];
    const { stderr } = await px0(asked, { env: key() });
    expect(stderr).toBe('px0: prompt not found (did you mean greeting?)\n');
    expect(JSON.parse((await px0([...asked, '--json'], { env: key() })).stderr)).toEqual({
      error: 'prompt not found',
      hint: 'did you mean greeting?',
      code: 'not_found',
      status: 404,
    });
  });

  it('reports an unknown credential', async () => {
    await expect(px0(['whoami'], { env: { PX0_ACCESS_TOKEN: 'ak_unknown' } })).resolves.toMatchObject({
      code: 3,
      stderr: 'px0: unauthorized (the API key is not complete; copy it again)\n',
    });
  });
});

describe('a command', () => {
  async function withStreams(command: string): Promise<Ended> {
    const env = environment({ PX0_ACCESS_TOKEN: account.key.token, PX0_TEAM: account.team });
    const child = spawn('bash', ['-c', `px0() { "${process.execPath}" "${main}" "$@"; }; ${command}`], {
      env,
      cwd: folder,
    });
    const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
    return { code, stdout, stderr };
  }

  it.concurrent.each([
    ['a reader that goes away', 'px0 prompts list | true; exit $PIPESTATUS', 0, ''],
    ['a full disk', 'px0 prompts list > /dev/full', 2, 'standard output cannot be written: no space left'],
    ['closed standard error', 'px0 nonsense 2>&-', 2, ''],
    ['closed standard input', 'px0 versions create greeting <&-', 7, 'template is required'],
    ['a folder as standard input', 'px0 versions create greeting < /tmp', 7, 'template is required'],
    ['bytes that are no text', "px0 versions create greeting -t $'Caf\\xe9'", 2, 'argument 5 is not UTF-8'],
    [
      'a template that is no text',
      "printf 'Caf\\xe9' | px0 versions create greeting",
      2,
      'standard input is not UTF-8',
    ],
    [
      'a configuration that is a folder',
      'unset PX0_HOST; mkdir -p c/px0/config.json; XDG_CONFIG_HOME=c px0 teams',
      2,
      'is a folder',
    ],
    [
      'a configuration in UTF-16',
      "mkdir -p d/px0; printf '\\xff\\xfe{' > d/px0/config.json; unset PX0_HOST; XDG_CONFIG_HOME=d px0 teams",
      2,
      'is UTF-16',
    ],
    ['a credential for an option', 'px0 teams --token=ak_secret', 2, "unknown option '--token'"],
  ])('with %s ends with a message', async (_what, command, code, sentence) => {
    const ended = await withStreams(command);
    expect(ended).toMatchObject({ code, stderr: expect.stringContaining(sentence) });
    expect(ended.stderr).not.toMatch(/^ {4}at |ak_secret/m);
  });
});

describe('an interruption', () => {
  it.each(['pull', 'push'])('of a %s ends it with 130 and leaves the folder as it was', async (command) => {
    const own = await temporaryFolder('cli-interrupted');
    const file = '---\nname: Good\n---\nHello\n';
    await writeFile(join(own, 'good.prompt.md'), file);
    const silent = createServer().listen(0, '127.0.0.1');
    try {
      await once(silent, 'listening');
      const { port } = silent.address() as AddressInfo;
      const env = environment({
        PX0_HOST: `http://127.0.0.1:${port}`,
        PX0_ACCESS_TOKEN: 'ak_1',
        PX0_TEAM: UNKNOWN_ID,
      });
      const child = spawn(process.execPath, [main, command, own, '--yes'], { env });
      const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
      const [socket] = await once(silent, 'connection');
      child.kill('SIGINT');
      const [stderr, code] = await Promise.all([text(child.stderr), exit]);
      socket.destroy();
      expect([code, stderr]).toEqual([130, 'px0: interrupted\n']);
      expect(await readdir(own)).toEqual(['good.prompt.md']);
      expect(await readFile(join(own, 'good.prompt.md'), 'utf8')).toBe(file);
    } finally {
      silent.close();
      await rm(own, { recursive: true });
    }
  });
});

/** The script of a shell, run by that shell, as its line editor does when TAB is pressed; without one, its own tests are skipped. */
describe('a completion', () => {
  const has = (shell: string) => spawnSync(shell, ['-c', 'exit 0']).status === 0;
  const team = "Support & Sales $(touch 'run')";
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    const owner = await world.owner();
    const id = (await world.make(owner, 'POST', `/v1/orgs/${owner.organization}/teams`, { name: team })).text(
      'team',
      'id',
    );
    const prompt = await world.emptyPrompt(owner, id, { slug: 'refund', name: 'Refund: mail' });
    await world.live(owner, prompt, 'Hello');
    await world.make(owner, 'POST', `/v1/prompts/${prompt.id}/versions/1/tags`, { tag: 'eu-west' });
    const bin = join(folder, 'bin');
    await mkdir(bin);
    const command = `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`;
    await writeFile(join(bin, 'px0'), command, { mode: 0o755 });
    await writeFile(join(folder, 'refund.txt'), '');
    env = {
      ...environment({ PX0_ACCESS_TOKEN: owner.token }),
      PATH: `${bin}:${process.env['PATH']}`,
    };
  });

  /** What the shell offers for the last word of the line. */
  const shells: Readonly<Record<string, (line: string) => string>> = {
    bash: (line) => `source <(px0 completion bash)
      COMP_LINE='${line}' COMP_WORDS=(${line.replaceAll(/=/g, ' = ')}) COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
      [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('') COMP_CWORD=$((COMP_CWORD + 1))
      _px0; printf '%s\n' "\${COMPREPLY[@]}"`,
    zsh: (line) => `_describe() { print -rl -- "\${(@P)argv[-1]}" }
      _files() { print -rl -- * }
      compdef() { : }
      source <(px0 completion zsh)
      words=(\${(s: :)\${:-${line}}}) CURRENT=$#words PREFIX=$words[-1]
      [[ '${line}' == *' ' ]] && { words+=(''); CURRENT=$#words; PREFIX='' }
      _px0`,
    fish: (line) => `px0 completion fish | source; complete -C '${line}'`,
  };

  async function offered(shell: string, line: string): Promise<string> {
    const script = shells[shell]?.(line) ?? '';
    const options = shell === 'zsh' ? ['-f', '-c'] : ['-c'];
    return (await run(shell, [...options, script], { env, cwd: folder })).stdout;
  }

  it.for(Object.keys(shells))(
    'in %s offers slugs, versions, tags and teams, and files where they belong',
    async (shell, { skip }) => {
      if (!has(shell)) skip();
      const about = (value: string, text: string) => {
        const lines = { zsh: `${value}:${text}`, fish: `${value}\t${text}` };
        return shell === 'zsh' || shell === 'fish' ? lines[shell] : value;
      };
      expect(await offered(shell, 'px0 versions list re')).toBe(
        `${about('refund', 'Refund: mail (v1 live)')}\n`,
      );
      expect(await offered(shell, 'px0 versions get refund ')).toContain(about('live', 'version 1'));
      expect(await offered(shell, 'px0 render refund --tag eu')).toContain(about('eu-west', 'version 1'));
      expect(await offered(shell, 'px0 use Supp')).toContain(
        shell === 'bash' ? String.raw`Support\ \&\ Sales\ \$\(touch\ \'run\'\)` : team,
      );
      expect(await offered(shell, 'px0 prompts list --tag=eu')).toContain(
        shell === 'bash' ? 'eu-west' : '--tag=eu-west',
      );
      expect(await offered(shell, 'px0 versions list refund.')).not.toContain('refund.txt');
      expect(await offered(shell, 'px0 render refund --vars-file refund.')).toContain('refund.txt');
      expect(await readdir(folder)).not.toContain('run');
    },
  );
});

describe('checks', () => {
  it('are posted of one content, and refused once it has changed', async () => {
    const { key, team } = await world.account();
    const prompt = await world.emptyPrompt(key, team, { slug: 'billing' });
    await world.draft(key, prompt, { template: 'Hello {{.name}}' });
    const env = { PX0_ACCESS_TOKEN: key.token, PX0_TEAM: team };
    const { version } = z
      .object({ version: z.object({ content_hash: z.string() }) })
      .parse(JSON.parse(await done(['versions', 'get', 'billing', '1', '--json'], { env })));
    const post = [...['check', 'post', 'billing', '1', '--name', 'evals', '--state', 'success'], '--url'];
    const seen = [...post, 'https://ci.example.com/runs/7', '--content-hash', version.content_hash];
    expect(await done(seen, { env })).toBe('billing: evals of version 1 is success.\n');
    await world.make(key, 'PUT', `/v1/prompts/${prompt.id}/versions/1`, { template: 'Bye {{.name}}' });
    expect(await px0(seen, { env })).toMatchObject({ code: 6 });
    expect(await done(['check', 'list', 'billing', '1'], { env })).toContain('the content has changed since');
  });
});

describe('services', () => {
  it('that render in their own process are listed, and named where a contract breaks', async () => {
    const { key, team } = await world.account();
    const prompt = await world.emptyPrompt(key, team, { slug: 'support' });
    await world.live(key, prompt, 'Hello {{.name}}');
    await world.make(key, 'PATCH', `/v1/prompts/${prompt.id}`, { contract: 'enforce' });
    const application = new Px0({
      host: platform.gatewayUrl,
      accessToken: key.token,
      mode: 'stream',
      serviceName: 'checkout',
      telemetry: false,
    });
    await application.ready();
    expect((await application.render('support', { name: 'Ada' })).source).toBe('stream');
    await application.close();
    await eventually(
      async () =>
        (await world.get(key, `/v1/prompts/${prompt.id}/services`)).text('services', 0, 'service') ===
        'checkout',
      { what: 'the service' },
    );

    const env = { PX0_ACCESS_TOKEN: key.token, PX0_TEAM: team };
    expect(await done(['services', 'support'], { env })).toMatch(/\ncheckout +v1 +stream +1 +0 /);
    expect(await done(['services'], { env })).toMatch(/\ncheckout +1 +1 +0 /);
    const schema = { type: 'object', properties: { mood: { type: 'string' } }, required: ['mood'] };
    await world.draft(key, prompt, { template: 'Hello {{.name}}, {{.mood}}', schema });
    await expect(px0(['promote', 'support', '2'], { env })).resolves.toMatchObject({
      code: 6,
      stderr: expect.stringMatching(/added required mood.* \(checkout does not send `mood`\)\n$/),
    });
  });
});

describe('the audit', () => {
  it('verifies as it was exported, and neither changed nor cut', async () => {
    await done(['login', '--email', account.email, '--password-stdin'], { input: PASSWORD });
    const heads = async () => (await done(['audit', 'head', '--json'])).trim().split('\n');
    await eventually(
      async () => (await heads()).every((line) => !/"number":0\b/.test(line) || line.includes('identity')),
      { what: 'sealed entries' },
    );
    const file = join(folder, 'audit');
    const exported = await done(['audit', 'export']);
    await writeFile(file, exported);
    expect(await done(['audit', 'verify', file])).toContain('registry: entries 1 to ');

    const lines = exported.trim().split('\n');
    const last: { number: number; hash: string; context: string } = JSON.parse(lines.at(-1) ?? '');
    expect(last.context).toBe('registry');
    const { number, hash } = last;
    const at = lines.findIndex((line) => line.includes(`"number":2,`) && line.includes('"registry"'));
    const action = /"action":"./.exec(lines[at] ?? '')?.[0] ?? '';
    const changed = lines.with(at, (lines[at] ?? '').replace(action, `${action.slice(0, -1)}x`));
    await writeFile(file, changed.join('\n'));
    await expect(px0(['audit', 'verify', file])).resolves.toMatchObject({
      code: 7,
      stderr: 'px0: entry 2 of registry does not follow entry 1\n',
    });
    await writeFile(file, lines.slice(0, -1).join('\n'));
    await expect(px0(['audit', 'verify', file])).resolves.toMatchObject({ code: 0 });
    await expect(px0(['audit', 'verify', file, '--head', `${number}:${hash}`])).resolves.toMatchObject({
      code: 7,
    });
    // What the command did says so.
    expect(lines.some((line) => line.includes('"via":"cli"'))).toBe(true);
  });
});

describe('the end', () => {
  it('a logout forgets the credential', async () => {
    await done(['login', '--email', account.email, '--password-stdin'], { input: PASSWORD });
    expect(await done(['logout'])).toBe(`Logged out of ${platform.gatewayUrl}.\n`);
    await expect(px0(['whoami'])).resolves.toMatchObject({
      code: 3,
      stderr: expect.stringContaining('run "px0 login"'),
    });
    await expect(px0(['logout'])).resolves.toMatchObject({ code: 3 });
  });
});
