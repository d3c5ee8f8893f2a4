/** The role matrix at run time. Services ask here, so the table in the documentation is the table that decides. */
import { ApiError } from '@px0/service-kit';
import type { AccessProjection } from './access-projection.ts';
import { type Facts, factsFor, type Target } from './facts.ts';
import { type Action, can, refusal } from './permissions.ts';
import type { Principal } from './principal.ts';

/** Demands that these facts allow the action. @throws ApiError the refusal that the role matrix names */
export function requireAllowed(facts: Facts, action: Action): void {
  const error = refusal(facts, action);
  if (error !== undefined) throw new ApiError(error);
}

/** As `requireAllowed`, with facts from the projection. A target that does not exist belongs to no one. */
export function requireAllowedOn(
  access: AccessProjection,
  principal: Principal,
  action: Action,
  target?: Target,
): void {
  requireAllowed(factsFor(access, principal, target), action);
}

/** Whether the caller may do it, with facts from the projection. */
export function isAllowedOn(
  access: AccessProjection,
  principal: Principal,
  action: Action,
  target?: Target,
): boolean {
  return can(factsFor(access, principal, target), action);
}
