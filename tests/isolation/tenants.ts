/** Two tenants that have one of everything, with names that occur nowhere else: a trace of one in an answer to the other is a leak. */
import { randomUUID } from 'node:crypto';
import type { Caller, Owner, World } from '@px0/testing/world';

/** What a request can name of a tenant. */
export interface Things {
  readonly organization: string;
  /** Not the default team, so that it could be moved and deleted. */
  readonly team: string;
  /** A member of the team who administers nothing. */
  readonly user: string;
  readonly email: string;
  readonly key: string;
  readonly joinRequest: string;
  readonly invitation: string;
  readonly prompt: string;
  readonly slug: string;
  readonly payload: string;
  readonly changeRequest: string;
  readonly review: string;
  readonly policy: string;
}

export interface Tenant {
  readonly owner: Owner;
  readonly things: Things;
  /** Everybody who acts for the tenant: its admin, a plain member, and a key of each operation. */
  readonly callers: Readonly<Record<string, Caller>>;
}

export async function tenant(world: World, name: string): Promise<Tenant> {
  const owner = await world.owner();
  const team = await world.team(owner);
  const member = await world.registeredBy(owner, team);
  await world.role(owner, team, member, 'viewer');
  const created = await world.make(owner, 'POST', `/v1/teams/${team}/prompts`, {
    name: `${name} prompt ${randomUUID()}`,
    description: `${name} description`,
  });
  const prompt = { id: created.text('prompt', 'id'), slug: created.text('prompt', 'slug') };
  const live = await world.live(owner, prompt, `${name} live template`);
  await world.draft(owner, prompt, `${name} draft template`);
  await world.make(owner, 'POST', `/v1/prompts/${prompt.id}/versions/${live}/tags`, { tag: 'production' });
  const payload = await world.make(owner, 'POST', `/v1/prompts/${prompt.id}/payloads`, {
    name: `${name} payload`,
    variables: { secret: `${name} variable` },
  });
  const policy = await world.make(owner, 'POST', `/v1/teams/${team}/prompt-policies`, {
    name: `${name} policy`,
    match: { slugs: ['nothing'], transitions: ['live'] },
    require: { approvals: 1 },
  });
  const opened = await world.make(owner, 'POST', `/v1/prompts/${prompt.id}/change-requests`, {
    title: `${name} title`,
    description: `${name} reasons`,
    change: { kind: 'archive_prompt' },
  });
  const changeRequest = opened.text('change_request', 'id');
  const reviewed = await world.make(owner, 'POST', `/v1/change-requests/${changeRequest}/reviews`, {
    verdict: 'request_changes',
    comment: `${name} review`,
  });
  await world.make(owner, 'POST', `/v1/change-requests/${changeRequest}/comments`, {
    text: `${name} comment`,
  });
  const stranger = await world.owner();
  const asked = await world.make(stranger, 'POST', `/v1/teams/${team}/join-requests`);
  const invited = await world.make(owner, 'POST', `/v1/teams/${team}/invitations`, {
    email: `${name}-${randomUUID()}@example.com`,
  });
  return {
    owner,
    things: {
      organization: owner.organization,
      team,
      user: member.id,
      email: member.email,
      key: (await world.key(owner, 'read_render', { teams: [team] })).id,
      joinRequest: asked.text('id'),
      invitation: invited.text('invitation', 'id'),
      prompt: prompt.id,
      slug: prompt.slug,
      payload: payload.text('payload', 'id'),
      changeRequest,
      review: reviewed.text('change_request', 'reviews', 0, 'id'),
      policy: policy.text('policy', 'id'),
    },
    callers: {
      admin: owner,
      viewer: member,
      'key read_render': await world.key(owner, 'read_render'),
      'key all': await world.key(owner, 'all'),
      'key admin': await world.key(owner, 'admin'),
      'key all of one team': await world.key(owner, 'all', { teams: [team] }),
    },
  };
}

/** The names of things that do not exist. */
export function nothing(): Things {
  return {
    organization: randomUUID(),
    team: randomUUID(),
    user: randomUUID(),
    email: `nobody-${randomUUID()}@example.com`,
    key: randomUUID(),
    joinRequest: randomUUID(),
    invitation: randomUUID(),
    prompt: randomUUID(),
    slug: `nothing_${randomUUID().replaceAll('-', '_')}`,
    payload: randomUUID(),
    changeRequest: randomUUID(),
    review: randomUUID(),
    policy: randomUUID(),
  };
}
