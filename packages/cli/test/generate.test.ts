/** `px0 generate` against an API that answers as px0 does, in pages of one prompt. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { px0, REVISION, type Reply } from './command.ts';
import { stubNetwork } from './stubbed-network.ts';

const network = stubNetwork('cli-generate');
const TEAM = '00000000-0000-4000-8000-000000000000';
const TIME = '2026-01-01T08:00:00Z';

interface GivenVersion {
  readonly version: number;
  readonly status: string;
  readonly schema?: object;
  /** Not in lists. */
  readonly isInferredWhenRead?: true;
}

function versionOnWire({ version, status, schema }: GivenVersion, promptId: string): object {
  return {
    ...{
      id: TEAM,
      prompt_id: promptId,
      version,
      status,
      template: '',
      tags: [],
      variables: [],
      kind: 'text',
      note: '',
    },
    ...{ created_at: TIME, published_at: TIME, ...(schema !== undefined && { input_schema: schema }) },
  };
}

function requiring(...names: readonly string[]): object {
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
    required: names,
  };
}

const ok = (body: object): Reply => ({
  status: 200,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', 'px0-revision': REVISION },
});

/** A team with these prompts, of which a list gives one at a time. */
function team(prompts: Readonly<Record<string, readonly GivenVersion[]>>): void {
  const all = Object.entries(prompts).map(([slug, versions], index) => ({
    id: `00000000-0000-4000-8000-00000000000${index + 1}`,
    slug,
    versions,
  }));
  network.answer(({ url }) => {
    const { pathname, searchParams } = url;
    if (pathname === `/v1/teams/${TEAM}/prompts`) {
      const at = Number(searchParams.get('cursor') ?? 0);
      const page = all.slice(at, at + 1).map(({ id, slug }) => ({
        ...{
          id,
          slug,
          team_id: TEAM,
          name: slug,
          description: '',
          status: 'active',
          folder: '',
          contract: 'off',
        },
        ...{ created_at: TIME, updated_at: TIME },
      }));
      return ok({ prompts: page, ...(at + 1 < all.length && { next_cursor: String(at + 1) }) });
    }
    const asked = all.find(({ id }) => pathname.startsWith(`/v1/prompts/${id}/versions`));
    if (asked === undefined) return undefined;
    const [, number] = /\/versions\/(\d+)$/.exec(pathname) ?? [];
    const one = asked.versions.find(({ version }) => String(version) === number);
    if (one !== undefined) return ok({ version: versionOnWire(one, asked.id) });
    const found = asked.versions.filter(({ status }) => status === searchParams.get('status'));
    const shown = found.map(({ schema, isInferredWhenRead, ...version }) =>
      versionOnWire({ ...version, ...(!isInferredWhenRead && schema !== undefined && { schema }) }, asked.id),
    );
    return ok({ versions: shown.slice(0, Number(searchParams.get('limit'))) });
  });
}

const run = (...args: readonly string[]) =>
  px0(['generate', ...args], {
    env: {
      XDG_CONFIG_HOME: network.folder,
      PX0_HOST: 'http://px0.example.com',
      PX0_ACCESS_TOKEN: 'ak_1',
      PX0_TEAM: TEAM,
    },
  });

