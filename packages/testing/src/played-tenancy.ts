/** Tenancy, played by a test: organizations, teams and memberships, as the real one would publish them. */
import { randomUUID } from 'node:crypto';
import type { ForeignContexts } from './foreign-context.ts';

export interface PlayedOrganization {
  readonly id: string;
  /** Its default team, whose admins administer the organization. */
  readonly defaultTeamId: string;
}

export class PlayedTenancy {
  readonly #contexts: ForeignContexts;

  constructor(contexts: ForeignContexts) {
    this.#contexts = contexts;
  }

  /** An organization with its default team, without members. */
  async createOrganization(): Promise<PlayedOrganization> {
    const id = randomUUID();
    await this.#contexts.publish('organization', id, { name: `Organization ${id}`, created_at: now() });
    return { id, defaultTeamId: await this.#publishTeam(id, true) };
  }

  createTeam(orgId: string): Promise<string> {
    return this.#publishTeam(orgId, false);
  }

  /** Adds a member, or gives one another role. */
  async setMember(
    teamId: string,
    userId: string,
    role: 'admin' | 'editor' | 'viewer',
    more: { readonly added_by?: string; readonly created_at?: string } = {},
  ): Promise<void> {
    await this.#contexts.publish('membership', `${teamId}.${userId}`, {
      team_id: teamId,
      user_id: userId,
      role,
      created_at: now(),
      ...more,
    });
  }

  async removeMember(teamId: string, userId: string): Promise<void> {
    await this.#contexts.remove('membership', `${teamId}.${userId}`);
  }

  async deleteTeam(teamId: string): Promise<void> {
    await this.#contexts.remove('team', teamId);
  }

  /** The organization's tombstone only: those of its teams follow in their own time. */
  async deleteOrganization(orgId: string): Promise<void> {
    await this.#contexts.remove('organization', orgId);
  }

  async #publishTeam(orgId: string, isDefault: boolean): Promise<string> {
    const id = randomUUID();
    await this.#contexts.publish('team', id, {
      org_id: orgId,
      name: isDefault ? 'Default Team' : `Team ${id}`,
      is_default: isDefault,
      created_at: now(),
    });
    return id;
  }
}

function now(): string {
  return new Date().toISOString();
}
