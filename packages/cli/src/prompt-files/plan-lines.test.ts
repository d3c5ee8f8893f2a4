import type { ImportChange } from '@px0/sdk/api';
import { describe, expect, it } from 'vitest';
import { type PresentVersions, planLines, type Status } from './plan-lines.ts';

type Short = readonly [ImportChange['action'], (string | null)?];

function told(changes: readonly Short[], present?: Readonly<Record<number, Status>>): string[] {
  const versions: PresentVersions | undefined = present && {
    versions: Object.entries(present).map(([number, status]) => ({ number: Number(number), status })),
  };
  return planLines(
    changes.map(([action, subject = null]) => ({ slug: 'extract', action, subject })),
    () => versions,
  ).map(({ kind, text }) => `${kind === 'new' ? '+' : '~'} ${text}`);
}

describe('a plan', () => {
  it.each<[string, readonly Short[], Readonly<Record<number, Status>> | undefined, readonly string[]]>([
    [
      'a new version with its number, its way, and what it takes the place of',
      [
        ['create_version', '1'],
        ['promote_version', '1'],
        ['promote_version', '1'],
      ],
      { 1: 'archived', 2: 'stable', 3: 'live' },
      ['+ v4 draft -> stable -> live, instead of v3'],
    ],
    ['a draft', [['create_version', '1']], { 3: 'live' }, ['+ v4 draft']],
    [
      'a new version that becomes stable',
      [
        ['create_version', '1'],
        ['promote_version', '1'],
      ],
      { 3: 'live' },
      ['+ v4 draft -> stable'],
    ],
    [
      'a new prompt',
      [
        ['create_prompt'],
        ['create_payload', 'ada'],
        ['create_version', '1'],
        ['set_tag', 'prod'],
        ['promote_version', '1'],
        ['promote_version', '1'],
      ],
      undefined,
      [
        '+ create the prompt',
        '+ create the payload ada',
        '+ v1 draft -> stable -> live',
        '~ set the tag prod to v1',
      ],
    ],
    [
      'an earlier version that comes back',
      [['promote_version', '2']],
      { 2: 'stable', 3: 'live' },
      ['~ v2 stable -> live, instead of v3'],
    ],
    [
      'a draft that is there already',
      [
        ['promote_version', '4'],
        ['set_tag', 'prod'],
        ['promote_version', '4'],
      ],
      { 3: 'live', 4: 'draft' },
      ['~ v4 draft -> stable -> live, instead of v3', '~ set the tag prod to v4'],
    ],
    ['one step of a draft', [['promote_version', '4']], { 4: 'draft' }, ['~ v4 draft -> stable']],
    ['a tag alone', [['set_tag', 'prod']], { 3: 'live' }, ['~ set the tag prod']],
    [
      'a version of a team that cannot be asked',
      [
        ['create_version', '1'],
        ['promote_version', '1'],
      ],
      undefined,
      ['+ new version, draft -> stable'],
    ],
    [
      'what is proposed',
      [
        ['create_version', '1'],
        ['promote_version', '1'],
        ['open_change_request', '1'],
      ],
      { 3: 'live' },
      ['+ v4 draft -> stable', '~ open a change request'],
    ],
    [
      'everything else',
      [
        ['update_description'],
        ['set_folder', ''],
        ['set_folder', 'a/b'],
        ['set_contract', 'warn'],
        ['update_payload', 'id'],
        ['archive_version', '2'],
        ['open_change_request', 'prod'],
      ],
      { 3: 'live' },
      [
        '~ change the description',
        '~ move it out of its folder',
        '~ move it to the folder a/b',
        '~ set the contract to warn',
        '~ change a payload',
        '~ archive v2',
        '~ open a change request for prod',
      ],
    ],
  ])('tells of %s', (_what, changes, present, lines) => {
    expect(told(changes, present)).toEqual(lines);
  });

  it('keeps the prompts apart', () => {
    const change = (slug: string, action: ImportChange['action']) => ({ slug, action, subject: '1' });
    const changes = ['a', 'b'].flatMap((slug) => [
      change(slug, 'create_version'),
      change(slug, 'promote_version'),
    ]);
    const of: Readonly<Record<string, PresentVersions>> = {
      a: { versions: [{ number: 7, status: 'live' }] },
    };
    expect(planLines(changes, (slug) => of[slug]).map(({ slug, text }) => `${slug}: ${text}`)).toEqual([
      'a: v8 draft -> stable',
      'b: new version, draft -> stable',
    ]);
  });
});
