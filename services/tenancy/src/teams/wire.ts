/** A team as clients see it. That it is the default team is not told. */
import type { Wire } from '@px0/contracts';
import type { TeamRow } from './store.ts';

export function teamOnWire(team: Omit<TeamRow, 'isDefault'>): Wire<'Team'> {
  return { id: team.id, org_id: team.orgId, name: team.name, created_at: team.createdAt.toISOString() };
}
