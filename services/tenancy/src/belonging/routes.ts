/** The caller’s own organizations and teams over HTTP. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import type { Handlers } from '@px0/service-kit';
import { callerOf } from '../authority/mod.ts';
import { teamOnWire } from '../teams/mod.ts';
import type { Belonging } from './belonging.ts';
import type { OrganizationWithRoleRow } from './store.ts';

export function belongingRoutes(belonging: Belonging) {
  return {
    listUserOrgs: async ({ principal }) => ({
      organizations: (await belonging.organizations(callerOf(principal))).map(onWire),
    }),
    listUserTeams: async ({ principal }) => ({
      teams: (await belonging.teams(callerOf(principal))).map((team) => ({
        ...teamOnWire(team),
        role: team.role,
      })),
    }),
  } satisfies Handlers<Principal>;
}

function onWire({ id, name, createdAt, role }: OrganizationWithRoleRow): Wire<'OrganizationWithRole'> {
  return { id, name, created_at: createdAt.toISOString(), role: role === 'admin' ? 'ADMIN' : 'MEMBER' };
}
