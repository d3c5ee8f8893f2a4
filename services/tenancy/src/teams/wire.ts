/** A team as clients see it. */
import type { Wire } from '@px0/contracts';
import type { ListedTeamRow, TeamRow } from './store.ts';

export function teamOnWire(team: TeamRow): Wire<'Team'> {
  return {
    id: team.id,
    org_id: team.orgId,
    name: team.name,
    created_at: team.createdAt.toISOString(),
    is_default: team.isDefault,
  };
}

/** A team in the list of an organization's teams. */
export function listedTeamOnWire(team: ListedTeamRow): Wire<'Team'> {
  return { ...teamOnWire(team), member_count: team.memberCount, is_join_requested: team.isJoinRequested };
}
