/**
 * Every error of the API, declared once: a code for the code base, and the status and literal string for the
 * wire. Clients match on the strings, so a string changes only together with the contract in the specification.
 */

interface CatalogEntry {
  readonly status: number;
  /** The literal `error` string; where `detail` is set, only its beginning. */
  readonly message: string;
  /** Present when a detail follows after `": "`; the text is an example of such a detail, for the API description. */
  readonly detail?: string;
}

/** The closed list of errors, grouped by status. Keys are what commands throw and routes declare. */
export const errorCatalog = {
  invalidRequestBody: { status: 400, message: 'invalid request body' },
  invalidRevision: { status: 400, message: 'invalid revision' },
  invalidId: { status: 400, message: 'invalid id' },
  invalidPromptId: { status: 400, message: 'invalid prompt id' },
  invalidPayloadId: { status: 400, message: 'invalid payload id' },
  nameRequired: { status: 400, message: 'name is required' },
  nameTooLong: { status: 400, message: 'name must be at most 255 characters' },
  emailRequired: { status: 400, message: 'email is required' },
  emailAndPasswordRequired: { status: 400, message: 'email and password are required' },
  emailAndCodeRequired: { status: 400, message: 'email and code are required' },
  invalidEmailFormat: { status: 400, message: 'invalid email format' },
  passwordTooShort: { status: 400, message: 'password must be at least 8 characters' },
  passwordTooWeak: {
    status: 400,
    message:
      'password must contain at least one uppercase letter, one lowercase letter, one digit, and one special character',
  },
  currentAndNewPasswordRequired: { status: 400, message: 'current_password and new_password are required' },
  codeAndNewPasswordRequired: { status: 400, message: 'code and new_password are required' },
  userAlreadyVerified: { status: 400, message: 'user is already verified' },
  invalidVerificationCode: { status: 400, message: 'invalid verification code' },
  invalidPasswordResetCode: { status: 400, message: 'invalid or expired password reset code' },
  orgIdRequired: { status: 400, message: 'org_id is required' },
  invalidOperation: { status: 400, message: 'invalid operation, must be read_render, all, or admin' },
  invalidExpiry: { status: 400, message: 'invalid expires_at, must be a time in the future' },
  invalidLimits: { status: 400, message: 'invalid limits', detail: 'limits.slugs: must have 1 to 20 items' },
  invalidOverlap: { status: 400, message: 'invalid overlap_seconds, must be from 0 to 2592000' },
  teamWithoutOrganization: { status: 400, message: 'team does not belong to any organization' },
  teamNotInOrganization: { status: 400, message: 'team does not belong to the specified organization' },
  alreadyTeamMember: { status: 400, message: 'already a member of this team' },
  userIdRequired: { status: 400, message: 'user_id is required' },
  /** The same words as `userNotOrganizationMember`, but 400: what removing a *team* member answers. */
  userNotInTeamOrganization: { status: 400, message: 'user is not a member of this organization' },
  invalidRole: { status: 400, message: 'invalid role, must be admin, editor, or viewer' },
  invalidInvitationCode: { status: 400, message: 'invalid invitation code' },
  invalidJoinRequestStatus: { status: 400, message: 'invalid status, must be approved or rejected' },
  joinRequestAlreadyResolved: { status: 400, message: 'join request has already been resolved' },
  slugTooLong: { status: 400, message: 'slug must be at most 255 characters' },
  slugEmpty: { status: 400, message: 'slug must contain at least one letter or digit' },
  descriptionTooLong: { status: 400, message: 'description must be at most 16384 characters' },
  templateRequired: { status: 400, message: 'template is required' },
  templateTooLarge: { status: 400, message: 'template must be at most 524288 bytes' },
  giveEitherTemplateOrMessages: { status: 400, message: 'give either template or messages' },
  invalidMessages: {
    status: 400,
    message: 'invalid messages',
    detail: 'messages.0.role: must be system, user or assistant',
  },
  invalidTemplate: { status: 400, message: 'invalid template', detail: 'template: :1: unclosed action' },
  invalidConfig: { status: 400, message: 'invalid config', detail: 'config.temperature: must be a number' },
  invalidInputSchema: {
    status: 400,
    message: 'invalid input schema',
    detail: 'name: pattern is not supported',
  },
  noteTooLong: { status: 400, message: 'note must be at most 2000 characters' },
  invalidFolder: { status: 400, message: 'invalid folder' },
  invalidContract: { status: 400, message: 'invalid contract, must be off, warn, or enforce' },
  versionRangeRequired: { status: 400, message: 'from and to query parameters are required' },
  invalidFromVersion: { status: 400, message: 'invalid from version' },
  invalidToVersion: { status: 400, message: 'invalid to version' },
  tagRequired: { status: 400, message: 'tag is required' },
  invalidTagFormat: {
    status: 400,
    message:
      'invalid tag format: must be 1-50 characters containing only letters, numbers, dashes, underscores, and dots',
  },
  invalidTargetTeamId: { status: 400, message: 'invalid target team_id' },
  payloadVariablesRequired: { status: 400, message: 'payload variables are required' },
  tooManySlugs: { status: 400, message: 'slugs must have at most 200 items' },
  invalidSort: { status: 400, message: 'invalid sort' },
  invalidLimit: { status: 400, message: 'invalid limit' },
  invalidCursor: { status: 400, message: 'invalid cursor' },
  invalidTimeRange: { status: 400, message: 'invalid time range' },
  invalidDryRun: { status: 400, message: 'invalid dry_run, must be true or false' },
  invalidAllow: { status: 400, message: 'invalid allow, must be contract_break' },
  invalidRequire: { status: 400, message: 'invalid require, must be payloads' },
  invalidExportFormat: { status: 400, message: 'invalid format, must be json or yaml' },
  invalidDiffFormat: { status: 400, message: 'invalid format, must be structured' },
  invalidInclude: { status: 400, message: 'invalid include, must be program or schema' },
  invalidListInclude: { status: 400, message: 'invalid include, must be summary' },
  invalidIn: { status: 400, message: 'invalid in, must be content' },
  invalidConsistency: { status: 400, message: 'invalid Px0-Consistency, must be require' },
  invalidStep: { status: 400, message: 'invalid step, must be hour or day' },
  invalidCheck: {
    status: 400,
    message: 'invalid check',
    detail: 'url: must be an https URL of at most 2048 characters',
  },
  invalidDocument: { status: 400, message: 'invalid document', detail: 'prompts.0.slug: is required' },
  invalidPolicy: {
    status: 400,
    message: 'invalid policy',
    detail: 'match.slugs: must have from 1 to 20 patterns',
  },
  invalidTransition: {
    status: 400,
    message: 'invalid transition, must be stable, live, demote, tag, archive, move, or payloads',
  },
  /** Why the glass is broken. */
  reasonRequired: { status: 400, message: 'reason is required' },
  breakGlassReasonTooLong: { status: 400, message: 'reason must be at most 500 bytes' },
  invalidImportPolicy: { status: 400, message: 'invalid policy, must be request' },
  rendersRequired: { status: 400, message: 'renders is required' },
  tooManyRenders: { status: 400, message: 'renders must have at most 100 items' },
  reportsRequired: { status: 400, message: 'reports is required' },
  tooManyReports: { status: 400, message: 'reports must have at most 20 items' },
  titleRequired: { status: 400, message: 'title is required' },
  titleTooLong: { status: 400, message: 'title must be at most 255 characters' },
  invalidApply: { status: 400, message: 'invalid apply, must be manual or when_ready' },
  invalidChange: { status: 400, message: 'invalid change', detail: 'change.kind: is not known' },
  invalidState: { status: 400, message: 'invalid state, must be open, applied, closed, or obsolete' },
  invalidAs: { status: 400, message: 'invalid as, must be reviewer or author' },
  invalidVerdict: { status: 400, message: 'invalid verdict, must be approve or request_changes' },
  commentTooLong: { status: 400, message: 'comment must be at most 2000 characters' },
  contentHashRequired: { status: 400, message: 'content_hash is required' },
  textRequired: { status: 400, message: 'text is required' },
  textTooLong: { status: 400, message: 'text must be at most 10000 characters' },
  reasonTooLong: { status: 400, message: 'reason must be at most 2000 characters' },
  invalidAssertions: {
    status: 400,
    message: 'invalid assertions',
    detail: 'assertions.0.type: is not known',
  },
  invalidPayloadVariables: { status: 400, message: 'invalid payload variables: must be valid JSON' },

  unauthorized: { status: 401, message: 'unauthorized' },
  invalidCredentials: { status: 401, message: 'invalid credentials' },
  invalidCurrentPassword: { status: 401, message: 'invalid current password' },

  forbidden: { status: 403, message: 'forbidden' },
  userNotVerified: { status: 403, message: 'user is not verified' },
  accessTokenRequired: { status: 403, message: 'access token required' },
  registrationTeamNeedsAdmin: { status: 403, message: 'only admins can register users with a team_id' },
  callerNotInTeamOrganization: {
    status: 403,
    message: 'user does not belong to the organization of the specified team',
  },

  notFound: { status: 404, message: 'not found' },
  userNotFound: { status: 404, message: 'user not found' },
  userToAddNotFound: { status: 404, message: 'user to add not found' },
  teamNotFound: { status: 404, message: 'team not found' },
  targetTeamNotFound: { status: 404, message: 'target team not found' },
  organizationNotFound: { status: 404, message: 'organization not found' },
  apiKeyNotFound: { status: 404, message: 'api key not found' },
  userNotOrganizationMember: { status: 404, message: 'user is not a member of this organization' },
  userNotTeamMember: { status: 404, message: 'user is not a member of this team' },
  teamMemberNotFound: { status: 404, message: 'team member relationship not found' },
  invitationNotFound: { status: 404, message: 'invitation not found' },
  joinRequestNotFound: { status: 404, message: 'join request not found' },
  promptNotFound: { status: 404, message: 'prompt not found' },
  versionNotFound: { status: 404, message: 'version not found' },
  fromVersionNotFound: { status: 404, message: 'from version not found' },
  toVersionNotFound: { status: 404, message: 'to version not found' },
  tagNotFound: { status: 404, message: 'tag not found' },
  payloadNotFound: { status: 404, message: 'payload not found' },
  policyNotFound: { status: 404, message: 'policy not found' },
  changeRequestNotFound: { status: 404, message: 'change request not found' },
  reviewNotFound: { status: 404, message: 'review not found' },
  auditEntryNotFound: { status: 404, message: 'audit entry not found' },
  noLiveVersion: { status: 404, message: 'no live version found for this prompt' },

  methodNotAllowed: { status: 405, message: 'method not allowed' },

  emailAlreadyRegistered: { status: 409, message: 'email already registered' },
  emailAlreadyTaken: { status: 409, message: 'email already taken' },
  organizationNameTaken: { status: 409, message: 'organization name already exists' },
  teamNameTaken: { status: 409, message: 'team name already exists under this organization' },
  tooManyInvitations: {
    status: 409,
    message: 'too many pending invitations in this organization',
  },
  joinRequestPending: { status: 409, message: 'a pending join request already exists for this team' },
  promptAlreadyExists: {
    status: 409,
    message: 'prompt with this name or slug already exists; please provide a unique name',
  },
  payloadsFail: { status: 409, message: 'payloads fail with this version', detail: 'greeting, farewell' },
  payloadFails: {
    status: 409,
    message: 'payload fails with this version',
    detail: 'invalid variables: history must be a list of messages',
  },
  contractBreak: { status: 409, message: 'contract break', detail: 'added required mood' },
  policyNameTaken: { status: 409, message: 'policy name already exists' },
  changeRequestRequired: {
    status: 409,
    message: 'change request required',
    detail: 'Production, Billing',
  },
  checksFail: { status: 409, message: 'checks fail', detail: 'evals is pending, assertions: greeting' },
  documentConflicts: {
    status: 409,
    message: 'document conflicts with the team',
    detail: 'prompts.0.name: is used by another prompt',
  },
  changeRequestOpen: { status: 409, message: 'a change request for this change is open', detail: '12' },
  changeRequestClosed: { status: 409, message: 'change request is closed' },
  changeRequestNotReady: {
    status: 409,
    message: 'change request is not ready',
    detail: 'Production: 1 more approval, check evals is pending',
  },
  contentChanged: { status: 409, message: 'content changed since it was shown' },
  nothingToAcknowledge: { status: 409, message: 'change request has nothing to acknowledge' },
  defaultTeamCannotBeDeleted: { status: 409, message: 'default team cannot be deleted' },
  defaultTeamCannotBeMoved: { status: 409, message: 'default team cannot be moved' },
  defaultTeamMustKeepAdmin: { status: 409, message: 'default team must keep an admin' },

  preconditionFailed: { status: 412, message: 'precondition failed' },
  requestBodyTooLarge: { status: 413, message: 'request body too large' },

  onlyDraftsCanBeModified: { status: 422, message: 'only draft versions can be modified' },
  versionHoldsMessages: { status: 422, message: 'version holds messages; send messages' },
  programTooLarge: { status: 422, message: 'program must be at most 524288 bytes' },
  folderTooLarge: { status: 422, message: 'folder has more than 5000 prompts' },
  onlyDraftsCanBeDeleted: { status: 422, message: 'only draft versions can be deleted' },
  cannotPromoteLive: { status: 422, message: 'cannot promote version in live status: conflict' },
  cannotPromoteArchived: { status: 422, message: 'cannot promote version in archived status: conflict' },
  onlyLiveCanBeDemoted: { status: 422, message: 'only live versions can be demoted: conflict' },
  versionAlreadyArchived: { status: 422, message: 'version is already archived: conflict' },
  protectedTagOnDraft: {
    status: 422,
    message: 'a protected tag needs a version that is not a draft',
  },
  tooManyPolicies: { status: 422, message: 'too many policies' },
  tooManyVersionsOrTags: { status: 422, message: 'prompt has too many versions or tags' },
  tooManyOpenChangeRequests: { status: 422, message: 'too many open change requests' },
  tooManyReviews: { status: 422, message: 'too many reviews' },
  tooManyComments: { status: 422, message: 'too many comments' },
  tooManyChecks: { status: 422, message: 'too many checks' },
  snapshotTooLarge: { status: 422, message: 'output is too large for a snapshot' },
  documentTooLarge: { status: 422, message: 'document is too large; name fewer prompts in slugs' },
  audienceTooLarge: { status: 422, message: 'audience is too large; name teams or slugs' },
  invalidVariables: {
    status: 422,
    message: 'invalid variables',
    detail: 'history must be a list of messages',
  },
  templateExecutionFailed: {
    status: 422,
    message: 'template execution failed',
    detail: 'template: prompt:1:8: executing "prompt" at <.name>: map has no entry for key "name"',
  },

  tooManyRequests: { status: 429, message: 'too many requests' },
  tooManyHeavyRenders: { status: 429, message: 'too many heavy renders' },
  tooManyStreams: { status: 429, message: 'too many streams' },

  internalError: { status: 500, message: 'internal error' },
  verificationEmailFailed: { status: 500, message: 'failed to send verification email' },
  passwordResetEmailFailed: { status: 500, message: 'failed to send password reset email' },
  templateParseError: { status: 500, message: 'template parse error' },

  serviceUnavailable: { status: 503, message: 'service unavailable' },
  revisionNotYetAvailable: { status: 503, message: 'revision not yet available' },
  templateNotYetAvailable: { status: 503, message: 'template not yet available' },
} as const satisfies { readonly [code: string]: CatalogEntry };

/** The name of an error in the code base, for example `promptNotFound`. */
export type ErrorCode = keyof typeof errorCatalog;

/** What an error looks like on the wire, with the example detail appended where one belongs. */
export function exampleMessage(code: ErrorCode): string {
  const entry: CatalogEntry = errorCatalog[code];
  return entry.detail === undefined ? entry.message : `${entry.message}: ${entry.detail}`;
}
