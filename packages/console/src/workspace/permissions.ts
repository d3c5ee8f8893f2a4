/** What a person may do, and who could do it instead, both read off the role matrix. */
import { roleTable } from 'virtual:px0-contract';
import type { Action } from '@px0/access';
import { bitOf, type Standing, type TeamRole } from './standing.ts';

const nobody: Standing = { isAccountAdmin: false, isOrgMember: false, isOrgAdmin: false, teamRole: null };

export function may(standing: Standing, action: Action): boolean {
  // Division instead of a shift: there are 32 standings, and shifts know only 31 positive bits.
  return Math.floor(roleTable[action] / 2 ** bitOf(standing)) % 2 === 1;
}

/** Why somebody may not do it, as a sentence that says who may. Undefined when they may. */
export function refusalReason(standing: Standing, action: Action): string | undefined {
  return may(standing, action) ? undefined : `Only ${whoMay(action)} may do this.`;
}

function whoMay(action: Action): string {
  if (may({ ...nobody, isAccountAdmin: true }, action)) return 'admin accounts';
  const inTeam = (teamRole: TeamRole): boolean => may({ ...nobody, isOrgMember: true, teamRole }, action);
  const orgAdmins = may({ ...nobody, isOrgMember: true, isOrgAdmin: true }, action);
  if (inTeam('viewer'))
    return orgAdmins ? 'members of the team or admins of the organization' : 'members of the team';
  if (inTeam('editor')) {
    return orgAdmins ? 'editors of the team or admins of the organization' : 'editors and admins of the team';
  }
  if (inTeam('admin')) return orgAdmins ? 'admins of the team or of the organization' : 'admins of the team';
  return 'admins of the organization';
}
