import { describe, expect, it } from 'vitest';
import { createProgram } from '../program.ts';
import { candidates } from './completion.ts';

const program = createProgram(() => {
  throw new Error('a completion runs no command');
}, process);

describe('a completion', () => {
  it.each([
    [['pro'], ['prompts', 'promote', 'propose']],
    [
      ['prompts', ''],
      ['list', 'get', 'create', 'move-folder', 'archive', 'restore', 'help'],
    ],
    [['--json', 'keys', 'ro'], ['rotate']],
    [['--team', 'keys', 'keys', 'ro'], ['rotate']],
    [
      ['promote', 'greeting', '3', '--to', ''],
      ['stable', 'live'],
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
  ])('of %j is %j', (words, expected) => {
    expect(candidates(program, words)).toEqual(expected);
  });

  it('knows the options of the command and of the program', () => {
    expect(candidates(program, ['pull', '--'])).toEqual(
      expect.arrayContaining(['--prune', '--yes', '--json']),
    );
  });
});
