/** Mistaken values of options: numbers that no timer accepts, dates that do not exist, and texts that a script lost. */
import { describe, expect, it } from 'vitest';
import { px0 } from './command.ts';
import { stubNetwork } from './stubbed-network.ts';

const network = stubNetwork('cli-options');

const ORG = '00000000-0000-4000-8000-000000000000';
const run = (args: readonly string[]) =>
  px0(args, {
    env: {
      XDG_CONFIG_HOME: network.folder,
      PX0_HOST: 'http://px0.example.com',
      PX0_ACCESS_TOKEN: 'ak_1',
      PX0_TEAM: ORG,
    },
  });

const noNumbers = ['', ' 2', '2 ', '0x10', '1_000', '٣', 'NaN', 'Infinity', '-1', '0', '1e400', '--json'];

describe('an option', () => {
  it.each([
    [['tail', 'greeting'], '--interval', [...noNumbers, '1e9', '86401', '2147484', '1e-9', '0.09']],
    [['tail', 'greeting'], '--since', [...noNumbers.filter((text) => text !== '0'), '1e300', '1e7', '87841']],
    [['services', 'greeting'], '--days', [...noNumbers, '1.5', '1e1', '91']],
    [['services', 'greeting'], '--version', [...noNumbers, '1.5', '1e3', 'live']],
    [['render', 'greeting'], '--version', [...noNumbers, '1.5', '1e3', '9007199254740993']],
    [
      ['keys', 'rotate', 'id'],
      '--overlap',
      [...noNumbers.filter((text) => text !== '0'), '1.5', '1e3', '9007199254740993'],
    ],
    [
      ['keys', 'create', 'name', '--org', ORG],
      '--expires',
      [
        '',
        '1',
        '2030',
        '2030-02-31',
        '2030-13-01',
        '2030-00-10',
        '01/02/2030',
        '2030-01-31 junk',
        'tomorrow',
        '2030-01-31T10:00',
        '2030-01-31T24:30:00Z',
        '2030-01-31T10:00:00+99:00',
        '2030-02-30T10:00:00Z',
        '2030-02-30T23:30:00-05:00',
        '+275761-01-01',
      ],
    ],
    [['versions', 'list', 'greeting'], '--status', ['', 'alive', 'LIVE', 'live,draft']],
  ] as const)('of %j, %s, is refused with a value that it cannot mean', async (command, option, values) => {
    for (const value of values) {
      const { code, stderr } = await run([...command, `${option}=${value}`]);
      expect([value, code]).toEqual([value, 2]);
      expect(stderr).toMatch(/^px0: [^\n]+\n/);
      expect(stderr).toContain(option);
    }
    expect(network.sent).toEqual([]);
  });

  it.each([
    ['2030-01-31', '2030-01-31T00:00:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
    ['2030-01-31T10:00:00Z', '2030-01-31T10:00:00.000Z'],
    ['2030-01-31T23:30:00-05:00', '2030-02-01T04:30:00.000Z'],
    ['2030-01-31T10:00:00.5Z', '2030-01-31T10:00:00.500Z'],
  ])('for a time takes %s', async (text, sent) => {
    await run(['keys', 'create', 'name', '--org', ORG, '--expires', text]);
    expect(JSON.parse(network.sent.at(-1)?.body ?? '{}').expires_at).toBe(sent);
  });

  it.each([
    ['the folder', ['pull', '', '--prune', '--yes']],
    ['the folder', ['push', '', '--yes']],
    ['the slug (--slug)', ['prompts', 'create', 'name', '--slug', '']],
    ['the tag (--tag)', ['prompts', 'list', '--tag', '']],
    ['the words (--search)', ['prompts', 'list', '--search', '']],
    ['the file (--file)', ['versions', 'create', 'greeting', '--file', '']],
    ['the file (--vars-file)', ['render', 'greeting', '--vars-file', '']],
    ['the organization (--org)', ['keys', 'list', '--org', '']],
    ['the team (--team-scope)', ['keys', 'create', 'name', '--org', ORG, '--team-scope', '']],
    ['the e-mail (--email)', ['login', '--password-stdin', '--email', '']],
  ])('or argument that a script has lost is refused: %s', async (what, args) => {
    await expect(run(args)).resolves.toMatchObject({
      code: 2,
      stdout: '',
      stderr: `px0: ${what} must not be empty\n`,
    });
    expect(network.sent).toEqual([]);
  });

  it.each([
    [['login', '--api-key-stdin', '--password-stdin']],
    [['login', '--api-key', '--email', 'ada@example.com']],
    [['login', '--api-key-stdin', '--email', 'ada@example.com']],
  ])('of another way to log in is refused: %j', async (args) => {
    const { code, stderr } = await run(args);
    expect(code).toBe(2);
    expect(stderr).toContain('cannot be used with');
    expect(network.sent).toEqual([]);
  });
});
