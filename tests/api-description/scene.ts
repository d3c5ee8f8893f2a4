/** Something of every kind, for a tester to play with. */
import type { Method } from '../api.ts';
import { type Account, Journey } from '../journey.ts';
import type { Things } from './seeded-description.ts';

export interface Scene {
  readonly account: Account;
  readonly things: Things;
}

/** A new account whose organization has a second team, a prompt with two versions, a tag and a payload, and a join request. */
export async function setScene(origin: string): Promise<Scene> {
  const journey = new Journey(origin);
  const [account, stranger] = [await journey.account(), await journey.account()];
  const token = account.session;
  const make = async (method: Method, path: string, body: object | undefined, ...id: readonly string[]) => {
    let found = await journey.api.call(method, path, { token, ...(body !== undefined && { body }) });
    for (const step of id)
      found = typeof found === 'object' && found !== null ? Reflect.get(found, step) : '';
    return String(found);
  };
  const prompt = await journey.prompt(account, 'greeting');
  const version = await journey.liveVersion(account, prompt, 'Hello, {{.name}}!');
  await journey.draft(account.key, prompt, 'Hello again, {{.name}}!');
  await make('POST', `/v1/prompts/${prompt.id}/versions/${version}/tags`, { tag: 'production' });
  const drafts = await journey.prompt(account, 'drafts');
  for (let draft = 1; draft <= 4; draft += 1) await journey.draft(account.key, drafts, 'Hello');
  await journey.liveVersion(account, drafts, 'Hello');
  const payload = { variables: { name: 'Ada' } };
  const teamPath = `/v1/orgs/${account.organization}/teams`;
  const second = await make('POST', teamPath, { name: 'Second' }, 'team', 'id');
  const asked = await journey.api.call('POST', `/v1/teams/${second}/join-requests`, {
    token: stranger.session,
  });
  return {
    account,
    things: {
      organization: account.organization,
      team: account.team,
      spareTeam: await make('POST', teamPath, { name: 'Spare' }, 'team', 'id'),
      foreignTeam: stranger.team,
      user: await make('GET', '/v1/auth/me', undefined, 'user', 'id'),
      key: await make('POST', '/v1/api-keys', { name: 'spare', org_id: account.organization }, 'id'),
      prompt: prompt.id,
      slug: prompt.slug,
      draftPrompt: drafts.id,
      payload: await make('POST', `/v1/prompts/${prompt.id}/payloads`, payload, 'payload', 'id'),
      joinRequest: String(typeof asked === 'object' && asked !== null ? Reflect.get(asked, 'id') : ''),
    },
  };
}
