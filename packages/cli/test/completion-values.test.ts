/** What completions ask px0, and what they keep of it. */
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { CompletionCache } from '../src/completion/cache.ts';
import { px0, REVISION, type Reply, type SentRequest } from './command.ts';
import { stubNetwork } from './stubbed-network.ts';

const network = stubNetwork('cli-completion');
const TIME = '2026-01-01T08:00:00Z';
const id = (digit: number) => `00000000-0000-4000-8000-00000000000${digit}`;
const headers = { 'content-type': 'application/json', 'px0-revision': REVISION };
const reply = (body: unknown): Reply => ({ status: 200, body: JSON.stringify(body), headers });

const prompt = (slug: string, live: number | null) => ({
  ...{ id: id(1), team_id: id(2), slug, name: `Name of ${slug}`, description: '', status: 'active' },
  ...{ created_at: TIME, updated_at: TIME },
  summary: {
    ...{ live_version: live, live_tags: ['prod'], versions: 3, kind: 'text', last_change: null },
    ...{ tags: [{ tag: 'prod', version: 2 }], draft_version: 3, usage: null },
  },
});
const version = (number: number, status: string, tags: readonly string[] = []) => ({
  ...{ id: id(3), prompt_id: id(1), version: number, template: 'x', status, tags, variables: [] },
  ...{ created_at: TIME, published_at: null, note: number === 2 ? 'Kinder.\nShorter.' : '' },
});
const team = (digit: number, name: string) => ({ id: id(digit), name, created_at: TIME });

const bodies: readonly (readonly [RegExp, unknown])[] = [
  [/\/me\/teams$/, { teams: [team(2, 'Support'), team(4, 'Twice'), team(5, 'Twice')] }],
  [/\/teams\/[^/]+\/prompts$/, { prompts: [prompt('refund', 2), prompt('greeting', null)] }],
  [/\/folders$/, { folders: [{ path: 'support/mail', prompts: 1 }] }],
  [/\/versions$/, { versions: [version(3, 'draft'), version(2, 'live', ['prod']), version(1, 'archived')] }],
  [/\/prompts\/refund$/, { prompt: prompt('refund', 2) }],
];

function answers({ url }: SentRequest): Reply | undefined {
  const [, body] = bodies.find(([path]) => path.test(url.pathname)) ?? [];
  return body === undefined ? undefined : reply(body);
}

const cache = () => join(network.folder, 'cache', 'px0', 'completion');

async function completed(shell: string, words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { code, stdout, stderr } = await px0(['__complete', shell, ...words], {
    env: {
      ...{ XDG_CONFIG_HOME: network.folder, XDG_CACHE_HOME: join(network.folder, 'cache') },
      ...{ PX0_HOST: 'http://px0.example.com', PX0_ACCESS_TOKEN: 'ak_secret', ...env },
    },
  });
  expect([code, stderr]).toEqual([0, '']);
  return stdout.split('\n').slice(0, -1);
}

beforeEach(async () => {
  network.answer(answers);
  await rm(cache(), { recursive: true, force: true });
});

describe('a completion offers', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['slugs, with what is live', ['versions', 'list', 'r'], ['refund\tName of refund (v2 live)']],
    ['nothing live where nothing is', ['render', 'g'], ['greeting\tName of greeting (nothing live)']],
    [
      'versions, newest first, with their notes',
      ['versions', 'get', 'refund', ''],
      [
        'live\tversion 2',
        'prod\tversion 2',
        '3\tdraft, 2026-01-01',
        '2\tlive, Kinder. Shorter.',
        '1\tarchived, 2026-01-01',
      ],
    ],
    ['tags of the prompt', ['render', 'refund', '--tag', ''], ['prod\tversion 2']],
    ['tags of live versions', ['prompts', 'list', '--tag='], ['--tag=prod']],
    ['teams, by id where two have one name', ['use', ''], ['Support', `${id(4)}\tTwice`, `${id(5)}\tTwice`]],
    ['folders', ['prompts', 'list', '--team', id(2), '--folder', ''], ['support/mail\t1 prompt']],
    [
      'the rest of a list',
      ['bundle', 'create', 'x', '--slugs', 'refund,'],
      ['refund,greeting\tName of greeting (nothing live)'],
    ],
  ])('%s', async (_what, words, expected) => {
    const [names, ...candidates] = await completed('fish', words);
    expect(names).toBe(':none');
    expect(candidates).toEqual(expect.arrayContaining([...expected]));
    // fish chooses among them itself.
    expect(candidates.filter((line) => expected.includes(line))).toEqual(expected);
  });

  it('only what begins like the word to bash, which does not choose', async () => {
    expect(await completed('bash', ['versions', 'list', 're'])).toEqual([':none', 'refund']);
    expect(await completed('bash', ['prompts', 'list', '--team', '"Sup'])).toEqual([':none', 'Support']);
    expect(await completed('bash', ['prompts', 'list', '--team=Su'])).toEqual([':none', '--team=Support']);
  });

  it('no files where a prompt is expected, and files where a file is', async () => {
    expect(await completed('bash', ['versions', 'list', 'nothing'])).toEqual([':none']);
    expect(await completed('bash', ['versions', 'create', 'refund', '--file', ''])).toEqual([':files']);
    expect(await completed('bash', ['pull', ''])).toEqual([':directories']);
  });

  it('the prompts of the team that the line names, or that use has chosen', async () => {
    await completed('fish', ['--team', id(7), 'versions', 'list', '']);
    expect(network.sent.map(({ url }) => url.pathname)).toEqual([`/v1/teams/${id(7)}/prompts`]);
  });

  it('nothing, and says nothing, without credentials, a px0 that answers, or a file that can be read', async () => {
    expect(await completed('zsh', ['render', ''], { PX0_ACCESS_TOKEN: '' })).toEqual([':none']);
    expect(await completed('zsh', ['render', ''], { PX0_HOST: 'ftp://x y' })).toEqual([':none']);
    network.answer(() => ({ status: 503, body: '{"error":"away"}', headers }));
    expect(await completed('zsh', ['render', ''])).toEqual([':none']);
    await mkdir(join(network.folder, 'px0'), { recursive: true });
    await writeFile(join(network.folder, 'px0', 'config.json'), 'no JSON');
    expect(await completed('zsh', ['render', ''], { PX0_ACCESS_TOKEN: '' })).toEqual([':none']);
    await rm(join(network.folder, 'px0', 'config.json'));
  });

  it('what the command declares to scripts of the release before', async () => {
    const { stdout } = await px0(['__complete', 'versions', 'l']);
    expect(stdout).toBe('list');
  });
});

