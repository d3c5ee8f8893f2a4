/** One typical request body for each operation that has one. A test parses each with the operation's own parser. */
import type { OperationId } from '../routes/mod.ts';

const organization = '0b7f3c52-9a1e-4a44-8f0e-6a4d2f1c9b10';
const team = '5d2c8e1a-3f74-4b6e-9c1d-7e8f90a1b2c3';
const user = '9e4b1c7d-2a58-4d3f-8b6a-1f2e3d4c5b6a';
const email = 'ada@example.com';
const password = 'Correct-horse-1';
const invitationCode = `inv_${'0123456789abcdef0123'.repeat(2)}`;
const template = 'Hello, {{.name}}!';
const variables = { name: 'Ada' };
const policy = {
  name: 'Production',
  match: { slugs: ['billing_*'], transitions: ['live', 'tag'], tags: ['prod'] },
  require: { approvals: 1, checks: [{ kind: 'external', name: 'evals' }] },
};
const imported = {
  document: {
    kind: 'px0/prompts/v1',
    prompts: [
      {
        slug: 'greeting',
        name: 'Greeting',
        versions: [{ number: 1, status: 'live', template }],
        tags: { production: 1 },
        payloads: [{ name: 'typical', variables }],
      },
    ],
  },
};

/** By operation id. */
export const bodyExamples: { readonly [Id in OperationId | (string & {})]?: object } = {
  register: { email, password },
  login: { email, password },
  verifyEmail: { email, code: '123456' },
  triggerPasswordReset: { email },
  resetPassword: { code: '0f1e2d3c4b5a69788796a5b4c3d2e1f0', new_password: 'Battery-staple-2' },
  updateMe: { email: 'ada.lovelace@example.com' },
  changePassword: { current_password: password, new_password: 'Battery-staple-2' },
  createAPIKey: {
    name: 'checkout',
    org_id: organization,
    team_ids: [team],
    operation: 'read_render',
    limits: { slugs: ['billing_*'], refs: { live: true, tags: ['prod'] } },
  },
  revokeAPIKey: { key: `ak_${'0123456789abcdef'.repeat(4)}` },
  rotateAPIKey: { overlap_seconds: 3_600 },
  createOrg: { name: 'Analytical Engines' },
  updateOrg: { name: 'Analytical Engines Ltd' },
  createTeam: { name: 'Support' },
  updateTeam: { name: 'Customer Support' },
  addTeamMember: { user_id: user },
  createInvitation: { email, role: 'viewer' },
  acceptInvitation: { code: invitationCode },
  mailInvitation: { team_id: team, email, code: invitationCode },
  updateTeamMemberRole: { role: 'editor' },
  resolveJoinRequest: { status: 'approved' },
  createPrompt: { name: 'Greeting', slug: 'greeting', description: 'The first words of a conversation.' },
  updatePrompt: { description: 'The first words of a conversation.' },
  patchPrompt: { folder: 'support/mail' },
  moveFolder: { from: 'support', to: 'care/support' },
  movePrompt: { team_id: team },
  createVersion: { template, input_schema: { properties: { name: { type: 'string', minLength: 1 } } } },
  updateVersion: { template: 'Welcome, {{.name}}!' },
  validateTemplate: { template },
  demoteVersion: { note: 'Answers too long.' },
  archiveVersion: { note: 'Replaced by the chat.' },
  promoteVersion: { note: 'Answers in the language of the question.' },
  postCheck: {
    name: 'evals',
    state: 'success',
    description: '48 of 48 answers are right.',
    url: 'https://ci.example.com/runs/4711',
    content_hash: 'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
  },
  setVersionTag: { tag: 'production' },
  createPromptPayload: {
    name: 'typical',
    variables,
    assertions: [
      { type: 'contains', value: 'Ada' },
      { type: 'max_tokens', value: 200, severity: 'warning' },
    ],
  },
  updatePromptPayload: { variables },
  createTeamPolicy: policy,
  createOrgPolicy: policy,
  updatePolicy: { ...policy, enabled: false },
  createChangeRequest: {
    title: 'Answer in the language of the question',
    change: { kind: 'promote', version: 8, to: 'live' },
  },
  reviewChangeRequest: {
    verdict: 'approve',
    content_hash: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  },
  commentChangeRequest: { text: 'The second sentence is new.' },
  closeChangeRequest: { reason: 'Version 9 replaces it.' },
  acceptSnapshot: { version: 7 },
  checkTemplate: { template: 'Welcome, {{.name}}!' },
  renderLive: { variables },
  renderVersion: { variables, options: { missing_key: 'zero' } },
  renderBatch: { renders: [{ slug: 'greeting', variables }] },
  reportUsage: {
    reports: [
      {
        process: '7c1f0f4e-5b0a-4d57-9a0e-2f6f6c1d3b58',
        window: 12,
        started_at: '2026-01-02T03:04:00Z',
        ended_at: '2026-01-02T03:05:00Z',
        service: { name: 'checkout', version: '1.4.2' },
        sdk: 'px0-typescript/0.3.0',
        rows: [
          {
            prompt_id: '3f9d8c7b-6a5e-4d4c-8b3a-291807f6e5d4',
            slug: 'greeting',
            version: 7,
            source: 'stream',
            renders: 400,
            failures: 1,
            variables: ['name'],
          },
        ],
      },
    ],
  },
  importPrompts: imported,
  previewImport: imported,
};
