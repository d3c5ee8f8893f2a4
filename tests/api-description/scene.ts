/** Something of every kind, for a tester to play with. */
import type { Account, Method, World } from '@px0/testing/world';
import type { Things } from './seeded-description.ts';

export interface Scene {
  readonly account: Account;
  readonly things: Things;
}

/** A new account whose organization has a second team, a prompt with two versions, a tag and a payload, and a join request. */
export async function setScene(world: World): Promise<Scene> {
  const [account, stranger] = [await world.account(), await world.account()];
  const token = account.token;
  const make = async (method: Method, path: string, body: object | undefined, ...id: readonly string[]) => {
    let found = await world.gateway.call(method, path, { token, ...(body !== undefined && { body }) });
    for (const step of id)
      found = typeof found === 'object' && found !== null ? Reflect.get(found, step) : '';
    return String(found);
  };
  const prompt = await world.emptyPrompt(account.key, account.team, { slug: 'greeting' });
  const version = await world.live(account.key, prompt, 'Hello, {{.name}}!');
  await world.draft(account.key, prompt, 'Hello again, {{.name}}!');
  await make('POST', `/v1/prompts/${prompt.id}/versions/${version}/tags`, { tag: 'production' });
  const drafts = await world.emptyPrompt(account.key, account.team, { slug: 'drafts' });
  for (let draft = 1; draft <= 4; draft += 1) await world.draft(account.key, drafts, 'Hello');
  await world.live(account.key, drafts, 'Hello');
  const payload = { variables: { name: 'Ada' } };
  const teamPath = `/v1/orgs/${account.organization}/teams`;
  const second = await make('POST', teamPath, { name: 'Second' }, 'team', 'id');
  const asked = await world.gateway.call('POST', `/v1/teams/${second}/join-requests`, {
    token: stranger.token,
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
