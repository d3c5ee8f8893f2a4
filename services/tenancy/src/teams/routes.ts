/** Teams over HTTP. */
import type { Principal } from '@px0/access';
import type { Reader } from '@px0/owner';
import type { Handlers } from '@px0/service-kit';
import { callerOf } from '../authority/mod.ts';
import type { Changes } from '../changes/mod.ts';
import { CreateTeam } from './create-team.ts';
import { DeleteTeam } from './delete-team.ts';
import { ListTeams } from './list-teams.ts';
import { UpdateTeam } from './update-team.ts';
import { listedTeamOnWire, teamOnWire } from './wire.ts';

export interface TeamDependencies {
  readonly reader: Reader;
  readonly changes: Changes;
  /** Called after a team was deleted whose children remain to be removed. */
  readonly onDeleted: () => void;
}

export function teamRoutes({ reader, changes, onDeleted }: TeamDependencies) {
  const teams = {
    create: new CreateTeam(changes),
    list: new ListTeams(reader),
    update: new UpdateTeam(changes),
    delete: new DeleteTeam({ changes, onDeleted }),
  };
  return {
    createTeam: async ({ principal, params, body }) => ({
      team: teamOnWire(await teams.create.run(callerOf(principal), params.orgID, body)),
    }),
    listOrgTeams: async ({ principal, params }) => ({
      teams: (await teams.list.run(callerOf(principal), params.orgID)).map(listedTeamOnWire),
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
