/** Teams over HTTP. */
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import { callerOf } from '../authority/mod.ts';
import type { Teams } from './teams.ts';
import { teamOnWire } from './wire.ts';

export function teamRoutes(teams: Teams) {
  return {
    createTeam: async ({ principal, params, body }) => ({
      team: teamOnWire(await teams.create(callerOf(principal), params.orgID, body)),
    }),
    listOrgTeams: async ({ principal, params }) => ({
      teams: (await teams.list(callerOf(principal), params.orgID)).map(teamOnWire),
    }),
    updateTeam: async ({ principal, params, body }) => ({
      team: teamOnWire(await teams.update(callerOf(principal), params.id, body)),
    }),
    deleteTeam: async ({ principal, params }) => {
      await teams.delete(callerOf(principal), params.id);
      return undefined;
    },
  } satisfies Handlers<Principal>;
}
