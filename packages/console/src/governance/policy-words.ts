/** A policy as a sentence, so that nobody has to read its fields. */
import type { Policy } from '../review/mod.ts';
import { listText } from './patterns.ts';

type Transition = Policy['match']['transitions'][number];

export const transitionNames: { readonly [Name in Transition]: string } = {
  stable: 'Marking a version stable',
  live: 'Making a version live',
  demote: 'Taking the live version away',
  tag: 'Setting or removing a tag',
  archive: 'Archiving',
  move: 'Moving to another team',
  payloads: 'Changing payloads and their assertions',
};

const roleWords = { admin: 'an admin', editor: 'an editor', viewer: 'a viewer' } as const;
const adminWords = { admin: 'Admins', editor: 'Admins and editors' } as const;

/** `nameOf`: the address of a person. */
export function policySentence(policy: Policy, nameOf: (userId: string) => string): string {
  const { match, require, rollback, break_glass: glass } = policy;
  const demands = [
    ...(require.approvals === 0 ? [] : [approvals(require, nameOf)]),
    ...(require.checks.length === 0 ? [] : [checks(require.checks)]),
  ];
  return [
    `${subject(match)}: ${deeds(match)} need${match.transitions.length === 1 ? 's' : ''} ${
      demands.length === 0 ? 'nothing' : demands.join(', and ')
    }.`,
    ...(rollback === 'exempt' && match.transitions.includes('live')
      ? ['Going back to a recent live version does not.']
      : []),
    ...(glass === null ? ['Nobody may override it.'] : overriders(glass, nameOf)),
  ].join(' ');
}

function subject({ slugs, folders }: Policy['match']): string {
  const prompts = slugs.length === 1 && slugs[0] === '*' ? 'Any prompt' : `Prompts ${listText(slugs, 'or')}`;
  return folders === undefined ? prompts : `${prompts} in ${listText(folders, 'or')}`;
}

function deeds({ transitions, tags }: Policy['match']): string {
  return listText(
    transitions.map((one) => {
      const name = transitionNames[one];
      const told = one === 'tag' ? name.replace('a tag', `the tag ${listText(tags ?? [], 'or')}`) : name;
      return `${told.charAt(0).toLowerCase()}${told.slice(1)}`;
    }),
  );
}

function approvals(require: Policy['require'], nameOf: (userId: string) => string): string {
  const people = [...require.roles.map((role) => roleWords[role]), ...(require.user_ids ?? []).map(nameOf)];
  const excluded = [
    ...(require.not_author ? ['proposed it'] : []),
    ...(require.not_contributor ? ['worked on the version'] : []),
  ];
  const age = require.max_age_hours;
  return [
    require.approvals === 1 ? '1 approval' : `${require.approvals} approvals`,
    ` by ${listText(people, 'or')}`,
    excluded.length === 0 ? '' : ` who has not ${listText(excluded, 'or')}`,
    age === null ? '' : `, no older than ${age === 1 ? 'an hour' : `${age} hours`}`,
  ].join('');
}

function checks(all: Policy['require']['checks']): string {
  const names = all.map(({ kind, name }) => {
    if (kind === 'assertions') return 'the assertions of the payloads';
    return kind === 'contract' ? 'the input contract' : `the check “${name ?? ''}”`;
  });
  return `${listText(names)} to pass`;
}

function overriders(
  { roles, user_ids: ids = [] }: NonNullable<Policy['break_glass']>,
  nameOf: (userId: string) => string,
): string[] {
  const role = roles.includes('editor') ? 'editor' : roles.includes('admin') ? 'admin' : undefined;
  const who = [...(role === undefined ? [] : [adminWords[role]]), ...ids.map(nameOf)];
  return who.length === 0 ? ['Nobody may override it.'] : [`${listText(who)} may override it with a reason.`];
}
