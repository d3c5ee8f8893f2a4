/** Creates an organization together with its Default Team. */
import type { Change } from '../changes/mod.ts';
import { join } from '../members/mod.ts';
import { insertTeam } from '../teams/mod.ts';
import { insertOrganization, type OrganizationRow } from './store.ts';

/** An organization that can be administered from its first moment: with its Default Team and that team's admin. */
export async function createWithDefaultTeam(
  change: Change,
  { name, nameExempt, adminId }: { name: string; nameExempt: boolean; adminId: string },
): Promise<OrganizationRow> {
  const organization = await insertOrganization(change, { name, nameExempt });
  await change.audit({ action: 'organization.created', orgId: organization.id, details: { name } });
  const team = await insertTeam(change, { orgId: organization.id, name: 'Default Team', isDefault: true });
  await change.audit({
    action: 'team.created',
    orgId: organization.id,
    teamId: team.id,
    details: { name: team.name },
  });
  await join(change, team, adminId);
  return organization;
}
