/**
 * The role matrices of the contract as one table of data. A permission is a list of needs, checked in order: the first
 * need that no grant meets decides the refusal. A row reads as its rule: "to archive a prompt, the caller reads or
 * administers its team, else `prompt not found`; and administers it, else `forbidden`".
 * See docs/decisions/033-role-matrix.md.
 */
import { type AuthClass, type ErrorCode, type OperationId, routes } from '@px0/contracts';
import { type CallerKind, classRefusal } from './authorize-class.ts';
import type { Facts } from './facts.ts';

const isKey = ({ caller }: Facts) => caller === 'read_render' || caller === 'all' || caller === 'admin';
const isInScope = ({ coverage }: Facts) => coverage === 'organization' || coverage === 'team';

/**
 * What can be held. Management rights of a key are those of its acting user, within the key's own organization; content
 * rights of a key are its own, by operation and scope: the access sets R (`reads`), E (`edits`) and A (`administers`).
 */
const grants = {
  nobodyYet: (facts) => facts.caller === 'anonymous',
  notKey: (facts) => !isKey(facts),
  verified: (facts) => facts.caller !== 'unverified-user',
  accountAdmin: (facts) => facts.isAccountAdmin,
  orgMember: (facts) => facts.coverage !== 'foreign' && (facts.isOrgMember || facts.isOrgAdmin),
  orgAdmin: (facts) => facts.coverage !== 'foreign' && facts.isOrgAdmin,
  teamMember: (facts) => facts.coverage !== 'foreign' && facts.teamRole !== undefined,
  teamEditor: (facts) =>
    facts.coverage !== 'foreign' && (facts.teamRole === 'admin' || facts.teamRole === 'editor'),
  teamAdmin: (facts) => facts.coverage !== 'foreign' && facts.teamRole === 'admin',
  wholeAdminKey: (facts) => !isKey(facts) || (facts.caller === 'admin' && facts.coverage === 'organization'),
  notTeamMember: (facts) => facts.teamRole === undefined,
  wholeScope: (facts) => facts.coverage === 'organization',
  inScope: isInScope,
  notReadRenderKey: (facts) => facts.caller !== 'read_render',
  reads: (facts) => (isKey(facts) ? isInScope(facts) : facts.teamRole !== undefined),
  edits: (facts) =>
    isKey(facts)
      ? facts.caller === 'all' && isInScope(facts)
      : facts.teamRole === 'admin' || facts.teamRole === 'editor',
  editsByKey: (facts) => facts.caller === 'all' && isInScope(facts),
  administers: (facts) =>
    isKey(facts)
      ? facts.caller === 'all' && isInScope(facts)
      : facts.teamRole === 'admin' || facts.isOrgAdmin,
  // Moving is the one thing that an `admin` key may do to content: within its scope, on both sides.
  movesByScope: (facts) => facts.caller === 'admin' && isInScope(facts),
} as const satisfies { readonly [grant: string]: (facts: Facts) => boolean };

type Grant = keyof typeof grants;

interface Need {
  /** One of them must hold. */
  readonly anyOf: readonly Grant[];
  readonly else: ErrorCode;
}

const need = (anyOf: readonly Grant[], error: ErrorCode): Need => ({ anyOf, else: error });

/** A key with a list of teams does nothing to a whole organization, and nothing to other teams. */
const wholeScope = need(['wholeScope'], 'forbidden');
const inScope = need(['inScope'], 'forbidden');
/** No key changes or deletes a person's account, or decides where a person belongs. */
const personal = need(['notKey'], 'forbidden');

const orgAdminOnly = [need(['orgAdmin'], 'forbidden'), wholeScope];
/** An export holds what happened in every team: a key that writes prompts has no business with it. */
const auditReaders = [need(['orgAdmin'], 'forbidden'), need(['wholeAdminKey'], 'forbidden')];
const orgMembers = [need(['orgMember'], 'forbidden'), wholeScope];
const teamEditors = [need(['teamEditor', 'orgAdmin'], 'forbidden'), inScope];
const teamAdmins = [need(['teamAdmin', 'orgAdmin'], 'forbidden'), inScope];

