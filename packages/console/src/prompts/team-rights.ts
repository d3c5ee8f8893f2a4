/** The teams in which the user may perform an action, for dialogs in which the user chooses a team. */
import type { Action } from '@px0/access';
import { useMemo } from 'react';
import { useUser } from '../api/mod.ts';
import { may, useOrgTeams, useWorkspace, type WorkspaceTeam } from '../workspace/mod.ts';

export function useTeamsWhere(action: Action): readonly WorkspaceTeam[] {
  const { is_admin: isAccountAdmin } = useUser();
  const { organization } = useWorkspace();
  const teams = useOrgTeams();
  const isOrgAdmin = organization?.role === 'ADMIN';
  return useMemo(
    () =>
      teams.filter(({ myRole }) =>
        may({ isAccountAdmin, isOrgMember: true, isOrgAdmin, teamRole: myRole }, action),
      ),
    [teams, isAccountAdmin, isOrgAdmin, action],
  );
}
