/**
 * What policies say of each operation, tried over the real API. The table is complete by its type and by a test: an operation cannot be added
 * without saying which policies guard it. A policy on anything but the transitions of an attempt lets it pass; one on any of them refuses it.
 */
import { randomUUID } from 'node:crypto';
import { type OperationId, policyTransitions, routes } from '@px0/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorOf, refused } from './replies.ts';
import { type Cast, type Reply, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;
let otherTeam: string;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
  otherTeam = await registry.tenancy.createTeam(cast.orgId);
});
afterAll(() => registry?.stop());

type Transition = (typeof policyTransitions)[number];

/** Version 1 is live, 2 stable, 3 a draft with the tag `prod`, 4 a draft; there is a payload, and the tag `old` is on version 2. */
interface Scene {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly payload: string;
}

interface Attempt {
  readonly what: string;
  readonly guardedBy: readonly Transition[];
  readonly act: (scene: Scene) => Promise<Reply>;
  /** What stands behind the refusal. */
  readonly suffix?: (scene: Scene) => string;
}

type Verdict =
  /** It changes nothing, or nothing that callers of prompts get. */
  | 'reads'
  | 'accounts, keys and teams'
  | 'nothing that callers get'
  | 'policies themselves'
  /** A change request: policies are judged when it is applied, in tests of its own. */
  | 'change requests'
  | readonly Attempt[];

const call =
  (method: string, path: string, body?: (scene: Scene) => unknown) =>
  (scene: Scene): Promise<Reply> =>
    registry.call(
      // An administrator of the organization who is one of the team, too, may do all of it.
      cast.admin,
      method,
      `/v1/prompts/${scene.id}${path.replace('{payload}', scene.payload)}`,
      body?.(scene),
    );

const importing = (prompt: (scene: Scene) => object) => (scene: Scene) =>
  registry.call(cast.admin, 'POST', `/v1/teams/${cast.teamId}/import`, {
    document: {
      kind: 'px0/prompts/v1',
      prompts: [{ slug: scene.slug, name: scene.name, ...prompt(scene) }],
    },
  });
const named = ({ slug }: Scene) => ` (${slug})`;

