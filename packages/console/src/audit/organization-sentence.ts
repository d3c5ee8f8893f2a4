/** Turns an entry that identity or tenancy wrote into the end of a sentence: "Ada" + "added grace@example.com to Search as editor". */
import type { Line } from './audit-lines.ts';

type Entry = Pick<Line, 'action' | 'actor' | 'team_id' | 'user_id' | 'details'>;

export interface Names {
  readonly person: (id: string | null) => string;
  readonly team: (id: string | null) => string;
  /** Such as `the API key “checkout”`. */
  readonly key: (id: string | null) => string;
}

type Tell = (entry: Entry, names: Names, detail: (name: string) => string) => string;

const isOwnDoing = ({ actor, user_id }: Entry): boolean => user_id !== null && actor.user_id === user_id;

const sentences: { readonly [action: string]: Tell } = {
  'organization.created': (_entry, _names, detail) => `created the organization ${quoted(detail('name'))}`,
  'organization.renamed': (_entry, _names, detail) =>
    `renamed the organization from ${quoted(detail('from'))} to ${quoted(detail('to'))}`,
  'organization.deleted': () => 'deleted the organization',
  'team.created': (_entry, _names, detail) => `created the team ${quoted(detail('name'))}`,
  'team.renamed': (_entry, _names, detail) =>
    `renamed the team ${quoted(detail('from'))} to ${quoted(detail('to'))}`,
  'team.moved_in': (entry, names) => `moved ${names.team(entry.team_id)} into this organization`,
  'team.moved_out': (entry, names) => `moved ${names.team(entry.team_id)} to another organization`,
  'team.deleted': (entry, names, detail) =>
    `deleted the team ${detail('name') === '' ? names.team(entry.team_id) : quoted(detail('name'))}`,
  'member.joined': (entry, names, detail) => {
    const where = `${names.team(entry.team_id)}${roleAs(detail('role'))}`;
    const how = detail('invitation_id') === '' ? '' : ' by an invitation';
    return isOwnDoing(entry) ? `joined ${where}${how}` : `added ${names.person(entry.user_id)} to ${where}`;
  },
  'member.removed': (entry, names) =>
    `removed ${names.person(entry.user_id)} from ${names.team(entry.team_id)}`,
  'member.left': (entry, names) => `left ${names.team(entry.team_id)}`,
  'member.account_deleted': (entry, names) =>
    `left ${names.team(entry.team_id)} because the account was deleted`,
  'member.role_changed': (entry, names, detail) =>
    `changed the role of ${names.person(entry.user_id)} in ${names.team(entry.team_id)} from ${detail('from')} to ${detail('to')}`,
  'join_request.created': (entry, names) => `asked to join ${names.team(entry.team_id)}`,
  'join_request.approved': (entry, names) =>
    `approved the request from ${names.person(entry.user_id)} to join ${names.team(entry.team_id)}`,
  'join_request.rejected': (entry, names) =>
    `rejected the request from ${names.person(entry.user_id)} to join ${names.team(entry.team_id)}`,
  'invitation.created': (entry, names, detail) =>
    `invited someone to ${names.team(entry.team_id)}${roleAs(detail('role'))}`,
  'invitation.revoked': (entry, names) => `revoked an invitation to ${names.team(entry.team_id)}`,
  'api_key.created': (_entry, names, detail) => `created ${names.key(detail('api_key_id'))}`,
  // Whoever finds a key may end it by showing it.
  'api_key.deleted': (_entry, names, detail) =>
    detail('shown') === 'secret'
      ? `revoked ${names.key(detail('api_key_id'))}, which was found`
      : `deleted ${names.key(detail('api_key_id'))}`,
  'api_key.rotated': (_entry, names, detail) => `rotated ${names.key(detail('api_key_id'))}`,
  'api_key.scope_reduced': (_entry, names, detail) => `removed teams from ${names.key(detail('api_key_id'))}`,
  // Entries hold no free text, so no names of policies.
  'policy.created': ({ team_id }, names) => `created a policy${of(team_id, names)}`,
  'policy.updated': ({ team_id }, names) => `changed a policy${of(team_id, names)}`,
  'policy.deleted': ({ team_id }, names) => `deleted a policy${of(team_id, names)}`,
  'audit.pruned': (_entry, _names, detail) =>
    `removed the entries up to ${detail('anchor_number')}, which were kept long enough`,
  'audit.restored': () => 'continued from a backup',
  'audit.text_erased': (_entry, _names, detail) => `erased the text of entry ${detail('number')}`,
};

function quoted(name: string): string {
  return `“${name}”`;
}

function of(team: string | null, names: Names): string {
  return ` of ${team === null ? 'the organization' : names.team(team)}`;
}

function roleAs(role: string): string {
  return role === '' ? '' : ` as ${role}`;
}

/** The sentence without the actor. An unknown action shows its own name. */
export function auditSentence(entry: Entry, names: Names): string {
  return sentences[entry.action]?.(entry, names, (name) => String(entry.details[name] ?? '')) ?? entry.action;
}
