/**
 * What the specification lets a stranger learn: the few places in which an id or an address that belongs to somebody else is answered
 * otherwise than one that does not exist. Everywhere else the two answers are equal.
 */
import { type ErrorCode, errorCatalog, type OperationId } from '@px0/contracts';
import type { Things } from './tenants.ts';

export interface Told {
  /** What is somebody else's in the request; the rest is the caller's own. */
  readonly foreign: readonly (keyof Things)[];
  readonly answer: ErrorCode | number;
  /** To the same request with names that do not exist. */
  readonly unknown: ErrorCode | number;
}

const organization = (answer: ErrorCode): Told => ({
  foreign: ['organization'],
  answer,
  unknown: 'organizationNotFound',
});
const team = (...more: readonly (keyof Things)[]): Told => ({
  foreign: ['team', ...more],
  answer: 'forbidden',
  unknown: 'teamNotFound',
});

/** Beside an organization's id, which is judged first, stand other names, about which nothing is told. */
const organizationBeside = (...others: readonly (keyof Things)[]): readonly Told[] =>
  subsets(others).map((more) => ({ ...organization('forbidden'), foreign: ['organization', ...more] }));

const audit = organizationBeside('team', 'user');

/** An organization's and a team's ids are random; that one exists is no secret to whoever holds it. */
export const told: { readonly [Operation in OperationId]?: readonly Told[] } = {
  listAPIKeys: [organization('forbidden')],
  createAPIKey: [
    organization('forbidden'),
    { foreign: ['organization', 'team'], answer: 'forbidden', unknown: 'organizationNotFound' },
    { foreign: ['team'], answer: 'teamNotInOrganization', unknown: 'teamNotFound' },
  ],
  rotateAPIKey: [{ foreign: ['key'], answer: 'forbidden', unknown: 'apiKeyNotFound' }],
  deleteAPIKey: [{ foreign: ['key'], answer: 'forbidden', unknown: 'apiKeyNotFound' }],
  updateOrg: [organization('forbidden')],
  deleteOrg: [organization('forbidden')],
  listOrgPeople: audit,
  listLastLogins: [
    organization('forbidden'),
    { foreign: ['organization', 'user'], answer: 'forbidden', unknown: 'organizationNotFound' },
  ],
  listOrgAudit: [organization('forbidden')],
  exportIdentityAudit: audit,
  exportTenancyAudit: audit,
  exportRegistryAudit: audit,
  eraseIdentityAuditText: [organization('forbidden')],
  eraseTenancyAuditText: [organization('forbidden')],
  eraseRegistryAuditText: [organization('forbidden')],
  removeOrgMember: [
    organization('forbidden'),
    { foreign: ['organization', 'user'], answer: 'forbidden', unknown: 'organizationNotFound' },
  ],
  createTeam: [organization('forbidden')],
  listOrgTeams: [organization('forbidden')],
  updateTeam: [team(), team('organization'), organization('forbidden')],
  deleteTeam: [team()],
  addTeamMember: [
    team(),
    team('user'),
    // Adding any account to one's own team is part of the contract.
    { foreign: ['user'], answer: 204, unknown: 'userToAddNotFound' },
  ],
  removeTeamMember: [team(), team('user')],
  createInvitation: [team(), team('email')],
  mailInvitation: [team(), team('email')],
  listOrgInvitations: [organization('forbidden')],
  countOrgPrompts: [organization('forbidden')],
  revokeInvitation: [{ foreign: ['invitation'], answer: 'forbidden', unknown: 'invitationNotFound' }],
  updateTeamMemberRole: [team(), team('user')],
  // Anybody may ask to join; this one has asked before.
  createJoinRequest: [{ foreign: ['team'], answer: 'joinRequestPending', unknown: 'teamNotFound' }],
  resolveJoinRequest: [{ foreign: ['joinRequest'], answer: 'forbidden', unknown: 'joinRequestNotFound' }],
  register: [
    { foreign: ['email'], answer: 'emailAlreadyRegistered', unknown: 201 },
    { foreign: ['email', 'team'], answer: 'callerNotInTeamOrganization', unknown: 'teamNotFound' },
    { foreign: ['team'], answer: 'callerNotInTeamOrganization', unknown: 'teamNotFound' },
  ],
  listOrgPolicies: [organization('forbidden')],
  createOrgPolicy: organizationBeside('user', 'key'),
  updateMe: [{ foreign: ['email'], answer: 'emailAlreadyTaken', unknown: 200 }],
  // That an address has an account is told unless STRICT_ENUMERATION_PROTECTION is set.
  triggerVerificationEmail: [{ foreign: ['email'], answer: 'userAlreadyVerified', unknown: 'userNotFound' }],
  verifyEmail: [{ foreign: ['email'], answer: 200, unknown: 'invalidCredentials' }],
  triggerPasswordReset: [{ foreign: ['email'], answer: 200, unknown: 'userNotFound' }],
};

/**
 * What is only written down, or looked for among what the caller reads: nobody asks whether it exists, so the request succeeds, and says
 * the same, whoever's it is.
 */
export const unjudged: { readonly [Operation in OperationId]?: readonly (keyof Things)[] } = {
  // Filters of lists.
  listChangeRequests: ['prompt'],
  listOrgPeople: ['team', 'user'],
  listLastLogins: ['user'],
  exportIdentityAudit: ['team', 'user'],
  exportTenancyAudit: ['team', 'user'],
  exportRegistryAudit: ['team', 'user'],
  // Who may approve, and which keys may post checks: only members of the team, and keys that write there, ever do.
  createTeamPolicy: ['user', 'key'],
  createOrgPolicy: ['user', 'key'],
  updatePolicy: ['user', 'key'],
  // Anybody may be invited, and whether an address has an account is not told.
  createInvitation: ['email'],
  mailInvitation: ['email'],
};

/** Whether the request names, of what is somebody else's, only what nobody judges. */
export function isUnjudged(operation: OperationId, foreign: readonly (keyof Things)[]): boolean {
  return foreign.every((kind) => unjudged[operation]?.includes(kind) === true);
}

/** All choices among these, none of them too. */
export function subsets<T>(all: readonly T[]): readonly (readonly T[])[] {
  const chosen: T[][] = [[]];
  for (const one of all) chosen.push(...chosen.map((others) => [...others, one]));
  return chosen;
}

/** Whether the two answers are what is told of this request. */
export function isTold(
  operation: OperationId,
  foreign: readonly (keyof Things)[],
  answer: Said,
  unknown: Said,
): boolean {
  const wanted = new Set(foreign);
  return (told[operation] ?? []).some(
    (one) =>
      one.foreign.length === wanted.size &&
      one.foreign.every((kind) => wanted.has(kind)) &&
      matches(one.answer, answer) &&
      matches(one.unknown, unknown),
  );
}

interface Said {
  readonly status: number;
  readonly text: string;
}

function matches(expected: ErrorCode | number, { status, text }: Said): boolean {
  if (typeof expected === 'number') return status === expected;
  const { status: code, message } = errorCatalog[expected];
  return status === code && text === JSON.stringify({ error: message });
}
