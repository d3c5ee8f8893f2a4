export { type Actor, type Caller, callerOf, systemActor } from './actor.ts';
export type { LazyBody } from './lazy-body.ts';
export { holdOrganization, holdTeam, holdUser, lockOrganizations } from './locks.ts';
export { requireAnywhere, requireOnOrganization, requireOnTeam } from './rights.ts';
export {
  isTeamRole,
  type OrgRole,
  orgStanding,
  type TeamRole,
  type TeamStanding,
  teamStanding,
} from './standing.ts';
