/** The teams to which the user may add members. */
import { useOrgTeams, usePermissions, type WorkspaceTeam } from '../workspace/mod.ts';

export function useAdministeredTeams(orgId: string): readonly WorkspaceTeam[] {
  const teams = useOrgTeams();
  const { may } = usePermissions({ orgId });
  const isOrgAdmin = may('updateOrg');
  return teams.filter((team) => team.org_id === orgId && (isOrgAdmin || team.myRole === 'admin'));
}
