/** Teams over HTTP. */
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import { callerOf } from '../authority/mod.ts';
import type { CreateTeam } from './create-team.ts';
import type { DeleteTeam } from './delete-team.ts';
import type { ListTeams } from './list-teams.ts';
import type { UpdateTeam } from './update-team.ts';
import { teamOnWire } from './wire.ts';

export interface TeamCommands {
  readonly create: CreateTeam;
  readonly list: ListTeams;
  readonly update: UpdateTeam;
  readonly delete: DeleteTeam;
}

export function teamRoutes(teams: TeamCommands) {
  return {
    createTeam: async ({ principal, params, body }) => ({
      team: teamOnWire(await teams.create.run(callerOf(principal), params.orgID, body)),
    }),
    listOrgTeams: async ({ principal, params }) => ({
      teams: (await teams.list.run(callerOf(principal), params.orgID)).map(teamOnWire),
    }),
    updateTeam: async ({ principal, params, body }) => ({
      team: teamOnWire(await teams.update.run(callerOf(principal), params.id, body)),
    }),
    deleteTeam: async ({ principal, params }) => {
      await teams.delete.run(callerOf(principal), params.id);
      return undefined;
    },
  } satisfies Handlers<Principal>;
}
