/**
 * The role matrices: the contract's, transcribed cell by cell, and those of px0's additions. `✓` allowed; a number: refused with that status; `404m`:
 * `user is not a member of this team`; `400m`: `already a member of this team`; `[]`: allowed, and nothing is listed.
 */

/** Identity and tenancy. The rows' names are followed by the actions that they are about. */
export const managementMatrix = `
| Operation | anon. | user not in org | viewer | editor | team admin | org admin | key read_render | key all or admin |
| Health: healthCheck | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ |
| Register: register | ✓ | 403, is_admin ✓ | 403, is_admin ✓ | 403, is_admin ✓ | 403, is_admin ✓ | 403, is_admin ✓ | 401 | 401 |
| Login, verify, triggers, reset: login verifyEmail triggerVerificationEmail triggerPasswordReset resetPassword | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ |
| Logout: logout | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ |
| Me; my orgs; my teams: me listUserOrgs listUserTeams | 401 | ✓ | ✓ | ✓ | ✓ | ✓ | 403 | ✓ |
| Update me; change password; delete me: updateMe changePassword deleteMe | 401 | ✓ | ✓ | ✓ | ✓ | ✓ | 403 | 403 |
| API key create / list / delete: createAPIKey listAPIKeys deleteAPIKey | 401 | 403 | 403 | 403 | 403 | ✓ | 401 | 401 |
| Create org: createOrg | 401 | 403, is_admin ✓ | 403, is_admin ✓ | 403, is_admin ✓ | 403, is_admin ✓ | 403, is_admin ✓ | 403 | 403, is_admin ✓ |
| Update / delete org: updateOrg deleteOrg | 401 | 403 | 403 | 403 | 403 | ✓ | 403 | ✓ |
| List org people: listOrgPeople | 401 | 403 | ✓ | ✓ | ✓ | ✓ | 403 | ✓ |
| Remove org member: removeOrgMember | 401 | 403 | 403 | 403 | 403 | ✓ | 403 | ✓ |
| Create team: createTeam | 401 | 403 | 403 | 403 | 403 | ✓ | 403 | ✓ |
| List org teams: listOrgTeams | 401 | 403 | ✓ | ✓ | ✓ | ✓ | 403 | ✓ |
| Update / delete team: updateTeam deleteTeam | 401 | 403 | 403 | ✓ | ✓ | ✓ | 403 | ✓ |
| Leave team: leaveTeam | 401 | 404m | ✓ | ✓ | ✓ | 404m | 403 | 403 |
| Request to join: createJoinRequest | 401 | ✓ | 400m | 400m | 400m | ✓ | 403 | 403 |
| List team members: listTeamMembers | 401 | 403 | ✓ | ✓ | ✓ | ✓ | 403 | ✓ |
| Add / remove member; update role: addTeamMember removeTeamMember updateTeamMemberRole | 401 | 403 | 403 | 403 | ✓ | ✓ | 403 | ✓ |
| Inbox: getAdminInbox | 401 | [] | [] | [] | ✓ | ✓ | 403 | ✓ |
| Resolve join request: resolveJoinRequest | 401 | 403 | 403 | 403 | ✓ | ✓ | 403 | ✓ |
`;

