/**
 * The gates of the contract: who cannot see a prompt gets a 404, who can see it but lacks the role a 403. They judge by the sets R
 * (read), E (edit) and A (administer) of the access projection; a team that was deleted, or whose organization was, is in none.
 */
import type { Principal } from '@px0/access';
import type { TeamId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';

/** What the gates need of the access projection. */
export interface TeamAccess {
  reads(principal: Principal, teamId: TeamId): boolean;
  edits(principal: Principal, teamId: TeamId): boolean;
  administers(principal: Principal, teamId: TeamId): boolean;
  readableTeams(principal: Principal): Iterable<TeamId>;
}

interface OwnedByTeam {
  readonly teamId: TeamId;
}

/** A check of one row against one caller; returns the row, which then exists for that caller. */
export type Gate = <T extends OwnedByTeam>(
  access: TeamAccess,
  principal: Principal,
  prompt: T | undefined,
) => T;

/** @throws ApiError promptNotFound */
export const readGate: Gate = (access, principal, prompt) => {
  if (prompt === undefined || !access.reads(principal, prompt.teamId)) throw new ApiError('promptNotFound');
  return prompt;
};

/** @throws ApiError promptNotFound, forbidden */
export const editGate: Gate = (access, principal, prompt) => {
  const readable = readGate(access, principal, prompt);
  requireEditor(access, principal, readable.teamId);
  return readable;
};

/** An organization's admin passes without being a member of the team. @throws ApiError promptNotFound, forbidden */
export const adminGate: Gate = (access, principal, prompt) => {
  if (prompt === undefined || !sees(access, principal, prompt.teamId)) throw new ApiError('promptNotFound');
  if (!access.administers(principal, prompt.teamId)) throw new ApiError('forbidden');
  return prompt;
};

/** In R or in A: the caller may know that the team exists. */
export function sees(access: TeamAccess, principal: Principal, teamId: TeamId): boolean {
  return access.reads(principal, teamId) || access.administers(principal, teamId);
}

/** @throws ApiError forbidden, also for a team that does not exist */
export function requireReader(access: TeamAccess, principal: Principal, teamId: TeamId): void {
  if (!access.reads(principal, teamId)) throw new ApiError('forbidden');
}

/** @throws ApiError forbidden, also for a team that does not exist */
export function requireEditor(access: TeamAccess, principal: Principal, teamId: TeamId): void {
  if (!access.edits(principal, teamId)) throw new ApiError('forbidden');
}
