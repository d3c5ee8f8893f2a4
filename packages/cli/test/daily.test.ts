/** Commands of every day over a played px0: what tables show, what opens, what is found, and what only people may do. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { lineWith } from '../src/commands/search.ts';
import { px0, REVISION, type Reply, type SentRequest } from './command.ts';
import { stubNetwork } from './stubbed-network.ts';

const network = stubNetwork('cli-daily');
const HOST = 'http://px0.example.com';
const TIME = '2026-01-01T08:00:00Z';
const id = (digit: number) => `00000000-0000-4000-8000-00000000000${digit}`;
const headers = { 'content-type': 'application/json', 'px0-revision': REVISION };
const reply = (body: unknown, status = 200): Reply => ({ status, body: JSON.stringify(body), headers });

const ada = { kind: 'user', user_id: id(5), api_key_id: null };
const key = { kind: 'api-key', user_id: null, api_key_id: 'abcdef01-0000-4000-8000-000000000000' };
const unknown = { kind: 'user', user_id: 'fedcba98-0000-4000-8000-000000000000', api_key_id: null };

const prompt = (slug: string, live: number | null, actor: unknown = ada) => ({
  ...{
    id: id(slug === 'refund' ? 1 : 6),
    team_id: id(2),
    slug,
    name: `Name of ${slug}`,
    description: '',
    status: 'active',
  },
  ...{ created_at: TIME, updated_at: TIME, folder: '', contract: 'off', created_by: ada },
  summary: {
    ...{ live_version: live, live_tags: live === null ? [] : ['prod', 'eu'], versions: 3, kind: 'text' },
    ...{ tags: [], draft_version: null, usage: null },
    last_change: {
      ...{ action: 'version.promoted', version: 2, actor },
      ...{ note: 'A reason that takes more room than a line has', created_at: TIME },
    },
  },
});
const version = (number: number, status: string, createdBy: unknown) => ({
  ...{
    id: id(3),
    prompt_id: id(1),
    version: number,
    template: 'Dear customer,\nVIP customers first.',
    status,
  },
  ...{ tags: [], variables: [], created_at: TIME, published_at: null, kind: 'text', note: '' },
  ...{ created_by: createdBy, content_hash: `sha256:${'0'.repeat(64)}` },
});

const bodies: readonly (readonly [RegExp, unknown])[] = [
  [/\/me\/teams$/, { teams: [{ id: id(2), org_id: id(9), name: 'Support', created_at: TIME }] }],
  [
    /\/orgs\/[^/]+\/people$/,
    {
      people: [{ id: id(5), email: 'ada@example.com', is_admin: false, is_verified: true, created_at: TIME }],
      ...{ page: 1, limit: 100, total: 1 },
    },
  ],
  [/\/teams\/[^/]+\/prompts$/, { prompts: [prompt('refund', 2), prompt('greeting', null, key)] }],
  [
    /\/versions$/,
    { versions: [version(3, 'draft', unknown), version(2, 'live', ada), version(1, 'stable', key)] },
  ],
  [/\/versions\/2$/, { version: version(2, 'live', ada) }],
  [/\/versions\/1$/, { version: version(1, 'stable', ada) }],
  [/\/prompts\/refund$/, { prompt: prompt('refund', 2) }],
];

function answers({ url }: SentRequest): Reply | undefined {
  const [, body] = bodies.find(([path]) => path.test(url.pathname)) ?? [];
  return body === undefined || url.searchParams.has('tag') ? undefined : reply(body);
}

async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return await px0(args, {
    env: {
      ...{ XDG_CONFIG_HOME: network.folder, PX0_HOST: HOST, PX0_ACCESS_TOKEN: 'session', PX0_TEAM: id(2) },
      ...env,
    },
  });
}

describe('the list of prompts', () => {
  it('says what is live, with its tags, how many versions there are, and who changed it last', async () => {
    network.answer(answers);
    const { stdout } = await run(['prompts', 'list']);
    const change = '2026-01-01 08:00 promoted v2: A reason that takes more room than a line has';
    expect(stdout.replaceAll(/ {2,}/g, ' | ')).toBe(
      [
        'SLUG | NAME | FOLDER | LIVE | TAGS | VERSIONS | KIND | BY | LAST CHANGE',
        `refund | Name of refund | v2 | prod,eu | 3 | text | ada@example.com | ${change}`,
        `greeting | Name of greeting | none | 3 | text | API key abcdef01 | ${change}`,
        '',
      ].join('\n'),
    );
  });

  it('shows the beginning of an id to those who may not list people', async () => {
    network.answer((request) =>
      request.url.pathname === '/v1/me/teams' ? reply({ error: 'forbidden' }, 403) : answers(request),
    );
    expect((await run(['prompts', 'list'])).stdout).toContain('user 00000000');
  });

  it('asks nobody for names that nobody reads', async () => {
    network.answer(answers);
    await run(['prompts', 'list', '--json']);
    expect(network.sent.map(({ url }) => url.pathname)).toEqual([`/v1/teams/${id(2)}/prompts`]);
  });
});

it('the list of versions says who wrote them', async () => {
  network.answer(answers);
  const { stdout } = await run(['versions', 'list', 'refund']);
  expect(stdout).toMatch(/^VERSION +STATUS +KIND +TAGS +AUTHOR +CREATED/);
  expect(stdout).toMatch(/^3 +draft +text +user fedcba98 /m);
  expect(stdout).toMatch(/^2 +live +text +ada@example\.com /m);
  expect(stdout).toMatch(/^1 +stable +text +API key abcdef01 /m);
});

describe('a search', () => {
  const searched = (request: SentRequest): Reply | undefined => {
    const { pathname, searchParams } = request.url;
    if (!pathname.endsWith('/prompts')) return answers(request);
    const isText = searchParams.get('in') === 'content';
    return reply({ prompts: [...(isText ? [] : [prompt('greeting', null)]), prompt('refund', 2)] });
  };

  it('says where the words are, and shows a line of the text', async () => {
    network.answer(searched);
    const { stdout } = await run(['prompts', 'search', 'vip', 'cust']);
    expect(stdout.replaceAll(/ {2,}/g, ' | ')).toBe(
      [
        'SLUG | NAME | LIVE | FOUND IN | LINE',
        'greeting | Name of greeting | none | name',
        'refund | Name of refund | v2 | name, text | VIP customers first.',
        '',
      ].join('\n'),
    );
    const lists = network.sent.filter(({ url }) => url.pathname.endsWith('/prompts'));
    expect(lists.map(({ url }) => url.searchParams.get('q'))).toEqual(['vip cust', 'vip cust']);
  });

  it('is in all teams unless one is chosen, or all are asked for', async () => {
    network.answer(searched);
    expect((await run(['prompts', 'search', 'vip'], { PX0_TEAM: '' })).stdout).not.toMatch(/^TEAM/);
    const two = [2, 7].map((digit) => ({ id: id(digit), name: `Team ${digit}`, created_at: TIME }));
    network.answer((request) =>
      request.url.pathname === '/v1/me/teams' ? reply({ teams: two }) : searched(request),
    );
    for (const args of [['prompts', 'search', 'vip', '--all-teams', '--team', id(2)]]) {
      const { stdout } = await run(args);
      expect(stdout).toMatch(/^TEAM +SLUG/);
      expect(stdout).toMatch(/^Team 7 +greeting/m);
    }
  });

  it('as JSON has the prompts as px0 sent them, and where the words are', async () => {
    network.answer(searched);
    const { prompts } = JSON.parse((await run(['prompts', 'search', 'vip', '--json'])).stdout);
    expect(prompts).toMatchObject([
      { slug: 'greeting', found_in: ['name'] },
      { slug: 'refund', team_id: id(2), found_in: ['name', 'text'] },
    ]);
  });

  it('for nothing is refused, and without a match says so', async () => {
    await expect(run(['prompts', 'search', '- ', '!'])).resolves.toMatchObject({ code: 2 });
    network.answer((request) =>
      request.url.pathname.endsWith('/prompts') ? reply({ prompts: [] }) : answers(request),
    );
    const { stdout } = await run(['prompts', 'search', 'vip']);
    expect(stdout).toBe('No prompt has these words.\n');
  });

  it.each([
    ['a\nÜber uns\nb', ['über'], 'Über uns'],
    ['one\n  both one and two\ntwo', ['two', 'one'], 'both one and two'],
    ['snake_case', ['case'], 'snake_case'],
    ['nothing', ['hing'], ''],
  ])('in %j for %j shows %j', (text, words, line) => {
    expect(lineWith(text, words)).toBe(line);
  });
});

describe('open', () => {
  it.each([
    [[], '/prompts'],
    [['refund'], `/prompts/${id(1)}`],
    [['refund', '2'], `/prompts/${id(1)}/versions/2`],
    [['refund', 'live'], `/prompts/${id(1)}/versions/2`],
  ])('%j prints the address of the page', async (args, path) => {
    network.answer((request) =>
      request.url.searchParams.get('status') === 'live'
        ? reply({ versions: [version(2, 'live', ada)] })
        : answers(request),
    );
    await expect(run(['open', ...args, '--no-browser'])).resolves.toMatchObject({
      code: 0,
      stdout: `${HOST}${path}\n`,
    });
  });

  it('hands the address to the browser of the environment', async () => {
    const [browser, seen] = [join(network.folder, 'browser'), join(network.folder, 'seen')];
    await writeFile(browser, `#!/bin/sh\nprintf '%s' "$1" > '${seen}.new' && mv '${seen}.new' '${seen}'\n`);
    await chmod(browser, 0o755);
    await run(['open'], { BROWSER: browser });
    await vi.waitFor(async () => expect(await readFile(seen, 'utf8')).toBe(`${HOST}/prompts`), {
      timeout: 60_000,
    });
  });

  it('without a browser says so, and is no failure', async () => {
    const none = join(network.folder, 'none');
    await expect(run(['open'], { BROWSER: none })).resolves.toEqual({
      code: 0,
      stdout: `${HOST}/prompts\n`,
      stderr: `px0: ${none} cannot be started; open the address yourself\n`,
    });
  });
});

describe('what only people may do', () => {
  it.each([
    [['keys', 'list'], 'managing API keys'],
    [['keys', 'create', 'a', '--org', id(9)], 'managing API keys'],
    [['keys', 'rotate', id(1)], 'managing API keys'],
    [['keys', 'delete', id(1), '--yes'], 'managing API keys'],
    [['requests', 'list', '--mine', 'author'], '--mine'],
  ])('%j says so to an API key', async (args, what) => {
    for (const [status, code] of [
      [401, 3],
      [403, 4],
    ] as const) {
      network.answer(() => reply({ error: 'unauthorized' }, status));
      await expect(run(args, { PX0_ACCESS_TOKEN: 'ak_1' })).resolves.toMatchObject({
        code,
        stderr: `px0: ${what} takes a person's login, not an API key; unset PX0_ACCESS_TOKEN and run "px0 login"\n`,
      });
    }
  });

  it('leaves px0 its words to people', async () => {
    network.answer(() => reply({ error: 'unauthorized' }, 401));
    await expect(run(['keys', 'list'])).resolves.toMatchObject({ code: 3, stderr: 'px0: unauthorized\n' });
  });
});

describe('a promotion', () => {
  it.each([
    ['1', 'stable', 'px0: version 1 of refund is already stable\n'],
    ['2', 'live', 'px0: version 2 of refund is already live\n'],
    ['2', 'stable', 'px0: version 2 of refund is already live\n'],
  ])('of version %s to %s changes nothing if it is there already', async (number, to, stderr) => {
    network.answer((request) =>
      request.method === 'POST' ? reply({ version: version(1, 'live', ada) }) : answers(request),
    );
    await expect(run(['promote', 'refund', number, '--to', to])).resolves.toMatchObject({ code: 7, stderr });
    expect(network.sent.filter(({ method }) => method === 'POST')).toEqual([]);
  });
});

describe('--version', () => {
  it.each([
    [['--version']],
    [['-V']],
    [['--json', '--version']],
    [['--team', 'render', '--version']],
    [['teams', '--px0-version']],
  ])('in %j is that of the command', async (args) => {
    await expect(run(args)).resolves.toMatchObject({ code: 0, stdout: '0.1.0\n' });
  });

  it('behind a command is its own', async () => {
    await expect(run(['render', 'greeting', '--version'])).resolves.toMatchObject({
      code: 2,
      stderr: expect.stringContaining("option '--version <number>' argument missing"),
    });
  });

  it('is what the help shows, where it counts', async () => {
    expect((await run(['help'])).stdout).toMatch(/^ +-V, --version +print the version/m);
    expect((await run(['teams', '--help'])).stdout).not.toContain('version');
  });
});
