/** Something of every kind, for a tester to play with. */
import type { Account, Method, Person, World } from '@px0/testing/world';
import type { Governed, Proposal, Things } from './seeded-description.ts';

export interface Scene {
  readonly account: Account;
  readonly things: Things;
}

/**
 * A new account whose organization has a second team, a prompt with two versions, a tag and a payload, a join request, invitations,
 * policies and change requests.
 */
export async function setScene(world: World): Promise<Scene> {
  const [account, stranger, host] = [await world.account(), await world.account(), await world.account()];
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
  const invite = (by: Account, email: string) =>
    world.make(by, 'POST', `/v1/teams/${by.team}/invitations`, { email });
  const content = await world.get(account, `/v1/prompts/${prompt.id}/versions/1`);
  return {
    account,
    things: {
      ...(await governedThings(world, account)),
      contentHash: content.text('version', 'content_hash'),
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
      invitation: (await invite(account, 'grace@example.com')).text('invitation', 'id'),
      invitationCode: (await invite(host, 'host@example.com')).text('code'),
    },
  };
}

/** Policies, and proposals of a prompt of their own: one for each operation that ends one. */
async function governedThings(world: World, account: Account): Promise<Governed> {
  const { team } = account;
  const colleague = await world.registeredBy(account, team);
  await world.role(account, team, colleague, 'admin');
  const policies = `/v1/teams/${team}/prompt-policies`;
  const policy = async (name: string, slug: string) => {
    const match = { slugs: [slug], transitions: ['live'] };
    const made = await world.make(account, 'POST', policies, { name, match, require: { approvals: 1 } });
    return made.text('policy', 'id');
  };
  const sealed = await world.emptyPrompt(account.key, team, { slug: 'sealed' });
  const [broken, kept] = [await world.draft(account.key, sealed, 'Hello'), await policy('Sealed', 'sealed')];
  await world.promote(account, sealed, broken);
  await world.gateway.call('POST', `/v1/prompts/${sealed.id}/versions/${broken}/promote`, {
    token: colleague.token,
    headers: { 'px0-break-glass': 'outage' },
  });
  const past = await world.get(account, `/v1/teams/${team}/change-requests?prompt_id=${sealed.id}`);

  const proposed = await world.emptyPrompt(account.key, team, { slug: 'proposed' });
  const propose = async (by: Person): Promise<Proposal> => {
    const version = await world.draft(by, proposed, 'Hello');
    const change = { kind: 'promote', version, to: 'live' };
    const path = `/v1/prompts/${proposed.id}/change-requests`;
    const made = await world.make(by, 'POST', path, { title: `Version ${version}`, change });
    return {
      id: made.text('change_request', 'id'),
      contentHash: made.text('change_request', 'binding', 'content_hash'),
    };
  };
  const dismissible = await propose(colleague);
  const reviewed = await world.make(account, 'POST', `/v1/change-requests/${dismissible.id}/reviews`, {
    verdict: 'request_changes',
    content_hash: dismissible.contentHash,
  });
  return {
    policy: kept,
    sparePolicy: await policy('Spare', 'spare'),
    request: (await propose(account)).id,
    reviewable: await propose(colleague),
    applicable: (await propose(account)).id,
    closable: (await propose(account)).id,
    broken: past.text('change_requests', 0, 'id'),
    dismissible: dismissible.id,
    review: reviewed.text('change_request', 'reviews', 0, 'id'),
  };
}
