/** Policies: what has to hold before a prompt is changed in a way that its callers notice. */
import { z } from 'zod';
import { defineRoutes, uuidParam } from '../route.ts';
import { policyTransitions } from '../schemas/policies.ts';
import { schemas } from '../schemas.ts';
import { judgedQueryText, queryText } from '../values.ts';

const teamId = uuidParam('invalidId', 'The id of the team.');
const orgId = uuidParam('invalidId', 'The id of the organization.');
const policyId = uuidParam('invalidId', 'The id of the policy.');
const wrapped = z.object({ policy: schemas.PromptPolicy });
const list = z.object({ policies: z.array(schemas.PromptPolicy) });

/** What is wrong with a policy, in order. */
const policyErrors = [
  'invalidRequestBody',
  'nameRequired',
  'invalidPolicy',
  'serviceUnavailable',
  'policyNameTaken',
] as const;

export const promptPolicyRoutes = defineRoutes(
  { tag: 'Prompt Policies', owner: 'prompt-registry' },
  {
    listTeamPolicies: {
      method: 'GET',
      path: '/v1/teams/{teamID}/prompt-policies',
      auth: 'content',
      cost: 'read',
      summary: 'List Team Policies',
      description:
        'Returns the policies that hold for a team: those of its organization, then its own, each by name.',
      params: { teamID: teamId },
      success: { status: 200, schema: list },
      errors: ['invalidId', 'forbidden'],
    },
    createTeamPolicy: {
      method: 'POST',
      path: '/v1/teams/{teamID}/prompt-policies',
      auth: 'session',
      cost: 'write',
      successHeaders: ['ETag'],
      summary: 'Create Team Policy',
      description: 'Creates a policy for the prompts of a team. Requires admin rights on the team.',
      params: { teamID: teamId },
      body: schemas.PromptPolicyRequest,
      success: { status: 201, schema: wrapped },
      errors: ['invalidId', 'forbidden', ...policyErrors, 'tooManyPolicies'],
    },
    listOrgPolicies: {
      method: 'GET',
      path: '/v1/orgs/{orgID}/prompt-policies',
      auth: 'management',
      cost: 'read',
      summary: 'List Organization Policies',
      description: 'Returns the policies of an organization by name. They hold for all of its teams.',
      params: { orgID: orgId },
      success: { status: 200, schema: list },
      errors: ['invalidId', 'organizationNotFound', 'forbidden'],
    },
    createOrgPolicy: {
      method: 'POST',
      path: '/v1/orgs/{orgID}/prompt-policies',
      auth: 'session',
      cost: 'write',
      successHeaders: ['ETag'],
      summary: 'Create Organization Policy',
      description:
        'Creates a policy for the prompts of all teams of an organization. Requires admin rights on the organization.',
      params: { orgID: orgId },
      body: schemas.PromptPolicyRequest,
      success: { status: 201, schema: wrapped },
      errors: ['invalidId', 'organizationNotFound', 'forbidden', ...policyErrors, 'tooManyPolicies'],
    },
    updatePolicy: {
      method: 'PUT',
      path: '/v1/prompt-policies/{id}',
      auth: 'session',
      cost: 'write',
      successHeaders: ['ETag'],
      summary: 'Update Policy',
      description: 'Replaces a policy. Requires admin rights on its team or organization.',
      params: { id: policyId },
      body: schemas.PromptPolicyRequest,
      success: { status: 200, schema: wrapped },
      errors: ['invalidId', 'policyNotFound', 'forbidden', ...policyErrors, 'preconditionFailed'],
    },
    deletePolicy: {
      method: 'DELETE',
      path: '/v1/prompt-policies/{id}',
      auth: 'session',
      cost: 'write',
      summary: 'Delete Policy',
      description: 'Deletes a policy. Requires admin rights on its team or organization.',
      params: { id: policyId },
      success: { status: 204, schema: null },
      errors: ['invalidId', 'policyNotFound', 'forbidden', 'serviceUnavailable', 'preconditionFailed'],
    },
    explainPolicies: {
      method: 'GET',
      path: '/v1/prompts/{id}/requirements',
      auth: 'content',
      cost: 'read',
      patience: 'long',
      summary: 'Explain Policies',
      description:
        'Returns what the policies demand before the caller may make a change of the prompt, and what of it is met now. Empty if no policy guards the change.',
      params: { id: uuidParam('invalidPromptId', 'The id of the prompt.') },
      query: z.object({
        transition: judgedQueryText(policyTransitions, 'The change; required.'),
        version: queryText('The version that is to change, by number or tag.'),
        tag: queryText('With `transition=tag`: the tag that is to be set or removed.'),
      }),
      success: { status: 200, schema: z.object({ requirements: z.array(schemas.Requirement) }) },
      errors: [
        'invalidPromptId',
        'promptNotFound',
        'invalidTransition',
        'versionNotFound',
        'tooManyHeavyRenders',
      ],
    },
  },
);
