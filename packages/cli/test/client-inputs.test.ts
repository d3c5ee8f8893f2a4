/** Runs the table of mistaken inputs that all clients share (packages/contracts/README.md) against the command. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Given, px0, REVISION, type Reply } from './command.ts';
import { stubNetwork } from './stubbed-network.ts';

interface Row {
  readonly value: unknown;
  readonly outcome: string;
  readonly not_in?: readonly string[];
}

interface Table {
  readonly settings: readonly (Row & {
    readonly setting: string;
    readonly secret?: string;
    readonly sent?: string;
  })[];
  readonly references: readonly (Row & { readonly reference: string; readonly path: string })[];
  readonly variables: readonly Row[];
  readonly segments: readonly (Row & { readonly value: string; readonly as: string })[];
  readonly answers: readonly {
    readonly status: number;
    readonly px0: boolean;
    readonly stale?: boolean;
    readonly body: string;
    readonly outcome: string;
  }[];
}

const file = join(import.meta.dirname, '..', '..', 'contracts', 'client-inputs.json');
const table: Table = JSON.parse(await readFile(file, 'utf8'));
const TOKEN = 'ak_0123456789abcdef';
const HOST = 'http://px0.example.com';

function here<T extends Row>(rows: readonly T[], outcome: string): T[] {
  return rows.filter((row) => row.outcome === outcome && !row.not_in?.includes('cli'));
}

function label(value: unknown): string {
  return JSON.stringify(value);
}

const network = stubNetwork('cli-inputs');

function environment(env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { XDG_CONFIG_HOME: network.folder, PX0_HOST: HOST, PX0_ACCESS_TOKEN: TOKEN, ...env };
}

const sentence = /^px0: [^\n]+\n$/;

/** How a setting is passed: its source, as messages name it. */
interface Way {
  readonly from: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

describe('a setting', () => {
  /** The environment of a command with this configuration. */
  async function configured(config: unknown): Promise<Way> {
    const kept = join(network.folder, 'kept');
    const path = join(kept, 'px0', 'config.json');
    await mkdir(join(kept, 'px0'), { recursive: true });
    await writeFile(path, JSON.stringify(config));
    return { from: path, args: [], env: { XDG_CONFIG_HOME: kept } };
  }

  async function waysOf(setting: string, value: string): Promise<Way[]> {
    const variable =
      { access_token: 'PX0_ACCESS_TOKEN', host: 'PX0_HOST', team_id: 'PX0_TEAM' }[setting] ?? '';
    const option = { host: '--host', team_id: '--team' }[setting];
    const ways: Way[] = [];
    // An empty variable counts as not set, and no variable can hold NUL.
    if (value !== '' && !value.includes('\0'))
      ways.push({ from: variable, args: [], env: environment({ [variable]: value }) });
    if (option !== undefined) ways.push({ from: option, args: [option, value], env: environment() });
    if (setting === 'host') ways.push(await configured({ host: value, credentials: {} }));
    if (setting === 'access_token')
      ways.push(await configured({ host: HOST, credentials: { [HOST]: { access_token: value } } }));
    return ways;
  }

  const named = new Map([
    ['access_token', 'access token'],
    ['host', 'host'],
    ['team_id', 'team'],
  ]);
  const rows = table.settings.filter(({ setting }) => named.has(setting));
  const commands = [
    ['render', 'greeting'],
    ['prompts', 'list'],
  ];

  it.each(here(rows, 'refused').map((row) => [row.setting, label(row.value), row] as const))(
    '%s %s is refused with a sentence that names it, and nothing is sent',
    async (setting, _value, row) => {
      for (const { from, args, env } of await waysOf(setting, String(row.value))) {
        for (const command of commands) {
          const { code, stderr, stdout } = await px0([...command, ...args], { env });
          expect([code, stdout]).toEqual([2, '']);
          expect(stderr).toMatch(sentence);
          expect(stderr).toContain(named.get(setting));
          expect(stderr).toContain(from);
          if (row.secret !== undefined) expect(stderr).not.toContain(row.secret);
        }
      }
      expect(network.sent).toEqual([]);
    },
  );

  it.each(here(rows, 'works').map((row) => [row.setting, label(row.value), row] as const))(
    '%s %s works',
    async (setting, _value, row) => {
      const ways = await waysOf(setting, String(row.value));
      for (const { args, env } of ways.filter(({ from }) => setting !== 'host' || !from.endsWith('.json'))) {
        await px0(['render', 'greeting', ...args], { env });
        const { url, authorization } = network.sent.at(-1) ?? expect.fail('nothing was sent');
        expect(url.href).toMatch(
          new RegExp(`^${row.sent ?? HOST}/v1/prompts/greeting/render(\\?|$)`.replaceAll('[', '\\[')),
        );
        if (setting === 'access_token') expect(authorization).toBe(`Bearer ${String(row.value)}`);
        if (setting === 'team_id') expect(url.searchParams.get('team_id')).toBe(row.value);
      }
    },
  );
});

describe('a reference', () => {
  const given = (reference: string, value: string): readonly string[] => {
    const option = { tag: '--tag', version: '--version', team_id: '--team', missing_key: '--missing-key' }[
      reference
    ];
    return option === undefined ? [value] : ['greeting', `${option}=${value}`];
  };

  it.each(here(table.references, 'refused').map((row) => [row.reference, label(row.value), row] as const))(
    '%s %s is refused with a sentence, and nothing is sent',
    async (reference, _value, { value }) => {
      const { code, stderr } = await px0(['render', ...given(reference, String(value))], {
        env: environment(),
      });
      expect(code).toBe(2);
      expect(stderr.split('\n')[0]).toMatch(/^px0: ./);
      expect(network.sent).toEqual([]);
    },
  );

  it.each(here(table.references, 'sent').map((row) => [row.reference, label(row.value), row] as const))(
    '%s %s reaches px0 as it was given',
    async (reference, _value, { value, path }) => {
      await px0(['render', ...given(reference, String(value))], { env: environment() });
      expect(network.sent.map(({ url }) => url.pathname)).toEqual([path]);
    },
  );
});

describe('variables', () => {
  const texts: ReadonlyMap<string, string> = new Map([
    ['a number beyond the range of floats', '1e400'],
    ['a hundred thousand nested lists', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['infinity', 'Infinity'],
    ['not a number', 'NaN'],
    ['negative infinity', '-1e400'],
    ['not a number in a list', '[1e400]'],
    ['not a number in an object', '{"x": 1e999}'],
    ['a large whole number within the range of floats', '12345678901234567890'],
    ['null', 'null'],
    ['a nested object', '{"a": {"__proto__": [1, "\\u2028"]}}'],
  ]);
  const rows = (outcome: string) =>
    here(table.variables, outcome).flatMap(({ value }) => {
      const text = texts.get(String(value));
      return text === undefined ? [] : [[String(value), text] as const];
    });

  async function waysOf(text: string): Promise<[string[], Given][]> {
    const all = `{"n": ${text}}`;
    const path = join(network.folder, 'variables.json');
    await writeFile(path, `\ufeff${all}`);
    return [
      [['--var', `n:=${text}`], {}],
      [['--vars-file', path], {}],
      [['--vars-file', '-'], { input: all }],
      [[], { input: all }],
    ];
  }

  it.each(rows('refused'))('with %s are refused, and nothing is sent', async (_what, text) => {
    for (const [args, given] of await waysOf(text)) {
      const { code, stderr } = await px0(['render', 'greeting', ...args], { ...given, env: environment() });
      expect(code).toBe(2);
      expect(stderr).toMatch(sentence);
    }
    expect(network.sent).toEqual([]);
  });

  it('are sent under any name', async () => {
    await px0(['render', 'greeting', '--var', '__proto__=x', '--var', 'constructor:=1'], {
      env: environment(),
    });
    expect(network.sent.map(({ body }) => body)).toEqual([
      '{"variables":{"__proto__":"x","constructor":1},"options":{"transcript":false}}',
    ]);
  });

  it('with half of a surrogate pair are refused, and nothing is sent', async () => {
    for (const text of ['"\\ud800"', '[{"a": "x\\udc00"}]', '{"\\ud83d": 1}']) {
      for (const [args, given] of await waysOf(text)) {
        const { code, stderr } = await px0(['render', 'greeting', ...args], { ...given, env: environment() });
        expect([code, stderr]).toEqual([2, expect.stringContaining('half of a surrogate pair')]);
      }
    }
    expect(network.sent).toEqual([]);
    await px0(['render', 'greeting', '--var', 'n:="\\ud83d\\ude00"'], { env: environment() });
    expect(network.sent.map(({ body }) => body)).toEqual([
      '{"variables":{"n":"\u{1f600}"},"options":{"transcript":false}}',
    ]);
  });

  it('that are too large are named', async () => {
    for (const [args, given] of await waysOf('1e400')) {
      const { stderr } = await px0(['render', 'greeting', ...args], { ...given, env: environment() });
      expect(stderr).toMatch(/variables\.n/);
    }
  });

  it.each(rows('sent'))('with %s are sent', async (_what, text) => {
    for (const [args, given] of await waysOf(text)) {
      await px0(['render', 'greeting', ...args], { ...given, env: environment() });
      expect(JSON.parse(network.sent.at(-1)?.body ?? '').variables).toEqual(JSON.parse(`{"n": ${text}}`));
    }
    expect(network.sent).toHaveLength(4);
  });
});

describe('a segment', () => {
  /** The values that commands put into a path, and the start of that path. */
  const commands: readonly [string[], string][] = [
    [['render', '?'], '/v1/prompts/?/render'],
    [['prompts', 'get', '?'], '/v1/prompts/?'],
    [['prompts', 'archive', '?'], '/v1/prompts/?'],
    [['prompts', 'restore', '?'], '/v1/prompts/?'],
    [['versions', 'list', '?'], '/v1/prompts/?'],
    [['versions', 'get', '?', '1'], '/v1/prompts/?'],
    [['versions', 'create', '?', '--template', 'x'], '/v1/prompts/?'],
    [['diff', '?', '1', '2'], '/v1/prompts/?'],
    [['promote', '?', '1'], '/v1/prompts/?'],
    [['rollback', '?', '--yes'], '/v1/prompts/?'],
    [['tail', '?'], '/v1/prompts/?'],
    [['keys', 'rotate', '?'], '/v1/api-keys/?/rotate'],
    [['keys', 'delete', '?', '--yes'], '/v1/api-keys/?'],
  ];

  it.each(commands)('of %j is sent as it is, or not at all', async (command, path) => {
    for (const { value, outcome, as = '' } of table.segments) {
      network.sent.length = 0;
      const args = command.map((word) => (word === '?' ? value : word));
      const { code, stderr } = await px0(args, { env: environment() });
      expect(stderr).toMatch(sentence);
      if (outcome === 'refused') expect([code, network.sent]).toEqual([2, []]);
      else expect(network.sent.map(({ url }) => url.pathname)).toEqual([path.replace('?', as)]);
    }
  });

  /** Versions use a parameter that is always a tag, so every tag is accepted except the empty text and dots. */
  it.each([
    ['versions', 'get', 'greeting', '?'],
    ['promote', 'greeting', '?'],
    ['diff', 'greeting', '?', '1'],
    ['rollback', 'greeting', '--yes', '--to', '?'],
  ])('of a version in %s %s %s %s is a tag, or not sent', async (...command) => {
    const found: Reply = {
      status: 200,
      body: JSON.stringify({
        prompt: {
          id: 'id',
          slug: 'greeting',
          name: 'Greeting',
          description: '',
          status: 'active',
          team_id: 'team',
          created_at: '2026-01-01T00:00:00Z',
          updated_at: '2026-01-01T00:00:00Z',
        },
      }),
      headers: { 'px0-revision': REVISION },
    };
    for (const { value, outcome } of table.segments) {
      network.answer(({ url }) => {
        if (url.search === '' && url.pathname.endsWith('/greeting')) return found;
        return url.searchParams.has('status') ? { ...found, body: '{"versions": []}' } : undefined;
      });
      const args = command.map((word) => (word === '?' ? value : word));
      const { code } = await px0(args, { env: environment() });
      if (outcome === 'refused') expect([code, network.sent]).toEqual([2, []]);
      else expect(network.sent.map(({ url }) => url.searchParams.get('tag'))).toContain(value);
    }
  });
});

describe('an answer', () => {
  const codes = new Map([
    ['live', 0],
    ['unauthorized', 3],
    ['forbidden', 4],
    ['not found', 5],
    ['invalid request', 7],
    ['unreachable', 8],
  ]);

  it.each(
    table.answers.map(
      (row) => [row.status, row.body, row.px0 ? 'px0' : 'something else', row.outcome, row] as const,
    ),
  )('%i %s of %s means: %s', async (_status, _body, _by, outcome, row) => {
    const headers = {
      ...(row.px0 && { 'px0-revision': REVISION }),
      ...(row.stale === true && { 'px0-stale': 'true' }),
    };
    network.answer(() => ({ ...row, headers }));
    const rendered = await px0(['render', 'greeting'], { env: environment() });
    expect(rendered.code).toBe(codes.get(outcome));
    const shown = await px0(['prompts', 'get', 'greeting'], { env: environment() });
    expect(shown.code).toBe(outcome === 'live' ? 8 : codes.get(outcome));
    if (outcome !== 'live') expect(rendered.stderr).toMatch(sentence);
    expect(shown.stderr).toMatch(sentence);
  });
});