const verdicts: { readonly [Id in OperationId]: Verdict } = {
  healthCheck: 'reads',
  register: 'accounts, keys and teams',
  login: 'accounts, keys and teams',
  logout: 'accounts, keys and teams',
  triggerVerificationEmail: 'accounts, keys and teams',
  verifyEmail: 'accounts, keys and teams',
  triggerPasswordReset: 'accounts, keys and teams',
  resetPassword: 'accounts, keys and teams',
  listSigningKeys: 'reads',
  me: 'reads',
  updateMe: 'accounts, keys and teams',
  changePassword: 'accounts, keys and teams',
  deleteMe: 'accounts, keys and teams',
  listUserOrgs: 'reads',
  listUserTeams: 'reads',
  createAPIKey: 'accounts, keys and teams',
  listAPIKeys: 'reads',
  deleteAPIKey: 'accounts, keys and teams',
  rotateAPIKey: 'accounts, keys and teams',
  revokeAPIKey: 'accounts, keys and teams',
  createOrg: 'accounts, keys and teams',
  updateOrg: 'accounts, keys and teams',
  deleteOrg: 'accounts, keys and teams',
  listOrgPeople: 'reads',
  removeOrgMember: 'accounts, keys and teams',
  listLastLogins: 'reads',
  listOrgAudit: 'reads',
  exportIdentityAudit: 'reads',
  exportTenancyAudit: 'reads',
  exportRegistryAudit: 'reads',
  eraseIdentityAuditText: 'nothing that callers get',
  eraseTenancyAuditText: 'nothing that callers get',
  eraseRegistryAuditText: 'nothing that callers get',
  listMyAudit: 'reads',
  createTeam: 'accounts, keys and teams',
  listOrgTeams: 'reads',
  updateTeam: 'accounts, keys and teams',
  deleteTeam: 'accounts, keys and teams',
  leaveTeam: 'accounts, keys and teams',
  createJoinRequest: 'accounts, keys and teams',
  listTeamMembers: 'reads',
  addTeamMember: 'accounts, keys and teams',
  removeTeamMember: 'accounts, keys and teams',
  updateTeamMemberRole: 'accounts, keys and teams',
  createInvitation: 'accounts, keys and teams',
  mailInvitation: 'accounts, keys and teams',
  listOrgInvitations: 'reads',
  countOrgPrompts: 'reads',
  revokeInvitation: 'accounts, keys and teams',
  acceptInvitation: 'accounts, keys and teams',
  getAdminInbox: 'reads',
  resolveJoinRequest: 'accounts, keys and teams',

  createPrompt: 'nothing that callers get',
  listPrompts: 'reads',
  listAllPrompts: 'reads',
  getPrompt: 'reads',
  updatePrompt: 'nothing that callers get',
  patchPrompt: [
    {
      what: 'its contract',
      guardedBy: ['payloads'],
      act: call('PATCH', '', () => ({ contract: 'warn' })),
    },
    {
      // A policy on folders is shed by leaving them; this one is on none.
      what: 'its folder',
      guardedBy: [],
      act: call('PATCH', '', () => ({ folder: randomUUID() })),
    },
  ],
  listFolders: 'reads',
  listTeamTags: 'reads',
  // Refused where it takes prompts out of the folders of a policy, in a test of its own.
  moveFolder: 'nothing that callers get',
  archivePrompt: [{ what: 'a prompt', guardedBy: ['archive', 'live', 'tag'], act: call('POST', '/archive') }],
  restorePrompt: [
    {
      what: 'a prompt',
      guardedBy: ['archive'],
      act: async (scene) => {
        await registry.pool.query("update prompts set status = 'archived' where id = $1", [scene.id]);
        return call('POST', '/restore')(scene);
      },
    },
  ],
  movePrompt: [
    {
      what: 'a prompt',
      guardedBy: ['move', 'live', 'tag'],
      act: (scene) =>
        registry.call(cast.orgAdmin, 'POST', `/v1/prompts/${scene.id}/move`, { team_id: otherTeam }),
    },
  ],

  createVersion: 'nothing that callers get',
  listVersions: 'reads',
  diffVersions: 'reads',
  getVersion: 'reads',
  updateVersion: [
    {
      what: 'a draft with a tag',
      guardedBy: ['tag'],
      act: call('PUT', '/versions/3', () => ({ template: 'other' })),
    },
    {
      what: 'the note of a draft with a tag',
      guardedBy: [],
      act: call('PUT', '/versions/3', () => ({ note: 'other' })),
    },
    {
      what: 'a draft without one',
      guardedBy: [],
      act: call('PUT', '/versions/4', () => ({ template: 'other' })),
    },
  ],
  deletePromptVersion: [
    { what: 'a draft with a tag', guardedBy: ['tag'], act: call('DELETE', '/versions/3') },
    { what: 'a draft without one', guardedBy: [], act: call('DELETE', '/versions/4') },
  ],
  promoteVersion: [
    { what: 'a draft', guardedBy: ['stable'], act: call('POST', '/versions/4/promote') },
    { what: 'a stable version', guardedBy: ['live'], act: call('POST', '/versions/2/promote') },
    {
      what: 'a stable version that renders',
      guardedBy: ['live'],
      act: call('POST', '/versions/2/promote?require=payloads&allow=contract_break'),
    },
  ],
  demoteVersion: [
    { what: 'the live version', guardedBy: ['demote'], act: call('POST', '/versions/1/demote') },
  ],
  archiveVersion: [
    { what: 'the live version', guardedBy: ['demote'], act: call('POST', '/versions/1/archive') },
    { what: 'another version', guardedBy: ['archive'], act: call('POST', '/versions/2/archive') },
  ],
  duplicateVersion: 'nothing that callers get',
  setVersionTag: [
    {
      what: 'a new tag',
      guardedBy: ['tag'],
      act: call('POST', '/versions/1/tags', () => ({ tag: 'next' })),
    },
    {
      what: 'a tag of another version',
      guardedBy: ['tag'],
      act: call('POST', '/versions/1/tags', () => ({ tag: 'old' })),
    },
    {
      what: 'a tag that is there',
      guardedBy: [],
      act: call('POST', '/versions/2/tags', () => ({ tag: 'old' })),
    },
  ],
  removeVersionTag: [{ what: 'a tag', guardedBy: ['tag'], act: call('DELETE', '/tags/old') }],
  listVersionTags: 'reads',

  createPromptPayload: [
    {
      what: 'a payload',
      guardedBy: ['payloads'],
      act: call('POST', '/payloads', () => ({ variables: {} })),
    },
  ],
  listPromptPayloads: 'reads',
  getPromptPayload: 'reads',
  updatePromptPayload: [
    {
      what: 'a payload',
      guardedBy: ['payloads'],
      act: call('PUT', '/payloads/{payload}', () => ({ name: 'other' })),
    },
    {
      what: 'nothing of a payload',
      guardedBy: [],
      act: call('PUT', '/payloads/{payload}', () => ({})),
    },
  ],
  acceptSnapshot: [
    {
      what: 'a snapshot',
      guardedBy: ['payloads'],
      act: call('POST', '/payloads/{payload}/snapshot', () => ({ version: 1 })),
    },
  ],
  getSnapshot: 'reads',
  deletePromptPayload: [
    { what: 'a payload', guardedBy: ['payloads'], act: call('DELETE', '/payloads/{payload}') },
  ],

  listTeamPolicies: 'reads',
  createTeamPolicy: 'policies themselves',
  listOrgPolicies: 'reads',
  createOrgPolicy: 'policies themselves',
  updatePolicy: 'policies themselves',
  deletePolicy: 'policies themselves',
  explainPolicies: 'reads',

  createChangeRequest: 'change requests',
  listChangeRequests: 'reads',
  listMyChangeRequests: 'reads',
  getChangeRequest: 'reads',
  reviewChangeRequest: 'change requests',
  dismissReview: 'change requests',
  commentChangeRequest: 'change requests',
  listComments: 'reads',
  applyChangeRequest: 'change requests',
  closeChangeRequest: 'change requests',
  acknowledgeBreakGlass: 'change requests',

  renderLive: 'reads',
  renderVersion: 'reads',
  renderBatch: 'reads',
  getDeliverySnapshot: 'reads',
  streamDelivery: 'reads',
  reportUsage: 'reads',
  validateTemplate: 'reads',
  checkVersion: 'reads',
  checkTemplate: 'reads',
  postCheck: 'nothing that callers get',
  listChecks: 'reads',
  listPromptAudit: 'reads',
  listTeamPromptAudit: 'reads',
  exportPrompts: 'reads',
  importPrompts: [
    {
      what: 'a version to live',
      guardedBy: ['stable', 'live'],
      act: importing(() => ({ versions: [{ number: 1, status: 'live', template: 'new' }] })),
      suffix: named,
    },
    {
      what: 'a tag',
      guardedBy: ['tag'],
      act: importing(() => ({
        versions: [{ number: 1, status: 'live', template: 'live' }],
        tags: { next: 1 },
      })),
      suffix: named,
    },
    {
      what: 'a payload',
      guardedBy: ['payloads'],
      act: importing(() => ({ versions: [], payloads: [{ name: 'new', variables: {} }] })),
      suffix: named,
    },
    {
      what: 'a prompt that is archived',
      guardedBy: ['archive', 'live', 'tag'],
      act: importing(() => ({ versions: [], status: 'archived' })),
      suffix: named,
    },
    {
      what: 'a draft',
      guardedBy: [],
      act: importing(() => ({ versions: [{ number: 1, status: 'draft', template: 'new' }] })),
    },
  ],
  previewImport: 'reads',
  getPromptUsage: 'reads',
  getUsageBreakdown: 'reads',
  listPromptServices: 'reads',
  listTeamServices: 'reads',
  getTeamUsage: 'reads',
};