const teamReaders = [need(['reads'], 'forbidden')];
const contentEditors = [need(['edits'], 'forbidden')];
const readGate = [need(['reads'], 'promptNotFound')];
const editGate = [...readGate, need(['edits'], 'forbidden')];
/** Who may not read a policy does not know of it. */
const policyGate = [need(['reads', 'administers'], 'policyNotFound'), need(['administers'], 'forbidden')];
const requestReadGate = [need(['reads'], 'changeRequestNotFound')];
const requestAdminGate = [
  need(['reads', 'administers'], 'changeRequestNotFound'),
  need(['administers'], 'forbidden'),
];
const adminGate = [need(['reads', 'administers'], 'promptNotFound'), need(['administers'], 'forbidden')];

/** The table. Most actions are operations of the API; the others are the part of one that has a target of its own. */
export const permissions = {
  healthCheck: [],
  register: [
    need(['notKey'], 'unauthorized'),
    need(['verified'], 'userNotVerified'),
    need(['nobodyYet', 'accountAdmin'], 'forbidden'),
  ],
  /** The team that a delegated registration names. */
  registerIntoTeam: [
    need(['orgMember'], 'callerNotInTeamOrganization'),
    need(['orgAdmin', 'teamAdmin'], 'forbidden'),
  ],
  login: [],
  logout: [],
  triggerVerificationEmail: [],
  verifyEmail: [],
  triggerPasswordReset: [],
  resetPassword: [],
  listSigningKeys: [],

  me: [],
  listUserOrgs: [],
  listUserTeams: [],
  updateMe: [personal],
  changePassword: [personal],
  deleteMe: [personal],

  createAPIKey: orgAdminOnly,
  listAPIKeys: orgAdminOnly,
  deleteAPIKey: orgAdminOnly,
  rotateAPIKey: orgAdminOnly,
  revokeAPIKey: [],

  createOrg: [need(['accountAdmin'], 'forbidden'), wholeScope],
  updateOrg: orgAdminOnly,
  deleteOrg: orgAdminOnly,
  listOrgPeople: orgMembers,
  removeOrgMember: orgAdminOnly,
  listLastLogins: orgAdminOnly,
  listOrgAudit: orgAdminOnly,
  exportIdentityAudit: auditReaders,
  exportTenancyAudit: auditReaders,
  exportRegistryAudit: auditReaders,
  eraseIdentityAuditText: orgAdminOnly,
  eraseTenancyAuditText: orgAdminOnly,
  eraseRegistryAuditText: orgAdminOnly,
  listMyAudit: [],

  createTeam: orgAdminOnly,
  listOrgTeams: orgMembers,
  countOrgPrompts: orgMembers,
  updateTeam: teamEditors,
  /** The organization that a team is to be moved to. */
  moveTeamIntoOrg: orgAdminOnly,
  deleteTeam: teamEditors,
  leaveTeam: [personal, need(['teamMember'], 'userNotTeamMember')],
  createJoinRequest: [personal, need(['notTeamMember'], 'alreadyTeamMember')],

  listTeamMembers: [need(['teamMember', 'orgAdmin'], 'forbidden'), inScope],
  addTeamMember: teamAdmins,
  removeTeamMember: teamAdmins,
  updateTeamMemberRole: teamAdmins,
  createInvitation: teamAdmins,
  mailInvitation: teamAdmins,
  revokeInvitation: teamAdmins,
  /** The list holds the invitations for which `revokeInvitation` is allowed. */
  listOrgInvitations: orgMembers,
  acceptInvitation: [personal],

  /** Every caller may look; the list holds the requests for which `resolveJoinRequest` is allowed. */
  getAdminInbox: [],
  resolveJoinRequest: teamAdmins,

  createPrompt: contentEditors,
  listPrompts: teamReaders,
  /** Without a team the list is empty; for each team, `listPrompts` is asked. */
  listAllPrompts: [],
  getPrompt: readGate,
  updatePrompt: editGate,
  patchPrompt: editGate,
  listFolders: teamReaders,
  listTeamTags: teamReaders,
  moveFolder: contentEditors,
  archivePrompt: adminGate,
  restorePrompt: adminGate,
  movePrompt: [
    need(['notReadRenderKey'], 'unauthorized'),
    need(['reads', 'administers'], 'promptNotFound'),
    need(['administers', 'movesByScope'], 'forbidden'),
  ],
  /** The team that a prompt is to be moved to. */
  receivePrompt: [
    need(['reads', 'administers'], 'targetTeamNotFound'),
    need(['administers', 'movesByScope'], 'forbidden'),
  ],

  listVersions: readGate,
  getVersion: readGate,
  diffVersions: readGate,
  createVersion: editGate,
  updateVersion: editGate,
  deletePromptVersion: editGate,
  promoteVersion: editGate,
  demoteVersion: editGate,
  archiveVersion: editGate,
  duplicateVersion: editGate,
  /** No session: nobody attests their own change by hand. */
  postCheck: [...readGate, need(['editsByKey'], 'forbidden')],
  listChecks: readGate,
  listVersionTags: readGate,
  setVersionTag: editGate,
  removeVersionTag: editGate,

  listTeamPolicies: [need(['reads', 'administers'], 'forbidden')],
  createTeamPolicy: teamAdmins,
  listOrgPolicies: orgMembers,
  createOrgPolicy: orgAdminOnly,
  updatePolicy: policyGate,
  deletePolicy: policyGate,
  /** Both of them, for a policy of an organization. */
  changeOrgPolicy: [need(['orgMember'], 'policyNotFound'), need(['orgAdmin'], 'forbidden')],
  explainPolicies: readGate,

  listPromptPayloads: readGate,
  getPromptPayload: readGate,
  createPromptPayload: editGate,
  updatePromptPayload: editGate,
  deletePromptPayload: editGate,
  acceptSnapshot: editGate,
  getSnapshot: readGate,

  validateTemplate: [],
  checkVersion: readGate,
  checkTemplate: readGate,
  listPromptAudit: readGate,
  listTeamPromptAudit: teamReaders,
  exportPrompts: teamReaders,
  importPrompts: contentEditors,
  previewImport: teamReaders,
  getPromptUsage: readGate,
  getTeamUsage: teamReaders,
  getUsageBreakdown: readGate,
  listPromptServices: readGate,
  listTeamServices: teamReaders,

  createChangeRequest: editGate,
  /** A change that needs an administrator: who reads the prompt may propose it. */
  proposeToAdministrators: [...readGate, need(['notKey', 'edits'], 'forbidden')],
  listChangeRequests: teamReaders,
  /** The list holds requests that the caller reads. */
  listMyChangeRequests: [],
  getChangeRequest: requestReadGate,
  reviewChangeRequest: requestReadGate,
  dismissReview: requestAdminGate,
  commentChangeRequest: requestReadGate,
  listComments: requestReadGate,
  /** The change itself is asked for, too. */
  applyChangeRequest: [...requestReadGate, need(['notKey', 'edits'], 'forbidden')],
  closeChangeRequest: requestReadGate,
  /** A request of somebody else. */
  closeForeignChangeRequest: [...requestReadGate, need(['edits'], 'forbidden')],
  acknowledgeBreakGlass: requestAdminGate,

  renderLive: readGate,
  renderVersion: readGate,
  /** For each of its renders, `renderLive` or `renderVersion` is asked. */
  renderBatch: [],
  /** What is delivered is what the caller reads. */
  getDeliverySnapshot: [],
  streamDelivery: [],
  /** For each row, `renderVersion` is asked. */
  reportUsage: [],
} as const satisfies { readonly [action: string]: readonly Need[] };

