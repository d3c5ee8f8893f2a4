/** Foreign texts that the command shows or stores: slugs as file names, and texts with terminal control characters. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@px0/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Network, px0, REVISION } from './command.ts';

const TEAM = '00000000-0000-4000-8000-000000000000';
const TIME = '2026-01-01T00:00:00Z';
let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder('cli-others');
});

afterEach(async () => {
  vi.unstubAllGlobals();
  await rm(folder, { recursive: true });
});

const run = (args: readonly string[], isTerminal = false) =>
  px0(args, {
    env: {
      XDG_CONFIG_HOME: folder,
      PX0_HOST: 'http://px0.example.com',
      PX0_ACCESS_TOKEN: 'ak_1',
      PX0_TEAM: TEAM,
    },
    isTerminal,
  });

interface Team {
  readonly slugs?: readonly string[];
  readonly text?: string;
}

/** A server that responds with data that px0 itself would not store. */
function serve({ slugs = ['greeting'], text = 'x' }: Team): void {
  const prompt = (slug: string) => ({
    id: TEAM,
    slug,
    name: text,
    description: text,
    status: 'active',
    team_id: TEAM,
    created_at: TIME,
    updated_at: TIME,
  });
  const version = {
    id: TEAM,
    prompt_id: TEAM,
    version: 1,
    status: 'draft',
    template: text,
    tags: [text],
    variables: [],
    created_at: TIME,
    published_at: null,
  };
  const bodies: readonly [RegExp, unknown][] = [
    [/\/export$/, { document: { kind: 'px0/prompts/v1', prompts: slugs.map(exported) } }],
    [/\/render$/, { rendered: text, version: 1, slug: 'greeting', tags: [] }],
    [
      /\/diff$/,
      {
        from_version: 1,
        to_version: 1,
        from_template: text,
        to_template: text,
        diff: `--- v1\n+++ v1\n@@ -1 +1 @@\n-${text}\n+${text}\n`,
      },
    ],
    [/\/versions\/1$/, { version }],
    [/\/versions$/, { versions: [version] }],
    [/\/teams\/[^/]*\/prompts$/, { prompts: slugs.map(prompt) }],
    [/\/prompts\/[^/]*(\/archive)?$/, { prompt: prompt('greeting') }],
  ];
  const headers = { 'px0-revision': REVISION };
  const network = new Network(({ url }) => {
    const [, body] = bodies.find(([path]) => path.test(url.pathname)) ?? [];
    return body === undefined ? undefined : { status: 200, body: JSON.stringify(body), headers };
  });
  vi.stubGlobal('fetch', network.fetch);
}

function exported(slug: string) {
  return {
    slug,
    name: `Name of ${slug}`,
    description: '',
    status: 'active',
    versions: [{ number: 1, status: 'live', template: 'x' }],
    tags: {},
    payloads: [],
  };
}

describe('a pull', () => {
  const strange = [
    '../../../tmp/x',
    '..',
    '.',
    '',
    '/tmp/x',
    'a/b',
    'a\\b',
    'c:x',
    '~$x',
    '.hidden',
    'a\nb',
    'a\u001b[31m',
    'a\u0000b',
    'a b',
    'a.',
    'a:stream',
    '\u202ea',
    'a\u200bb',
    '-rf',
  ];
  const long = 'x'.repeat(300);

  it('writes only files whose names can be slugs, and reports the other prompts', async () => {
    serve({ slugs: ['good', 'größe_7', 'con', ...strange, long] });
    const inner = join(folder, 'a', 'b', 'prompts');
    const ended = await run(['pull', inner, '--yes']);
    expect(ended.code).toBe(2);
    expect(await readdir(inner)).toEqual(['con.prompt.md', 'good.prompt.md', 'größe_7.prompt.md']);
    expect(await readdir(folder)).toEqual(['a']);
    expect(await readdir(join(folder, 'a'))).toEqual(['b']);
    const lines = ended.stderr.split('\n');
    expect(lines).toContain('px0: the prompt ../../../tmp/x is left out: its slug cannot be a file name');
    expect(lines.filter((line) => line.includes('its slug cannot'))).toHaveLength(strange.length);
    expect(lines).toContainEqual(
      expect.stringMatching(/^px0: .*x\.prompt\.md cannot be written: name too long$/),
    );
    expect(ended.stderr).not.toMatch(/(?!\n)\p{Cc}|\u202e/u);
  });

  it('plans only those as well', async () => {
    serve({ slugs: strange });
    const { stdout } = await run(['pull', folder, '--check', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ changes: [], left_out: { length: strange.length } });
  });
});

describe('a foreign text', () => {
  const hostile = 'a\u001b]0;title\u0007\u009b31m\u202e\r\u007f\u2028z\u{e0041}';
  const raw = /(?![\n\t])\p{Cc}|[\u2028\u202e\u{e0041}]/u;

  beforeEach(() => {
    serve({ text: hostile });
  });

  it.each([
    [['prompts', 'list']],
    [['prompts', 'get', 'greeting']],
    [['prompts', 'archive', 'greeting']],
    [['versions', 'list', 'greeting']],
    [['nonsense\u001b[31m']],
  ])('is harmless in the output of %j', async (args) => {
    for (const isTerminal of [true, false]) {
      const { stdout, stderr } = await run(args, isTerminal);
      expect(stdout + stderr).not.toMatch(raw);
      expect(stdout + stderr).toContain('\\u{1b}');
    }
  });

  it.each([
    [['versions', 'get', 'greeting', '1'], hostile],
    [['render', 'greeting'], hostile],
    [['diff', 'greeting', '1', '1'], `--- v1\n+++ v1\n@@ -1 +1 @@\n-${hostile}\n+${hostile}\n`],
  ])('of %j is escaped on a terminal, and exact elsewhere', async (args, text) => {
    await expect(run(args)).resolves.toMatchObject({ code: 0, stdout: text });
    const { stdout } = await run(['--no-color', ...args], true);
    expect(stdout).not.toMatch(raw);
    expect(stdout).toContain('a\\u{1b}]0;title\\u{7}\\u{9b}31m');
  });

  it('keeps its value in JSON, where invisible characters are escaped', async () => {
    const { stdout } = await run(['prompts', 'list', '--json'], true);
    expect(stdout).not.toMatch(raw);
    expect(JSON.parse(stdout).prompts[0].name).toBe(hostile);
  });

  it('keeps its line breaks, tabs and joiners', async () => {
    const text = 'one\n\ttwo\n\u0645\u06cc\u200c\u062e 👩\u200d👧';
    serve({ text });
    const { stdout } = await run(['versions', 'get', 'greeting', '1'], true);
    expect(stdout).toBe(`${text}\n`);
  });
});
