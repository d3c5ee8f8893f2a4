/** The caller's own organizations and teams. A key sees those of its acting user that are in its own organization. */
import type { OrganizationId } from '@px0/contracts';
import type { Caller } from '../authority/mod.ts';
import type { Database } from '../database.ts';
import { type OrganizationWithRoleRow, type OwnTeamRow, organizationsOf, teamsOf } from './store.ts';

export class Belonging {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  organizations(caller: Caller): Promise<OrganizationWithRoleRow[]> {
    return organizationsOf(this.#database, caller.userId, onlyOrganization(caller));
  }

  teams(caller: Caller): Promise<OwnTeamRow[]> {
    return teamsOf(this.#database, caller.userId, onlyOrganization(caller));
  }
}

function onlyOrganization({ principal }: Caller): OrganizationId | undefined {
  return principal.kind === 'api-key' ? principal.orgId : undefined;
}