export type Action = keyof typeof permissions;

/**
 * What keys with limits may do at all, where the table allows it; anything else is `forbidden`, also what is added later. `whole-prompts`: not with a limit
 * of refs, since it shows or changes a prompt with all of its versions. Whoever does it for such a key judges the slug, and the ref.
 * See docs/decisions/209-what-narrow-keys-see.md.
 */
export const narrowKeys: { readonly [A in Action]?: 'any' | 'whole-prompts' } = {
  me: 'any',
  listUserOrgs: 'any',
  listUserTeams: 'any',
  listOrgTeams: 'any',

  createPrompt: 'any',
  listPrompts: 'any',
  listAllPrompts: 'any',
  getPrompt: 'any',
  updatePrompt: 'any',
  patchPrompt: 'any',
  listFolders: 'any',
  listTeamTags: 'any',
  archivePrompt: 'whole-prompts',
  restorePrompt: 'whole-prompts',
  movePrompt: 'whole-prompts',
  receivePrompt: 'whole-prompts',

  listVersions: 'any',
  getVersion: 'any',
  diffVersions: 'any',
  createVersion: 'any',
  updateVersion: 'any',
  deletePromptVersion: 'any',
  promoteVersion: 'any',
  demoteVersion: 'any',
  archiveVersion: 'any',
  duplicateVersion: 'any',
  listVersionTags: 'any',
  setVersionTag: 'any',
  removeVersionTag: 'any',

  listPromptPayloads: 'any',
  getPromptPayload: 'any',
  createPromptPayload: 'any',
  updatePromptPayload: 'any',
  deletePromptPayload: 'any',

  validateTemplate: 'any',
  checkVersion: 'any',
  listChecks: 'whole-prompts',
  postCheck: 'whole-prompts',
  explainPolicies: 'whole-prompts',
  createChangeRequest: 'whole-prompts',
  proposeToAdministrators: 'whole-prompts',
  checkTemplate: 'whole-prompts',
  getSnapshot: 'whole-prompts',
  acceptSnapshot: 'whole-prompts',
  listPromptAudit: 'whole-prompts',
  listTeamPromptAudit: 'whole-prompts',
  exportPrompts: 'any',
  importPrompts: 'any',
  previewImport: 'whole-prompts',
  getPromptUsage: 'whole-prompts',
  getTeamUsage: 'whole-prompts',
  getUsageBreakdown: 'whole-prompts',
  listPromptServices: 'whole-prompts',
  listTeamServices: 'whole-prompts',

  renderLive: 'any',
  renderVersion: 'any',
  renderBatch: 'any',
  getDeliverySnapshot: 'any',
  streamDelivery: 'any',
  reportUsage: 'any',
};

