/** The caller’s own organizations and teams over HTTP. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import type { Handlers } from '@px0/service-kit';
import { callerOf } from '../authority/mod.ts';
import { teamOnWire } from '../teams/mod.ts';
import { ListOwnOrganizations } from './list-own-organizations.ts';
import { ListOwnTeams } from './list-own-teams.ts';
import type { OrganizationWithRoleRow } from './store.ts';

export function belongingRoutes(reader: Reader) {
  const listOrganizations = new ListOwnOrganizations(reader);
  const listTeams = new ListOwnTeams(reader);
  return {
    listUserOrgs: async ({ principal }) => ({
      organizations: (await listOrganizations.run(callerOf(principal))).map(organizationOnWire),
    }),
    listUserTeams: async ({ principal }) => ({
      teams: (await listTeams.run(callerOf(principal))).map((team) => ({
        ...teamOnWire(team),
        role: team.role,
      })),
    }),
  } satisfies Handlers<Principal>;
}

function organizationOnWire({
  id,
  name,
  createdAt,
  role,
}: OrganizationWithRoleRow): Wire<'OrganizationWithRole'> {
  return { id, name, created_at: createdAt.toISOString(), role: role === 'admin' ? 'ADMIN' : 'MEMBER' };
}
