/**
 * A folder of prompts from a pull request to the live version: the action and the plain script run as CI runs them, with a real px0 and a played GitHub,
 * whose two endpoints the action uses.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startTestPlatform, type TestPlatform, temporaryFolder } from '@px0/testing';
import { type Account, World } from '@px0/testing/world';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import manifest from '../packages/cli/package.json' with { type: 'json' };

const root = join(import.meta.dirname, '..');
const action = join(root, 'actions', 'review');
const command = join(root, 'packages', 'cli', 'src', 'main.ts');

let platform: TestPlatform;
let world: World;
let account: Account;
let reader: string;
let folder: string;
let forge: Forge;

// A test starts some processes, which are slow on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

beforeAll(async () => {
  [platform, folder, forge] = await Promise.all([
    startTestPlatform(),
    temporaryFolder('review-action'),
    Forge.start(),
  ]);
  world = new World(platform);
  account = await world.account();
  reader = (await world.key(account, 'read_render')).token;
});

afterAll(async () => {
  await forge?.stop();
  await platform?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

interface Comment {
  readonly id: number;
  body: string;
}

/** The comments of one pull request, as GitHub's API gives and takes them. */
class Forge {
  comments: Comment[] = [];
  /** What every request is answered with instead; 0: nothing. */
  refusal = 0;
  readonly asked: string[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<Forge> {
    const server = createServer();
    const made = new Forge(server);
    server.on('request', async (request, response) => {
      const sent = await text(request);
      const { method = '', url = '', headers } = request;
      const { pathname, searchParams } = new URL(url, 'http://forge');
      made.asked.push(`${method} ${pathname}`);
      const isKnown = headers.authorization === 'Bearer forge-token';
      const [status, body] =
        made.refusal !== 0 || !isKnown
          ? [made.refusal || 401, {}]
          : made.#answer(`${method} ${pathname}`, Number(searchParams.get('page') ?? 1), sent);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return made;
  }

  get url(): string {
    // A server that listens on a port has such an address.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #answer(operation: string, page: number, sent: string): [number, unknown] {
    if (operation === 'GET /repos/acme/shop/issues/7/comments')
      return [200, this.comments.slice((page - 1) * 100, page * 100)];
    if (operation === 'POST /repos/acme/shop/issues/7/comments') {
      const comment = { id: this.comments.length + 1, body: JSON.parse(sent).body };
      this.comments.push(comment);
      return [201, comment];
    }
    const [, id] = /^PATCH \/repos\/acme\/shop\/issues\/comments\/(\d+)$/.exec(operation) ?? [];
    const known = this.comments.find((one) => one.id === Number(id));
    if (known === undefined) return [404, {}];
    known.body = JSON.parse(sent).body;
    return [200, known];
  }

  async stop(): Promise<void> {
    this.#server.close();
    await once(this.#server, 'close');
  }
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly summary: string;
}

async function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  const summaryPath = join(folder, 'summary.md');
  await writeFile(summaryPath, '');
  const { PX0_ACCESS_TOKEN: _token, PX0_TEAM: _team, ...others } = process.env;
  const child = spawn(program, args, {
    cwd: folder,
    env: {
      ...others,
      XDG_CONFIG_HOME: folder,
      PX0_HOST: platform.gatewayUrl,
      PX0_TEAM: account.team,
      PX0_COMMAND: command,
      GITHUB_STEP_SUMMARY: summaryPath,
      ...env,
    },
  });
  const closed = once(child, 'close');
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await closed;
  return { code, output: out + err, summary: await readFile(summaryPath, 'utf8') };
}

/** The action as the runner starts it for pull request 7 of acme/shop. */
async function reviewed(env: NodeJS.ProcessEnv = {}, head = 'acme/shop'): Promise<Ended> {
  const event = join(folder, 'event.json');
  const of = (name: string) => ({ repo: { full_name: name } });
  const pull = { number: 7, head: of(head), base: of('acme/shop') };
  await writeFile(event, JSON.stringify({ pull_request: pull, sender: { login: 'ada' } }));
  return run(process.execPath, [join(action, 'review.mjs')], {
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: event,
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_RUN_ID: '42',
    GITHUB_SERVER_URL: 'https://forge.example',
    GITHUB_API_URL: forge.url,
    GITHUB_TOKEN: 'forge-token',
    PX0_ACCESS_TOKEN: reader,
    ...env,
  });
}

const write = async (slug: string, head: string, template: string) =>
  await writeFile(
    join(folder, 'prompts', `${slug}.prompt.md`),
    `---\nname: ${slug}\n${head}---\n${template}\n`,
  );

const px0 = (args: readonly string[], token = account.token) =>
  run(process.execPath, [command, ...args], { PX0_ACCESS_TOKEN: token });

const GREETING = 'status: live\npayloads: [{name: ann, variables: {name: Ann}}]\n';

beforeEach(async () => {
  await rm(join(folder, 'prompts'), { recursive: true, force: true });
  await mkdir(join(folder, 'prompts'));
  forge.comments = [];
  forge.refusal = 0;
  forge.asked.length = 0;
});

describe('the action', () => {
  it('keeps one comment on the pull request, with a key that cannot write', async () => {
    await write('greeting', GREETING, 'Hello {{.name}}');
    expect(await px0(['push', 'prompts', '--yes'])).toMatchObject({ code: 0 });
    await write('greeting', GREETING, 'Good day {{.name}}');
    const others = Array.from({ length: 120 }, (_, index) => ({ id: index + 1, body: `comment ${index}` }));
    forge.comments = others;

    const first = await reviewed();
    expect(first.output).toContain('1 change, all tests pass.');
    expect(first.code).toBe(0);
    const [comment] = forge.comments.slice(120);
    expect(comment?.body).toContain('<!-- px0-review prompts -->\n### ✅ px0: 1 change, all tests pass.');
    expect(comment?.body).toContain('-Hello Ann\n+Good day Ann');
    expect(first.summary).toBe(comment?.body);

    await write('greeting', GREETING, 'Good day {{.name');
    const second = await reviewed();
    expect(second.code).toBe(7);
    expect(forge.comments).toHaveLength(121);
    expect(comment?.body).toContain('### ❌ px0: 0 changes, 1 test failed.');
    // Pages of comments are read until it is found; it is changed where it stands.
    expect(forge.asked.filter((one) => !one.startsWith('GET'))).toEqual([
      'POST /repos/acme/shop/issues/7/comments',
      'PATCH /repos/acme/shop/issues/comments/121',
    ]);
    expect((await px0(['versions', 'get', 'greeting', 'live'])).output).toBe('Hello {{.name}}');
  });

  it('counts without its comment, and can do without', async () => {
    await write('greeting', GREETING, 'Hi {{.name}}');
    forge.refusal = 403;
    const refused = await reviewed();
    expect(refused.code).toBe(0);
    expect(refused.output).toContain('::warning::the comment could not be written: GET');
    forge.asked.length = 0;
    expect(await reviewed({ PX0_COMMENT: 'false' })).toMatchObject({ code: 0 });
    expect(forge.asked).toEqual([]);
  });

  it('says of a fork that there is no key, and succeeds; elsewhere a key is missing', async () => {
    await write('greeting', GREETING, 'Hi {{.name}}');
    const fork = await reviewed({ PX0_ACCESS_TOKEN: '', GITHUB_TOKEN: '' }, 'stranger/shop');
    expect(fork).toMatchObject({ code: 0, summary: expect.stringContaining('Not reviewed by px0') });
    expect(fork.output).toContain('::notice::Not reviewed by px0');
    expect(await reviewed({ PX0_ACCESS_TOKEN: '' })).toMatchObject({ code: 2 });
    const target = await reviewed({ GITHUB_EVENT_NAME: 'pull_request_target' });
    expect(target).toMatchObject({ code: 2, output: expect.stringContaining('use pull_request') });
    expect(forge.asked).toEqual([]);
  });

  it('ends as the command does where there is no review', async () => {
    expect(await reviewed()).toMatchObject({ code: 2, summary: '' });
    await write('greeting', GREETING, 'Hi {{.name}}');
    expect(await reviewed({ PX0_ACCESS_TOKEN: 'ak_unknown' })).toMatchObject({ code: 3, summary: '' });
    expect(forge.asked).toEqual([]);
  });

  it('runs the release of the command that belongs to it', async () => {
    for (const file of ['action.yml', 'review.sh', 'gitlab-ci.yml'])
      expect(await readFile(join(action, file), 'utf8')).toContain(manifest.version);
  });
});

it('the plain script prints the report, and ends with its verdict', async () => {
  await write('greeting', GREETING, 'Hi {{.name}}');
  const script = (env: NodeJS.ProcessEnv) =>
    run('sh', [join(action, 'review.sh'), 'prompts'], {
      PX0_COMMAND: `${process.execPath} ${command}`,
      PX0_ACCESS_TOKEN: reader,
      ...env,
    });
  const passed = await script({});
  expect(passed).toMatchObject({ code: 0, output: expect.stringContaining('### ✅ px0: ') });
  await write('greeting', GREETING, '{{.name');
  expect(await script({})).toMatchObject({ code: 7 });
  expect(await script({ PX0_ACCESS_TOKEN: '' })).toMatchObject({ code: 0 });
});

describe('a folder under a policy', () => {
  it('is pushed as far as policies let it, and proposed from there to the live version', async ({ skip }) => {
    const asAdmin = (args: readonly string[]) => px0(args, account.token);
    const probe = await world.ask(account, 'GET', `/v1/teams/${account.team}/prompt-policies`);
    if (probe.status !== 200) skip('this px0 keeps no policies');
    await write('protected_reply', 'status: live\n', 'Seven');
    expect(await px0(['push', 'prompts', '--yes'], account.key.token)).toMatchObject({ code: 0 });
    const policy = {
      name: 'Production',
      match: { slugs: ['protected_*'], transitions: ['live'] },
      require: { approvals: 1 },
    };
    await writeFile(join(folder, 'policy.json'), JSON.stringify(policy));
    expect((await asAdmin(['policies', 'set', 'policy.json'])).output).toBe('Production: created.\n');
    expect((await asAdmin(['policies', 'list'])).output).toContain('Production');

    await write('protected_reply', 'status: live\n', 'Eight');
    const refused = await px0(['push', 'prompts', '--yes'], account.key.token);
    expect(refused.code).toBe(6);
    expect(refused.output).toContain('change request required: Production (ask for it with --propose)');
    const link = 'https://forge.example/pull/7';
    const options = ['--yes', '--propose', '--title', 'Eight is better', '--link', link];
    const proposed = await px0(['push', 'prompts', ...options], account.key.token);
    expect(proposed).toMatchObject({ code: 0, output: expect.stringContaining('open a change request') });
    const live = async () =>
      (await px0(['versions', 'get', 'protected_reply', 'live'], account.key.token)).output;
    expect(await live()).toBe('Seven');
    const direct = await px0(['promote', 'protected_reply', '2'], account.key.token);
    expect(direct.code).toBe(6);
    expect(direct.output).toContain('ask for it with "px0 propose protected_reply 2"');

    const listed = await asAdmin(['--json', 'requests', 'list']);
    const [request] = JSON.parse(listed.output).change_requests;
    expect(request).toMatchObject({ slug: 'protected_reply', change: { kind: 'promote', to: 'live' } });
    const number = String(request.number);
    expect((await asAdmin(['requests', 'show', number])).output).toContain('Eight');
    expect(await asAdmin(['requests', 'apply', number, '--yes'])).toMatchObject({ code: 6 });

    const reviewer = await world.registeredBy(account, account.team);
    await world.role(account, account.team, reviewer, 'editor');
    const approval = ['requests', 'review', number, '--approve', '--comment', 'Reads well.', '--yes'];
    expect((await px0(approval, reviewer.token)).output).toContain('ready to be applied');
    expect((await asAdmin(['requests', 'apply', number, '--yes'])).output).toContain('is applied');
    expect(await live()).toBe('Eight');
    // What is live already needs nothing.
    expect(await px0(['push', 'prompts', ...options], account.key.token)).toMatchObject({ code: 0 });

    await write('protected_reply', 'status: stable\n', 'Nine');
    expect(await px0(['push', 'prompts', '--yes'], account.key.token)).toMatchObject({ code: 0 });
    const second = await px0(['propose', 'protected_reply', '3', '--title', 'Nine'], account.key.token);
    expect(second.output).toContain('waits for Production: 1 more approval');
    const [, opened = ''] = /change request (\d+) is open/.exec(second.output) ?? [];
    const closed = await asAdmin(['requests', 'close', opened, '--reason', 'Not needed.']);
    expect(closed.output).toContain('is closed, Not needed.');
    const emergency = ['promote', 'protected_reply', '3', '--break-glass', 'Störung INC-7'];
    expect(await asAdmin(emergency)).toMatchObject({ code: 0 });
    expect(await live()).toBe('Nine');
    expect((await asAdmin(['policies', 'delete', 'Production', '--yes'])).code).toBe(0);
  });
});