/** Registry and render. */
export const contentMatrix = `
| Operation | viewer | editor | team admin | org admin | key read_render | key all | key admin | outsider |
| Create prompt: createPrompt | 403 | ✓ | ✓ | 403 | 403 | ✓ | 403 | 403 |
| List prompts of a team: listPrompts | ✓ | ✓ | ✓ | 403 | ✓ | ✓ | ✓ | 403 |
| List all without a team: listAllPrompts | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ |
| Get prompt: getPrompt | ✓ | ✓ | ✓ | 404 | ✓ | ✓ | ✓ | 404 |
| Update prompt: updatePrompt | 403 | ✓ | ✓ | 404 | 403 | ✓ | 403 | 404 |
| Archive, restore prompt: archivePrompt restorePrompt | 403 | 403 | ✓ | ✓ | 403 | ✓ | 403 | 404 |
| Move prompt: movePrompt | 403 | 403 | ✓ | ✓ | 401 | ✓ | ✓ | 404 |
| List, get, diff versions: listVersions getVersion diffVersions | ✓ | ✓ | ✓ | 404 | ✓ | ✓ | ✓ | 404 |
| Write versions: createVersion updateVersion deletePromptVersion promoteVersion demoteVersion archiveVersion duplicateVersion | 403 | ✓ | ✓ | 404 | 403 | ✓ | 403 | 404 |
| List tags: listVersionTags | ✓ | ✓ | ✓ | 404 | ✓ | ✓ | ✓ | 404 |
| Set, remove tag: setVersionTag removeVersionTag | 403 | ✓ | ✓ | 404 | 403 | ✓ | 403 | 404 |
| List, get payloads: listPromptPayloads getPromptPayload | ✓ | ✓ | ✓ | 404 | ✓ | ✓ | ✓ | 404 |
| Create, update, delete payload: createPromptPayload updatePromptPayload deletePromptPayload | 403 | ✓ | ✓ | 404 | 403 | ✓ | 403 | 404 |
| Render live, render version: renderLive renderVersion | ✓ | ✓ | ✓ | 404 | ✓ | ✓ | ✓ | 404 |
`;

/** What px0 offers beyond the contract, for identity and tenancy. */
export const addedManagementMatrix = `
| Operation | anon. | user not in org | viewer | editor | team admin | org admin | key read_render | key all or admin |
| Signing keys; revoking a shown key: listSigningKeys revokeAPIKey | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ |
| API key rotate: rotateAPIKey | 401 | 403 | 403 | 403 | 403 | ✓ | 401 | 401 |
| Policies of an org: listOrgPolicies | 401 | 403 | ✓ | ✓ | ✓ | ✓ | 403 | ✓ |
| Create a policy of an org: createOrgPolicy | 401 | 403 | 403 | 403 | 403 | ✓ | 401 | 401 |
| Audit of an org: listOrgAudit | 401 | 403 | 403 | 403 | 403 | ✓ | 403 | ✓ |
| Erase a text of the audit: eraseIdentityAuditText eraseTenancyAuditText eraseRegistryAuditText | 401 | 403 | 403 | 403 | 403 | ✓ | 401 | 401 |
| Invite, revoke an invitation: createInvitation revokeInvitation | 401 | 403 | 403 | 403 | ✓ | ✓ | 403 | ✓ |
| Mail an invitation: mailInvitation | 401 | 403 | 403 | 403 | ✓ | ✓ | 401 | 401 |
| Invitations of an org, counts of its prompts: listOrgInvitations countOrgPrompts | 401 | 403 | ✓ | ✓ | ✓ | ✓ | 403 | ✓ |
| Accept an invitation: acceptInvitation | 401 | ✓ | ✓ | ✓ | ✓ | ✓ | 403 | 403 |
| Last logins of an org: listLastLogins | 401 | 403 | 403 | 403 | 403 | ✓ | 403 | ✓ |
| Audit of the own account: listMyAudit | 401 | ✓ | ✓ | ✓ | ✓ | ✓ | 401 | 401 |
`;

/** Exports of the audit, which tell keys apart that are equal elsewhere. */
export const auditMatrix = `
| Operation | anon. | user not in org | viewer | editor | team admin | org admin | key read_render | whole key all | whole key admin | listed key admin |
| Export an audit: exportIdentityAudit exportTenancyAudit exportRegistryAudit | 401 | 403 | 403 | 403 | 403 | ✓ | 403 | 403 | ✓ | 403 |
`;

