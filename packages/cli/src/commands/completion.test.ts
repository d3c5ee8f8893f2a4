import { describe, expect, it } from 'vitest';
import type { Candidate, Offer } from '../completion/candidates.ts';
import { offerAt } from '../completion/candidates.ts';
import { kindOf } from '../completion/kinds.ts';
import { placeOf } from '../completion/place.ts';
import { shells, unquoted, written } from '../completion/shells.ts';
import { createProgram } from '../program.ts';

const program = createProgram(() => {
  throw new Error('a completion runs no command');
}, process);

/** What is offered, and `<kind>` for what px0 is asked. */
async function offered(words: readonly string[]): Promise<string[]> {
  const place = placeOf(program, words);
  const { candidates, names } = await offerAt(program, place, async (kind, { given, begun }) => [
    { value: `<${[kind, ...given, begun].join(' ').trimEnd()}>`, about: '' },
  ]);
  const begun = words.at(-1) ?? '';
  const values = candidates.map(({ value }) => value);
  return [
    ...values.filter((value) => value.includes('<') || value.startsWith(begun)),
    ...(names === 'none' ? [] : [names]),
  ];
}

describe('a completion', () => {
  it.each<[readonly string[], readonly string[]]>([
    [['pro'], ['prompts', 'promote', 'propose']],
    [
      ['help', 'pro'],
      ['prompts', 'promote', 'propose'],
    ],
    [['--json', 'keys', 'ro'], ['rotate']],
    [['--team', 'keys', 'keys', 'ro'], ['rotate']],
    [['--team=keys', 'keys', 'ro'], ['rotate']],
    [
      ['promote', 'greeting', '3', '--to', ''],
      ['stable', 'live'],
    ],
    [
      ['promote', 'greeting', '3', '--to='],
      ['--to=stable', '--to=live'],
    ],
    [['render', 'greeting', '--missing-key', 'd'], ['default']],
    [['push', '--d'], ['--dry-run']],
    [
      ['versions', 'get', 'greeting', '1', '--format', ''],
      ['file', 'json', 'program'],
    ],
    [['render', 'greeting', '--g'], ['--gemini']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['render', 'greeting', '--var', ''], []],
    [['nonsense', 'x'], []],
    [['prompts', 'create', ''], []],
    [['versions', 'list', 're'], ['<prompt re>']],
    [['versions', 'list', '--status', 'draft', 're'], ['<prompt re>']],
    [['versions', 'list', '--', '-'], ['<prompt ->']],
    [['versions', 'get', 'greeting', ''], ['<version greeting>']],
    [['diff', 'greeting', '1', 'l'], ['<version greeting 1 l>']],
    [['render', 'gr'], ['<prompt gr>']],
    [['render', 'greeting', '--tag', ''], ['<tag greeting>']],
    [['render', 'greeting', '--tag=p'], ['--tag=<tag greeting p>']],
    [['render', 'greeting', '--version', ''], ['<version-number greeting>']],
    [['tail', 'a', 'b', ''], ['<prompt a b>']],
    [['prompts', 'restore', ''], ['<archived-prompt>']],
    [['use', ''], ['<team>']],
    [['prompts', 'list', '--team', 'Sup'], ['<team Sup>']],
    [['prompts', 'list', '--folder', ''], ['<folder>']],
    [['prompts', 'move-folder', ''], ['<folder>']],
    [['keys', 'rotate', ''], ['<key-id>']],
    [['keys', 'create', 'a', '--team-scope', 'x', ''], ['<team-id a>']],
    [['requests', 'show', ''], ['<request>']],
    [['bundle', 'create', 'x', '--slugs', 'a,'], ['<prompt-list x a,>']],
    [['pull', ''], ['directories']],
    [
      ['test', ''],
      ['<prompts-or-directories>', 'directories'],
    ],
    [['versions', 'create', 'greeting', '--file', ''], ['files']],
    [['versions', 'create', 'greeting', '-f', ''], ['files']],
    [['audit', 'verify', 'a', ''], ['files']],
    [['promote', 'greeting', '3', ''], []],
  ])('of %j is %j', async (words, expected) => {
    expect(await offered(words)).toEqual(expected);
  });

  it('knows the options of the command and of the program', async () => {
    expect(await offered(['pull', '--'])).toEqual(expect.arrayContaining(['--prune', '--yes', '--json']));
    expect(await offered(['pull', '-'])).toEqual(expect.arrayContaining(['--prune', '--json']));
  });

  it('says what commands and options do', async () => {
    const { candidates } = await offerAt(program, placeOf(program, ['prom']), async () => []);
    const promote = candidates.find(({ value }) => value === 'promote');
    expect(promote?.about).toContain('make a version live');
  });
});

it('every argument and every option with a value is known to completions, or is a text that only its writer knows', () => {
  const unknown: string[] = [];
  const walk = (command: typeof program) => {
    const values = [...command.registeredArguments, ...command.options];
    for (const one of values) {
      const takesValue = !('flags' in one) || one.required || one.optional;
      if (takesValue && one.argChoices === undefined && kindOf(command, one) === undefined)
        unknown.push(`${command.name()} ${one.name()}`);
    }
    command.commands.forEach(walk);
  };
  walk(program);
  expect(unknown).toEqual([]);
});

describe('what a shell is told', () => {
  const offer = (...candidates: readonly Candidate[]): Offer => ({ candidates, names: 'none' });

  it('begins with whether it has names of its own to offer', () => {
    expect(written('fish', { candidates: [], names: 'files' }, '')).toBe(':files\n');
    expect(written('bash', { candidates: [], names: 'none' }, '')).toBe(':none\n');
  });

  it('has descriptions of one short line where the shell shows them', () => {
    const candidate = { value: 'a:b', about: `one\ntwo\tthree ${'x'.repeat(200)}` };
    const about = `one two three ${'x'.repeat(65)}…`;
    expect(written('zsh', offer(candidate), '')).toBe(`:none\na\\:b:${about}\n`);
    expect(written('fish', offer(candidate), '')).toBe(`:none\na:b\t${about}\n`);
    expect(written('bash', offer(candidate), '')).toBe(':none\na:b\n');
  });

  it.each(shells)('has no value that is more than one word to %s', (shell) => {
    const values = ['a\nb', 'a\u001b[31m', 'a\tb', '\u202ea', '', 'good'].map((value) => ({
      value,
      about: '',
    }));
    expect(written(shell, offer(...values), '')).toBe(':none\ngood\n');
  });

  it.each([
    ['"Default Te', 'Default Te'],
    ["'a\\b", 'a\\b'],
    ['Default\\ T', 'Default T'],
    ['--team="Sup', '--team=Sup'],
    ['a\\', 'a'],
    ['plain', 'plain'],
  ])('is about %s as %s, whatever quotes it has', (typed, word) => {
    expect(unquoted('bash', typed)).toBe(word);
  });
});