describe('px0 generate', () => {
  it('prints the live contracts of all pages, in the order of slugs', async () => {
    team({
      tone: [{ version: 1, status: 'live', schema: requiring('mood') }],
      draft_only: [{ version: 1, status: 'draft', schema: requiring('x') }],
      greeting: [{ version: 3, status: 'live', schema: requiring('name') }],
    });
    const { code, stdout, stderr } = await run('--lang', 'ts');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^\/\/ px0 generate: 2 prompts, contract sha256:[0-9a-f]{64}\. Do not edit\.\n/);
    expect([...stdout.matchAll(/^export const (\w+)/gm)].map(([, name]) => name)).toEqual([
      'greeting',
      'tone',
    ]);
    expect(
      network.sent.every(
        ({ url }) => url.searchParams.get('include') === 'schema' || url.searchParams.has('sort'),
      ),
    ).toBe(true);
  });

  it('takes the newest version that is stable or live with --status stable', async () => {
    team({
      ahead: [
        { version: 2, status: 'stable', schema: requiring('next') },
        { version: 1, status: 'live', schema: requiring('old') },
      ],
      behind: [
        { version: 2, status: 'live', schema: requiring('now') },
        { version: 1, status: 'stable', schema: requiring('old') },
      ],
    });
    const { stdout } = await run('--lang', 'python', '--status', 'stable');
    expect([...stdout.matchAll(/^ {4}(\w+): Required/gm)].map(([, key]) => key)).toEqual(['next', 'now']);
  });

  it('writes a file, and says with --check whether it is the same', async () => {
    const file = join(network.folder, 'prompts.ts');
    const checked = () => run('--lang', 'ts', '--out', file, '--check');
    team({ greeting: [{ version: 1, status: 'live', schema: requiring('name') }] });
    expect(await checked()).toMatchObject({ code: 9, stderr: expect.stringContaining('differs') });
    await expect(stat(file)).rejects.toThrow('ENOENT');
    expect(await run('--lang', 'ts', '--out', file)).toMatchObject({
      code: 0,
      stdout: `Wrote 1 prompt to ${file}.\n`,
    });
    const { mtimeNs } = await stat(file, { bigint: true });
    expect(await run('--lang', 'ts', '--out', file)).toMatchObject({
      code: 0,
      stdout: `${file} is up to date.\n`,
    });
    expect((await stat(file, { bigint: true })).mtimeNs).toBe(mtimeNs);
    expect(await checked()).toMatchObject({ code: 0, stderr: '' });
    // As git checks it out on Windows.
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('\n', '\r\n'));
    expect(await checked()).toMatchObject({ code: 0 });
    team({ greeting: [{ version: 2, status: 'live', schema: requiring('name', 'mood') }] });
    expect(await checked()).toMatchObject({ code: 9 });
    const { stdout, code } = await run('--json', '--lang', 'ts', '--out', file, '--check');
    expect([code, JSON.parse(stdout)]).toEqual([
      9,
      { file, lang: 'ts', prompts: 1, contract: expect.stringMatching(/^sha256:/), different: true },
    ]);
    expect(await readFile(file, 'utf8')).not.toContain('mood');
  });

  it('asks for one folder only', async () => {
    team({});
    const { code, stderr } = await run('--lang', 'go', '--folder', 'support/');
    expect([code, stderr]).toEqual([0, 'There are no prompts with a live version.\n']);
    expect(network.sent[0]?.url.searchParams.get('folder')).toBe('support/');
  });

  it('asks once more for a schema that lists do not have, as of versions older than schemas', async () => {
    team({ old: [{ version: 4, status: 'live', schema: requiring('name'), isInferredWhenRead: true }] });
    const { code, stdout, stderr } = await run('--lang', 'go');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Name string `json:"name"`');
  });

  it('writes nothing while the schema of one prompt is missing', async () => {
    team({
      busy: [{ version: 1, status: 'live' }],
      greeting: [{ version: 1, status: 'live', schema: requiring('name') }],
    });
    expect(await run('--lang', 'go')).toEqual({
      code: 8,
      stdout: '',
      stderr:
        'px0: px0 at http://px0.example.com does not say at present what the variables of busy must be; try again\n',
    });
  });

  it('says that a px0 which knows no contracts is too old', async () => {
    team({ greeting: [{ version: 1, status: 'live' }], tone: [{ version: 1, status: 'live' }] });
    expect(await run('--lang', 'ts')).toEqual({
      code: 7,
      stdout: '',
      stderr:
        'px0: px0 at http://px0.example.com does not say what variables must be; it needs a newer version\n',
    });
  });

  it.each([
    [[], "required option '--lang <language>' not specified"],
    [['--lang', 'rust'], "argument 'rust' is invalid"],
    [['--lang', 'ts', '--status', 'draft'], "argument 'draft' is invalid"],
    [['--lang', 'ts', '--check'], '--check needs the file to compare; add --out'],
    [['--lang', 'ts', '--out', ''], 'the file (--out) must not be empty'],
    [['--lang', 'ts', '--folder', ''], 'the folder (--folder) must not be empty'],
  ])('refuses %j before it asks px0', async (args, sentence) => {
    const { code, stderr } = await run(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
    expect(network.sent).toEqual([]);
  });

  it('reports a file that cannot be written', async () => {
    team({ greeting: [{ version: 1, status: 'live', schema: requiring('name') }] });
    const { code, stderr } = await run(
      '--lang',
      'ts',
      '--out',
      join(network.folder, 'missing', 'prompts.ts'),
    );
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^px0: .*prompts\.ts cannot be written: no such file/),
    ]);
  });
});
