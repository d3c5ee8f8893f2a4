/** What a user may do and, if not, who may: both read from the role matrix. */
import { roleTable } from 'virtual:px0-contract';
import type { Action } from '@px0/access';
import { bitOf, type Standing, type TeamRole } from './standing.ts';

const outsider: Standing = { isAccountAdmin: false, isOrgMember: false, isOrgAdmin: false, teamRole: null };

export function may(standing: Standing, action: Action): boolean {
  // Division instead of a shift: there are 32 standings, but shifts only handle 31 positive bits.
  return Math.floor(roleTable[action] / 2 ** bitOf(standing)) % 2 === 1;
}

/** Why the user may not do it, as a sentence that says who can. Undefined if they may. */
export function refusalReason(standing: Standing, action: Action): string | undefined {
  return may(standing, action) ? undefined : `Only ${whoMay(action)} can do this.`;
}

function whoMay(action: Action): string {
  if (may({ ...outsider, isAccountAdmin: true }, action)) return 'admin accounts';
  const inTeam = (teamRole: TeamRole): boolean => may({ ...outsider, isOrgMember: true, teamRole }, action);
  const orgAdmins = may({ ...outsider, isOrgMember: true, isOrgAdmin: true }, action);
  if (inTeam('viewer')) return orgAdmins ? 'team members and organization admins' : 'team members';
  if (inTeam('editor')) {
    return orgAdmins ? 'team editors, team admins and organization admins' : 'team editors and admins';
  }
  if (inTeam('admin')) return orgAdmins ? 'team admins and organization admins' : 'team admins';
  return 'organization admins';
}
