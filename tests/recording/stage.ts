/** Who asks in a recording: people in several roles and keys of each kind, around two teams of one organization. */
import { Api, PASSWORD, Story } from '@px0/local-platform/story';
import { Conversation } from './conversation.ts';
import { Names } from './names.ts';

/** The callers, by the names that a recording has for them. `nobody` sends no credential. */
export const callers = [
  'owner',
  'admin',
  'editor',
  'viewer',
  'org admin',
  'outsider',
  'all key',
  'team key',
  'read key',
  'admin key',
  'unknown',
  'nobody',
] as const;

export type CallerName = (typeof callers)[number];

export interface Stage {
  readonly conversation: Conversation;
  /** The team of the roles, in which `owner` is admin. */
  readonly team: string;
  /** A second team, of which `owner` and `editor` are members. */
  readonly otherTeam: string;
  /** Of another organization. */
  readonly foreignTeam: string;
}

/** What the services of a recording's platform have in their environment. */
export const environment = { RESEND_API_KEY: 'mock', NODE_ENV: 'test', USAGE_FLUSH_MS: '200' };

/** Sets the same stage on any new platform of any build. */
export async function setStage(origin: string): Promise<Stage> {
  const names = new Names();
  const story = new Cast(new Api(origin));
  const owner = await story.owner(credentials('owner'));
  const outsider = await story.owner(credentials('outsider'));
  // An admin of the organization's default team administers the whole organization, without being a member of its teams.
  const orgAdmin = await story.join('org-admin', owner, owner.team, 'admin');
  const { organization } = owner;
  const [team, otherTeam] = [
    (await story.make(owner, 'POST', `/v1/orgs/${organization}/teams`, { name: 'Roles' })).text('team', 'id'),
    (await story.make(owner, 'POST', `/v1/orgs/${organization}/teams`, { name: 'Other' })).text('team', 'id'),
  ];
  const [admin, editor, viewer] = [
    await story.join('admin', owner, team, 'admin'),
    await story.join('editor', owner, team, 'editor'),
    await story.join('viewer', owner, team, 'viewer'),
  ];
  const other = { user_id: editor.id };
  await story.make(owner, 'POST', `/v1/teams/${otherTeam}/members`, other);
  const keys = {
    'all key': await story.key(owner, 'all'),
    'team key': await story.key(owner, 'all', { name: 'team', teams: [team] }),
    'read key': await story.key(owner, 'read_render'),
    'admin key': await story.key(owner, 'admin'),
  };
  const people = { owner, admin, editor, viewer, 'org admin': orgAdmin, outsider };
  for (const [name, { id }] of Object.entries({ ...people, ...keys })) names.give(id, `‹${name}›`);
  names.give(team, '‹team›');
  names.give(otherTeam, '‹other team›');
  names.give(outsider.team, '‹foreign team›');
  const tokens = new Map(Object.entries({ ...people, ...keys }).map(([name, { token }]) => [name, token]));
  tokens.set('unknown', `ak_${'0'.repeat(64)}`);
  const conversation = new Conversation(origin, tokens, names);
  return { conversation, team, otherTeam, foreignTeam: outsider.team };
}

class Cast extends Story {
  /** A person whom the owner registers in a team and gives a role there. */
  async join(name: string, owner: Parameters<Story['key']>[0], team: string, role: string) {
    const person = await this.register(credentials(name), owner, { team_id: team });
    await this.make(owner, 'PUT', `/v1/teams/${team}/members/${person.id}/role`, { role });
    return person;
  }
}

function credentials(name: string) {
  return { email: `${name}@example.com`, password: PASSWORD };
}