describe('what px0 has said', () => {
  it('is kept in files that only their owner can read, without the credential', async () => {
    await completed('fish', ['render', '']);
    const asked = network.sent.length;
    expect(await completed('fish', ['versions', 'list', ''])).toHaveLength(3);
    expect(network.sent).toHaveLength(asked);
    await completed('fish', ['render', ''], { PX0_ACCESS_TOKEN: 'ak_other' });
    expect(network.sent.length).toBeGreaterThan(asked);
    for (const name of await readdir(cache())) {
      expect((await stat(join(cache(), name))).mode & 0o777).toBe(0o600);
      expect(name + (await readFile(join(cache(), name), 'utf8'))).not.toContain('ak_');
    }
    expect((await stat(cache())).mode & 0o777).toBe(0o700);
  });

  it('is forgotten once the command has changed something', async () => {
    await completed('fish', ['render', '']);
    await px0(['prompts', 'create', 'New', '--team', id(2)], {
      env: {
        ...{ XDG_CONFIG_HOME: network.folder, XDG_CACHE_HOME: join(network.folder, 'cache') },
        ...{ PX0_HOST: 'http://px0.example.com', PX0_ACCESS_TOKEN: 'ak_secret' },
      },
    });
    await expect(readdir(cache())).rejects.toThrow('ENOENT');
  });

  it('counts for a minute, and a failure for a moment', async () => {
    let now = Date.now();
    let answersGiven = 0;
    const kept = new CompletionCache({ XDG_CACHE_HOME: join(network.folder, 'cache') }, () => now);
    const ask = (question: string, isAway = false) =>
      kept.remembered([question], async () => {
        answersGiven += 1;
        if (isAway) throw new Error('away');
        return [{ value: String(answersGiven), about: '' }];
      });
    expect(await ask('a')).toEqual([{ value: '1', about: '' }]);
    now += 59_000;
    expect(await ask('a')).toEqual([{ value: '1', about: '' }]);
    now += 2_000;
    expect(await ask('a')).toEqual([{ value: '2', about: '' }]);
    expect(await ask('b', true)).toEqual([]);
    now += 9_000;
    expect(await ask('b')).toEqual([]);
    now += 2_000;
    expect(await ask('b')).toEqual([{ value: '4', about: '' }]);
  });

  it('is not believed if its file is broken, or from a clock that went wrong', async () => {
    const folder = join(network.folder, 'cache');
    const kept = new CompletionCache({ XDG_CACHE_HOME: folder });
    const ask = (value: string) => kept.remembered(['a'], async () => [{ value, about: '' }]);
    await ask('one');
    const [name = ''] = await readdir(cache());
    for (const text of [
      '{',
      '{}',
      '[]',
      '{"until":1e18,"candidates":[]}',
      '{"until":1e13,"candidates":[1]}',
    ]) {
      await writeFile(join(cache(), name), text);
      expect(await ask(text)).toEqual([{ value: text, about: '' }]);
    }
  });

  it('goes when it is old', async () => {
    const kept = new CompletionCache({ XDG_CACHE_HOME: join(network.folder, 'cache') });
    await kept.remembered(['old'], async () => []);
    const [old = ''] = await readdir(cache());
    await utimes(join(cache(), old), new Date(0), new Date(0));
    await kept.remembered(['new'], async () => []);
    expect(await readdir(cache())).toHaveLength(1);
    expect(await readdir(cache())).not.toContain(old);
  });
});