/** The same for registry and render. */
export const addedContentMatrix = `
| Operation | viewer | editor | team admin | org admin | key read_render | key all | key admin | outsider |
| Validate template; render a batch; delivery: validateTemplate renderBatch getDeliverySnapshot streamDelivery reportUsage | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ |
| Post a check: postCheck | 403 | 403 | 403 | 404 | 403 | ✓ | 403 | 404 |
| Check a version or a template, checks of a version, read a snapshot; audit, usage, services of a prompt: checkVersion checkTemplate listChecks getSnapshot listPromptAudit getPromptUsage getUsageBreakdown listPromptServices | ✓ | ✓ | ✓ | 404 | ✓ | ✓ | ✓ | 404 |
| Audit, export, preview of an import, services and usage of a team: listTeamPromptAudit exportPrompts previewImport listTeamServices getTeamUsage | ✓ | ✓ | ✓ | 403 | ✓ | ✓ | ✓ | 403 |
| Policies of a team: listTeamPolicies | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | 403 |
| Create a policy of a team: createTeamPolicy | 403 | 403 | ✓ | ✓ | 401 | 401 | 401 | 403 |
| Change a policy of a team: updatePolicy deletePolicy | 403 | 403 | ✓ | ✓ | 401 | 401 | 401 | 404 |
| What policies demand: explainPolicies | ✓ | ✓ | ✓ | 404 | ✓ | ✓ | ✓ | 404 |
| Folders and tags of a team: listFolders listTeamTags | ✓ | ✓ | ✓ | 403 | ✓ | ✓ | ✓ | 403 |
| Patch a prompt, accept a snapshot: patchPrompt acceptSnapshot | 403 | ✓ | ✓ | 404 | 403 | ✓ | 403 | 404 |
| Import into a team, move a folder of it: importPrompts moveFolder | 403 | ✓ | ✓ | 403 | 403 | ✓ | 403 | 403 |
| Propose a change: createChangeRequest | 403 | ✓ | ✓ | 404 | 403 | ✓ | 403 | 404 |
| Change requests of a team: listChangeRequests | ✓ | ✓ | ✓ | 403 | ✓ | ✓ | ✓ | 403 |
| Own change requests: listMyChangeRequests | ✓ | ✓ | ✓ | ✓ | 401 | 401 | 401 | ✓ |
| Read a change request, comment on it, close one’s own: getChangeRequest listComments commentChangeRequest closeChangeRequest | ✓ | ✓ | ✓ | 404 | ✓ | ✓ | ✓ | 404 |
| Review a change request: reviewChangeRequest | ✓ | ✓ | ✓ | 404 | 401 | 401 | 401 | 404 |
| Dismiss a review, acknowledge a broken policy: dismissReview acknowledgeBreakGlass | 403 | 403 | ✓ | ✓ | 401 | 401 | 401 | 404 |
| Apply a change request: applyChangeRequest | ✓ | ✓ | ✓ | 404 | 403 | ✓ | 403 | 404 |
`;

/** Parts of operations on change requests that have rights of their own. */
export const requestPartsMatrix = `
| Operation | viewer | editor | team admin | org admin | key read_render | key all | key admin | outsider |
| Propose what needs an administrator: proposeToAdministrators | ✓ | ✓ | ✓ | 404 | 403 | ✓ | 403 | 404 |
| Close a change request of somebody else: closeForeignChangeRequest | 403 | ✓ | ✓ | 404 | 403 | ✓ | 403 | 404 |
`;

export interface Cell {
  readonly action: string;
  readonly column: string;
  readonly expected: string;
}

/** The cells of a matrix, one for each action of each row. */
export function cellsOf(matrix: string): Cell[] {
  const [head = [], ...rows] = matrix
    .trim()
    .split('\n')
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  return rows.flatMap(([name = '', ...cells]) =>
    name
      .slice(name.indexOf(':') + 1)
      .trim()
      .split(' ')
      .flatMap((action) =>
        cells.map((expected, index) => ({ action, column: head[index + 1] ?? '', expected })),
      ),
  );
}