async function scene(): Promise<Scene> {
  const { id, slug, name } = await registry.prompts.create(cast.editor, cast.teamId);
  await registry.prompts.versionIn(cast.editor, id, 'live', 'live');
  await registry.prompts.versionIn(cast.editor, id, 'stable', 'stable');
  await registry.prompts.createVersion(cast.editor, id, 'tagged draft');
  await registry.prompts.createVersion(cast.editor, id, 'draft');
  await registry.prompts.tag(cast.editor, id, 3, 'prod');
  await registry.prompts.tag(cast.editor, id, 2, 'old');
  const payload = await registry.prompts.createPayload(cast.editor, id, { name: 'old', variables: {} });
  return { id, slug, name, payload: payload.id };
}

async function under(transitions: readonly Transition[], slug: string): Promise<void> {
  await registry.pool.query('delete from prompt_policies');
  if (transitions.length === 0) return;
  const { status, body } = await registry.call(
    cast.admin,
    'POST',
    `/v1/teams/${cast.teamId}/prompt-policies`,
    { name: 'Production', match: { slugs: [slug], transitions }, require: { approvals: 1 } },
  );
  if (status !== 201) throw new Error(JSON.stringify(body));
}

describe('policies', () => {
  it('have a verdict on every operation', () => {
    expect(Object.keys(verdicts).sort()).toEqual(Object.keys(routes).sort());
  });

  it('let nothing pass that writes without saying why', () => {
    const writes = Object.values(routes).filter(({ method }) => method !== 'GET');
    const silent = writes.filter(({ operationId }) => verdicts[operationId] === 'reads');
    expect(silent.map(({ operationId }) => operationId).sort()).toEqual(
      [
        'checkTemplate',
        'checkVersion',
        'previewImport',
        'renderBatch',
        'renderLive',
        'renderVersion',
        'reportUsage',
        'validateTemplate',
      ].sort(),
    );
  });

  const attempts = Object.entries(verdicts).flatMap(([operation, verdict]) =>
    typeof verdict === 'string' ? [] : verdict.map((attempt) => ({ operation, ...attempt })),
  );
  it.each(attempts)('$operation of $what is guarded by $guardedBy', async (attempt) => {
    const { guardedBy, act, suffix } = attempt;
    const here = await scene();
    for (const transition of guardedBy) {
      await under([transition], here.slug);
      const refusal = `change request required: Production${suffix?.(here) ?? ''}`;
      expect(errorOf(await act(here))).toEqual(refused(409, refusal));
    }
    const others = policyTransitions.filter((transition) => !guardedBy.includes(transition));
    await under(others, here.slug);
    const passed = await act(here);
    expect(passed.status, JSON.stringify(passed.body)).toBeLessThan(300);
  });
});
