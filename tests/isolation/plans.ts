/**
 * How each operation of the API description names things, so that it can be called with anybody's. The table is complete by its type,
 * and `gaps` finds an id that a plan leaves out: an operation cannot be added without saying whose things it reaches.
 */
import { randomUUID } from 'node:crypto';
import {
  buildOpenApi,
  type OpenApiOperation,
  type OperationId,
  type RouteDefinition,
  routes,
} from '@px0/contracts';
import type { Things } from './tenants.ts';

export interface Names {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** Null: the operation names nothing; it speaks of the caller alone, or of nobody. */
export type Plan = ((things: Things) => Names) | null;

const ofOrg = ({ organization }: Things) => ({ params: { id: organization } });
const inOrg = ({ organization }: Things) => ({ params: { orgID: organization } });
const ofTeam = ({ team }: Things) => ({ params: { id: team } });
const inTeam = ({ team }: Things) => ({ params: { teamID: team } });
const ofPrompt = ({ prompt }: Things) => ({ params: { id: prompt } });
const ofVersion = ({ prompt }: Things) => ({ params: { id: prompt, version: '1' } });
const ofDraft = ({ prompt }: Things) => ({ params: { id: prompt, version: '2' } });
const ofPayload = ({ prompt, payload }: Things) => ({ params: { id: prompt, payloadID: payload } });
const ofRequest = ({ changeRequest }: Things) => ({ params: { id: changeRequest } });
const ofAudit = ({ organization, team, user }: Things) => ({
  params: { orgID: organization },
  query: { team_id: team, actor: user },
});
const ofAuditEntry = ({ organization }: Things) => ({ params: { orgID: organization, number: '1' } });
const name = { name: 'Renamed' };
const password = 'Correct-horse-1';
/** No two may have the same name. */
const policy = ({ user, key }: Things) => ({
  name: `Renamed ${randomUUID()}`,
  match: { slugs: ['nothing'], transitions: ['live'] },
  require: { approvals: 1, user_ids: [user], checks: [{ kind: 'external', name: 'ci', api_key_ids: [key] }] },
  break_glass: { roles: ['admin'], user_ids: [user] },
});

export const plans: { readonly [Operation in OperationId]: Plan } = {
  healthCheck: null,
  listSigningKeys: null,
  revokeAPIKey: null,
  register: ({ email, team }) => ({ body: { email, password, team_id: team } }),
  login: ({ email }) => ({ body: { email, password: 'Wrong-horse-1' } }),
  logout: null,
  triggerVerificationEmail: ({ email }) => ({ query: { email } }),
  verifyEmail: ({ email }) => ({ body: { email, code: '000000' } }),
  triggerPasswordReset: ({ email }) => ({ body: { email } }),
  resetPassword: null,
  me: null,
  updateMe: ({ email }) => ({ body: { email } }),
  deleteMe: null,
  changePassword: null,
  listUserOrgs: null,
  listUserTeams: null,
  listAPIKeys: ({ organization }) => ({ query: { org_id: organization } }),
  createAPIKey: ({ organization, team }) => ({ body: { ...name, org_id: organization, team_ids: [team] } }),
  rotateAPIKey: ({ key }) => ({ params: { id: key }, body: {} }),
  deleteAPIKey: ({ key }) => ({ params: { id: key } }),
  createOrg: null,
  updateOrg: (things) => ({ ...ofOrg(things), body: name }),
  deleteOrg: ofOrg,
  listOrgPeople: ({ organization, team, user }) => ({
    params: { orgID: organization },
    query: { team_id: team, ids: user },
  }),
  listLastLogins: ({ organization, user }) => ({ params: { orgID: organization }, query: { ids: user } }),
  removeOrgMember: ({ organization, user }) => ({ params: { orgID: organization, userID: user } }),
  listOrgAudit: ofOrg,
  exportIdentityAudit: ofAudit,
  exportTenancyAudit: ofAudit,
  exportRegistryAudit: ofAudit,
  eraseIdentityAuditText: ofAuditEntry,
  eraseTenancyAuditText: ofAuditEntry,
  eraseRegistryAuditText: ofAuditEntry,
  listMyAudit: null,
  createTeam: (things) => ({ ...inOrg(things), body: { ...name, org_id: things.organization } }),
  listOrgTeams: inOrg,
  updateTeam: (things) => ({ ...ofTeam(things), body: { ...name, org_id: things.organization } }),
  deleteTeam: ofTeam,
  leaveTeam: inTeam,
  createJoinRequest: ofTeam,
  listTeamMembers: ofTeam,
  addTeamMember: (things) => ({ ...ofTeam(things), body: { user_id: things.user } }),
  removeTeamMember: ({ team, user }) => ({ params: { id: team, userID: user } }),
  updateTeamMemberRole: ({ team, user }) => ({ params: { id: team, userID: user }, body: { role: 'admin' } }),
  createInvitation: (things) => ({ ...ofTeam(things), body: { email: things.email } }),
  mailInvitation: ({ team, email }) => ({ body: { team_id: team, email, code: `inv_${'0'.repeat(40)}` } }),
  listOrgInvitations: inOrg,
  countOrgPrompts: inOrg,
  revokeInvitation: ({ invitation }) => ({ params: { id: invitation } }),
  // Whoever holds a code may accept.
  acceptInvitation: null,
  getAdminInbox: null,
  resolveJoinRequest: ({ joinRequest }) => ({ params: { id: joinRequest }, body: { status: 'approved' } }),
  createPrompt: (things) => ({ ...inTeam(things), body: name }),
  listPrompts: inTeam,
  listAllPrompts: ({ team }) => ({ query: { team, team_id: team, teams: team } }),
  getPrompt: ({ slug, team }) => ({ params: { id: slug }, query: { team_id: team } }),
  updatePrompt: (things) => ({ ...ofPrompt(things), body: { description: 'changed' } }),
  archivePrompt: ofPrompt,
  restorePrompt: ofPrompt,
  patchPrompt: (things) => ({ ...ofPrompt(things), body: { folder: 'renamed' } }),
  listFolders: inTeam,
  listTeamTags: inTeam,
  moveFolder: (things) => ({ ...inTeam(things), body: { from: 'renamed', to: 'moved' } }),
  movePrompt: (things) => ({ ...ofPrompt(things), body: { team_id: things.team } }),
  createVersion: (things) => ({ ...ofPrompt(things), body: { template: 'changed' } }),
  listVersions: ofPrompt,
  diffVersions: (things) => ({ ...ofPrompt(things), query: { from: '1', to: '2' } }),
  getVersion: ofVersion,
  updateVersion: (things) => ({ ...ofDraft(things), body: { template: 'changed' } }),
  deletePromptVersion: ofDraft,
  promoteVersion: ofDraft,
  demoteVersion: ofVersion,
  archiveVersion: ofVersion,
  duplicateVersion: ofVersion,
  setVersionTag: (things) => ({ ...ofDraft(things), body: { tag: 'production' } }),
  removeVersionTag: ({ prompt }) => ({ params: { id: prompt, tag: 'production' } }),
  listVersionTags: ofPrompt,
  createPromptPayload: (things) => ({ ...ofPrompt(things), body: { variables: {} } }),
  listPromptPayloads: ofPrompt,
  getPromptPayload: ofPayload,
  updatePromptPayload: (things) => ({ ...ofPayload(things), body: { variables: {} } }),
  deletePromptPayload: ofPayload,
  listTeamPolicies: inTeam,
  createTeamPolicy: (things) => ({ ...inTeam(things), body: policy(things) }),
  listOrgPolicies: inOrg,
  createOrgPolicy: (things) => ({ ...inOrg(things), body: policy(things) }),
  updatePolicy: (things) => ({ params: { id: things.policy }, body: policy(things) }),
  deletePolicy: ({ policy: id }) => ({ params: { id } }),
  explainPolicies: (things) => ({ ...ofPrompt(things), query: { transition: 'live' } }),
  createChangeRequest: (things) => ({
    ...ofPrompt(things),
    body: { title: 'Renamed', change: { kind: 'promote', version: 2, to: 'live' } },
  }),
  listChangeRequests: (things) => ({ ...inTeam(things), query: { prompt_id: things.prompt } }),
  listMyChangeRequests: null,
  getChangeRequest: ofRequest,
  reviewChangeRequest: (things) => ({
    ...ofRequest(things),
    body: { verdict: 'approve', content_hash: null },
  }),
  dismissReview: ({ changeRequest, review }) => ({ params: { id: changeRequest, reviewID: review } }),
  commentChangeRequest: (things) => ({ ...ofRequest(things), body: { text: 'changed' } }),
  listComments: ofRequest,
  applyChangeRequest: ofRequest,
  closeChangeRequest: (things) => ({ ...ofRequest(things), body: { reason: 'changed' } }),
  acknowledgeBreakGlass: ofRequest,
  acceptSnapshot: (things) => ({ ...ofPayload(things), body: { version: 1 } }),
  getSnapshot: ofPayload,
  renderLive: ({ slug, team }) => ({ params: { slug }, query: { team_id: team }, body: {} }),
  renderVersion: ({ slug, team }) => ({ params: { slug, version: '1' }, query: { team_id: team }, body: {} }),
  renderBatch: ({ slug, team }) => ({ body: { renders: [{ slug, team_id: team }] } }),
  getDeliverySnapshot: ({ team, slug }) => ({ query: { team_id: team, slugs: slug } }),
  streamDelivery: ({ team, slug }) => ({ query: { team_id: team, slugs: slug } }),
  validateTemplate: null,
  checkVersion: ofVersion,
  listChecks: ofVersion,
  postCheck: (things) => ({
    ...ofVersion(things),
    body: { name: 'evals', state: 'success', content_hash: `sha256:${'0'.repeat(64)}` },
  }),
  checkTemplate: (things) => ({ ...ofPrompt(things), body: { template: 'Hi' } }),
  listPromptAudit: ofPrompt,
  listTeamPromptAudit: inTeam,
  exportPrompts: inTeam,
  importPrompts: (things) => ({ ...inTeam(things), body: { document: { prompts: [] } } }),
  previewImport: (things) => ({
    ...inTeam(things),
    body: { document: { kind: 'px0/prompts/v1', prompts: [] } },
  }),
  getPromptUsage: (things) => ({
    ...ofPrompt(things),
    query: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
  }),
  reportUsage: ({ prompt, slug }) => ({ body: { reports: [usageReport(prompt, slug)] } }),
  getUsageBreakdown: ofPrompt,
  listPromptServices: ofPrompt,
  listTeamServices: inTeam,
  getTeamUsage: inTeam,
};

function usageReport(prompt: string, slug: string): object {
  const time = new Date().toISOString();
  return {
    process: '7c1f0f4e-5b0a-4d57-9a0e-2f6f6c1d3b58',
    window: 1,
    started_at: time,
    ended_at: time,
    service: { name: 'intruder' },
    rows: [
      { prompt_id: prompt, slug, version: 1, source: 'stream', renders: 1, failures: 0 },
      { prompt_id: null, slug, version: null, source: 'fallback', renders: 1, failures: 0 },
    ],
  };
}

/** As somebody writes a slug who does not know its normal form, which a hint may name. */
const misspelt = ({ slug }: Things) => `${slug}!`;

/** Other ways to name things, beside those of the plans. */
export const furtherPlans: { readonly [Operation in OperationId]?: readonly Exclude<Plan, null>[] } = {
  createChangeRequest: [
    (things) => ({
      ...ofPrompt(things),
      body: { title: 'Moved', change: { kind: 'move_prompt', team_id: things.team } },
    }),
  ],
  listChangeRequests: [inTeam],
  // Ids count alone.
  listOrgPeople: [inOrg, (things) => ({ ...inOrg(things), query: { team_id: things.team } })],
  register: [({ email }) => ({ body: { email, password } })],
  createAPIKey: [({ organization }) => ({ body: { ...name, org_id: organization } })],
  getPrompt: [
    ofPrompt,
    ({ slug }) => ({ params: { id: slug } }),
    (things) => ({ params: { id: misspelt(things) } }),
    (things) => ({ params: { id: misspelt(things) }, query: { team_id: things.team } }),
  ],
  listAllPrompts: [({ team }) => ({ query: { team_id: team } }), ({ team }) => ({ query: { teams: team } })],
  renderLive: [
    ({ slug }) => ({ params: { slug }, body: {} }),
    (things) => ({ params: { slug: misspelt(things) }, body: {} }),
    (things) => ({ params: { slug: misspelt(things) }, query: { team_id: things.team }, body: {} }),
  ],
  renderVersion: [
    ({ slug }) => ({ params: { slug, version: '2' }, body: {} }),
    (things) => ({ params: { slug: misspelt(things), version: '2' }, body: {} }),
  ],
  renderBatch: [
    ({ slug }) => ({ body: { renders: [{ slug }, { slug, version: '1' }] } }),
    (things) => ({
      body: { renders: [{ slug: misspelt(things) }, { slug: misspelt(things), team_id: things.team }] },
    }),
  ],
  getDeliverySnapshot: [
    ({ slug }) => ({ query: { slugs: slug } }),
    ({ team }) => ({ query: { team_id: team } }),
  ],
};

export interface Request {
  readonly path: string;
  readonly body?: object;
}

export function requestOf({ path }: RouteDefinition, { params = {}, query = {}, body }: Names): Request {
  const filled = path.replace(/\{(\w+)\}/g, (_all, parameter: string) =>
    encodeURIComponent(params[parameter] ?? ''),
  );
  const search = new URLSearchParams(query).toString();
  return { path: search === '' ? filled : `${filled}?${search}`, ...(body !== undefined && { body }) };
}

/** The kinds of things that a plan names. */
export function kindsOf(plan: Exclude<Plan, null>): readonly (keyof Things)[] {
  const text = JSON.stringify(plan(markers));
  return markerKinds.filter((kind) => text.includes(markers[kind]));
}

const markers: Things = {
  organization: '<organization>',
  team: '<team>',
  user: '<user>',
  email: '<email>',
  key: '<key>',
  joinRequest: '<join request>',
  invitation: '<invitation>',
  prompt: '<prompt>',
  slug: '<slug>',
  payload: '<payload>',
  changeRequest: '<change request>',
  review: '<review>',
  policy: '<policy>',
};

const markerKinds: readonly (keyof Things)[] = [
  'organization',
  'team',
  'user',
  'email',
  'key',
  'joinRequest',
  'invitation',
  'prompt',
  'slug',
  'payload',
  'changeRequest',
  'review',
  'policy',
];

/** Path parameters that lead nowhere without another one. */
const belowOthers: ReadonlySet<string> = new Set(['version', 'tag', 'number']);

/** Fields of ids that callers make up. */
const ofNobody: ReadonlySet<string> = new Set(['process']);

/** Where the description takes an id, or a slug, and the plans say nothing of whose it is. Empty when all is planned. */
export function gaps(operations = Object.keys(routes)): readonly string[] {
  return operations.flatMap((operation) => {
    const route: RouteDefinition | undefined = Object.values(routes).find(
      (one) => one.operationId === operation,
    );
    if (route === undefined || !isOperation(operation)) return [`${operation} has no plan`];
    const described = buildOpenApi().paths[route.path]?.[route.method.toLowerCase()];
    const names = plans[operation]?.(markers) ?? {};
    return idsIn(described, route)
      .filter((field) => !ofNobody.has(field) && !namesThing(names, field))
      .map((field) => `${operation} has no plan for ${field}`);
  });
}

function isOperation(text: string): text is OperationId {
  return Object.hasOwn(plans, text);
}

function idsIn(described: OpenApiOperation | undefined, route: RouteDefinition): readonly string[] {
  const parameters: unknown = described?.['parameters'];
  const inQuery = (Array.isArray(parameters) ? parameters : [])
    .filter((parameter: { in?: string; schema?: { format?: string } }) => parameter.in === 'query')
    .filter((parameter: { schema?: { format?: string } }) => parameter.schema?.format === 'uuid')
    .map((parameter: { name?: string }) => String(parameter.name));
  const inPath = Object.keys(route.params).filter((parameter) => !belowOthers.has(parameter));
  return [...inPath, ...inQuery, ...uuidFields(described?.requestBody)];
}

/** The names of the fields, at any depth, that are UUIDs or lists of them. */
function uuidFields(schema: unknown, field = ''): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const reference: unknown = Reflect.get(schema, '$ref');
  if (typeof reference === 'string') return uuidFields(resolve(reference), field);
  if (Reflect.get(schema, 'format') === 'uuid') return [field];
  return Object.entries(schema).flatMap(([key, value]) => {
    if (key === 'example' || key === 'examples') return [];
    if (key !== 'properties') return uuidFields(value, field);
    return Object.entries(Object(value)).flatMap(([property, inner]) => uuidFields(inner, property));
  });
}

function resolve(reference: string): unknown {
  return reference
    .slice(2)
    .split('/')
    .reduce<unknown>((value, step) => Reflect.get(Object(value), step), buildOpenApi());
}

/** Whether a marker stands somewhere under that name. */
function namesThing(value: unknown, field: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([key, inner]) => (key === field && JSON.stringify(inner).includes('<')) || namesThing(inner, field),
  );
}
