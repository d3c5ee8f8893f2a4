/**
 * What tenancy does about identity's users: a new one gets a place, a changed one is copied, a deleted one leaves everywhere. It
 * is a saga's effect: it commits together with the saga's position, and may see an event again or an older one late.
 */
import type { OrganizationId, StateEvent, StateOf, TeamId, UserId } from '@px0/contracts';
import type { OwnerSaga } from '@px0/owner';
import { type Actor, lockOrganizations } from '../authority/mod.ts';
import type { AuditNote, Change, OwnEntity } from '../changes/mod.ts';
import { deleteMemberships, join, promoteLongestStanding } from '../members/mod.ts';
import { createWithDefaultTeam } from '../organizations/mod.ts';
import {
  type Belonging,
  belongingsOf,
  deleteJoinRequestsOf,
  findLiveTeam,
  findUser,
  markUserDeleted,
  saveUser,
} from './store.ts';

/** Many organizations share it: registration bypasses the check of names. */
const DEFAULT_ORGANIZATION = 'Default Org';

/** The saga: its effect commits together with its position. */
export const placement: OwnerSaga<OwnEntity, Actor, AuditNote> = {
  name: 'placement',
  wants: (entity) => entity === 'user',
  effect: async (change, event) => {
    if (event.name === 'user') await placeUser(change, event);
  },
};

/** Works one event of identity's users in. */
export async function placeUser(change: Change, event: StateEvent<'user'>): Promise<void> {
  const known = await findUser(change, event.id);
  if (known !== undefined && known.revision >= event.revision) return;
  if (event.deleted) {
    await forgetUser(change, event.id, event.revision);
    return;
  }
  await saveUser(change, event.id, event.revision, event.state);
  if (known === undefined) await givePlace(change, event.id, event.state.placement);
}

async function givePlace(
  change: Change,
  userId: UserId,
  placement: StateOf<'user'>['placement'],
): Promise<void> {
  if (placement.kind === 'default-organization') {
    await createWithDefaultTeam(change, { name: DEFAULT_ORGANIZATION, nameExempt: true, adminId: userId });
    return;
  }
  const team = await lockTeam(change, placement.team_id);
  // Deleted since the registration: the user ends with no team, as its members did.
  if (team !== undefined) await join(change, team, userId);
}

async function lockTeam(
  change: Change,
  teamId: TeamId,
): Promise<{ id: TeamId; orgId: OrganizationId } | undefined> {
  const team = await findLiveTeam(change, teamId);
  if (team === undefined) return undefined;
  await lockOrganizations(change, [team.orgId]);
  const locked = await findLiveTeam(change, teamId);
  if (locked !== undefined && locked.orgId !== team.orgId) throw new PlaceChangedError();
  return locked;
}

/**
 * Organizations are locked before the user's row, as everywhere; and only under the lock of the user's row is it sure that
 * nothing is added to what they belong to. Should something have been added in between, the saga tries again.
 */
async function forgetUser(change: Change, userId: UserId, revision: number): Promise<void> {
  const expected = organizationsOf(await belongingsOf(change, userId));
  await lockOrganizations(change, [...expected]);
  await markUserDeleted(change, userId, revision);
  const belongings = await belongingsOf(change, userId);
  if (belongings.some(({ orgId }) => !expected.has(orgId))) throw new PlaceChangedError();
  await leaveEverywhere(change, userId, belongings);
  await deleteJoinRequestsOf(change, userId);
  await promoteLongestStanding(change, [...expected]);
}

async function leaveEverywhere(
  change: Change,
  userId: UserId,
  belongings: readonly Belonging[],
): Promise<void> {
  const organizationOf = new Map(belongings.map(({ teamId, orgId }) => [teamId, orgId]));
  for (const teamId of await deleteMemberships(change, userId, [...organizationOf.keys()])) {
    const orgId = organizationOf.get(teamId);
    if (orgId !== undefined) await change.audit({ action: 'member.account_deleted', orgId, teamId, userId });
  }
}

function organizationsOf(belongings: readonly Belonging[]): Set<OrganizationId> {
  return new Set(belongings.map(({ orgId }) => orgId));
}

/** What this effect read before it held the lock has changed. The next attempt sees the new facts. */
class PlaceChangedError extends Error {
  override readonly name = 'PlaceChangedError';
  constructor() {
    super('the place of a user changed while it was being locked');
  }
}
