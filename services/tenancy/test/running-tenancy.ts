/** Tenancy in the test's own process, with identity and registry played by the test; see `RunningOwner`. */
import { randomUUID } from 'node:crypto';
import { loadConfig } from '@px0/service-kit';
import {
  type Bearer,
  type CaughtUpReply,
  type OwnerParts,
  type OwnerStores,
  type OwnerUnderTest,
  openOwner,
  PlayedIdentity,
  type PlayedUser,
  RunningOwner,
} from '@px0/testing';
import { z } from 'zod';
import { startTenancy } from '../src/compose.ts';
import { configSchema } from '../src/config.ts';
import { SCHEMA } from '../src/schema.ts';

export type { Bearer };
export type Reply = CaughtUpReply;

/** A user with the organization and the team that came with the account. */
export interface Founder extends PlayedUser {
  readonly orgId: string;
  readonly teamId: string;
}

const withId = z.object({ id: z.string() });
const organizationsReply = z.object({ organizations: z.array(withId) });
const teamsReply = z.object({ teams: z.array(withId) });
const teamReply = z.object({ team: withId });

const tenancyUnderTest: OwnerUnderTest = {
  schema: SCHEMA,
  played: ['identity', 'registry'],
  start: (environment, dependencies) => startTenancy(loadConfig(configSchema, environment), dependencies),
};

export class RunningTenancy extends RunningOwner {
  readonly identity: PlayedIdentity;

  private constructor(parts: OwnerParts, identity = new PlayedIdentity(parts.contexts)) {
    super(parts);
    this.identity = identity;
  }

  /** On the run's servers, unless a test brings one that it may stop. */
  static async start(own: Partial<OwnerStores> = {}): Promise<RunningTenancy> {
    const running = new RunningTenancy(await openOwner(tenancyUnderTest, own));
    await running.identity.start();
    return running;
  }

  /** Another process of the service on the same data. It is ended by `stopService`; the data by the first one's `stop`. */
  async startReplica(): Promise<RunningTenancy> {
    const replica = new RunningTenancy(await this.openReplica(), this.identity);
    replica.sawAsMuchAs(this);
    return replica;
  }

  /** Registers a user and waits for their place. */
  async founder(facts: Parameters<PlayedIdentity['register']>[0] = {}): Promise<Founder> {
    const user = await this.identity.register({ ...facts, is_verified: true });
    const orgs = organizationsReply.parse(await this.#must(user, 'GET', '/v1/me/orgs')).organizations;
    const teams = teamsReply.parse(await this.#must(user, 'GET', '/v1/me/teams')).teams;
    const founder = { ...user, orgId: first(orgs).id, teamId: first(teams).id };
    if (facts.is_verified === false) await this.identity.change(user.id, { is_verified: false });
    return founder;
  }

  /** Creates a team and returns its id. */
  async createTeam(by: Bearer, orgId: string, name = `Team ${randomUUID()}`): Promise<string> {
    return teamReply.parse(await this.#must(by, 'POST', `/v1/orgs/${orgId}/teams`, { name })).team.id;
  }

  /** Adds a member, with a role other than the one that joining gives. */
  async addMember(by: Bearer, teamId: string, userId: string, role?: string): Promise<void> {
    await this.#must(by, 'POST', `/v1/teams/${teamId}/members`, { user_id: userId });
    if (role !== undefined)
      await this.#must(by, 'PUT', `/v1/teams/${teamId}/members/${userId}/role`, { role });
  }

  /** A user whose only place is that team. */
  async memberOf(by: Bearer, teamId: string, role?: string): Promise<PlayedUser> {
    const user = await this.identity.register({ placement: { kind: 'team', team_id: teamId } });
    if (role !== undefined) {
      await this.#must(by, 'PUT', `/v1/teams/${teamId}/members/${user.id}/role`, { role });
    }
    return user;
  }

  /** The body of a success. @throws Error which shows the exchange */
  async #must(by: Bearer, method: string, path: string, body?: unknown): Promise<unknown> {
    const { status, body: answer } = await this.call(by, method, path, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
    return answer;
  }
}

function first<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined) throw new Error('the list is empty');
  return item;
}