/** The operation that an action without a route of its own is a part of. */
const partOf: { readonly [action: string]: OperationId } = {
  registerIntoTeam: 'register',
  moveTeamIntoOrg: 'updateTeam',
  receivePrompt: 'movePrompt',
  changeOrgPolicy: 'updatePolicy',
  proposeToAdministrators: 'createChangeRequest',
  closeForeignChangeRequest: 'closeChangeRequest',
};

const declared: { readonly [operationId: string]: { readonly auth: AuthClass } } = routes;

function authOf(action: Action): AuthClass {
  return declared[partOf[action] ?? action]?.auth ?? 'management';
}

/** Why the caller may not do it, as the contract words it: the refusal of the auth class, then of the table; undefined if they may. */
export function refusal(facts: Facts, action: Action): ErrorCode | undefined {
  const ofClass = classRefusal(authOf(action), facts.caller);
  if (ofClass !== undefined) return ofClass;
  for (const { anyOf, else: error } of permissions[action]) {
    if (!anyOf.some((grant) => grants[grant](facts))) return error;
  }
  return isWithinLimits(facts, action) ? undefined : 'forbidden';
}

function isWithinLimits({ limits }: Facts, action: Action): boolean {
  if (limits === 'none' || isOpen(authOf(action))) return true;
  const verdict = narrowKeys[action];
  return verdict === 'any' || (verdict === 'whole-prompts' && limits === 'slugs');
}

/** Classes for which no credential is read. */
function isOpen(auth: AuthClass): boolean {
  return auth === 'none' || auth === 'optional-session';
}

/** Whether the caller may do it. */
export function can(facts: Facts, action: Action): boolean {
  return refusal(facts, action) === undefined;
}

/**
 * Why a prompt may not be moved, in the contract's order: the credential, then whether the target is visible, then
 * whether the prompt is, then the rights on both sides. An undefined side does not exist.
 */
export function moveRefusal(
  caller: CallerKind,
  source: Facts | undefined,
  target: Facts | undefined,
): ErrorCode | undefined {
  if (caller === 'read_render') return 'unauthorized';
  const here = source === undefined ? 'promptNotFound' : refusal(source, 'movePrompt');
  const there = target === undefined ? 'targetTeamNotFound' : refusal(target, 'receivePrompt');
  if (there === 'targetTeamNotFound') return there;
  return here ?? there;
}
