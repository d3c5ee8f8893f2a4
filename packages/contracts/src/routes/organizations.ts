/** Organizations and the people in them. */
import { z } from 'zod';
import { defineRoutes, uuidParam } from '../route.ts';
import { schemas } from '../schemas.ts';
import { added, queryText } from '../values.ts';

const name = z.object({ name: z.string().min(1).max(255) });
const wrapped = z.object({ org: schemas.Organization });

export const organizationRoutes = defineRoutes(
  { tag: 'Organizations', owner: 'tenancy' },
  {
    createOrg: {
      method: 'POST',
      path: '/v1/orgs',
      auth: 'management',
      cost: 'write',
      summary: 'Create Organization',
      description:
        'Creates an organization with a default team. The caller becomes its admin. Requires an admin account.',
      body: name,
      success: { status: 201, schema: wrapped },
      errors: ['forbidden', 'invalidRequestBody', 'nameRequired', 'nameTooLong', 'organizationNameTaken'],
    },
    updateOrg: {
      method: 'PUT',
      path: '/v1/orgs/{id}',
      auth: 'management',
      cost: 'write',
      summary: 'Update Organization',
      description: 'Renames an organization.',
      params: { id: uuidParam('invalidId', 'The id of the organization.') },
      body: name,
      success: { status: 200, schema: wrapped },
      errors: [
        'invalidId',
        'organizationNotFound',
        'forbidden',
        'invalidRequestBody',
        'nameRequired',
        'nameTooLong',
        'organizationNameTaken',
      ],
    },
    deleteOrg: {
      method: 'DELETE',
      path: '/v1/orgs/{id}',
      auth: 'management',
      cost: 'write',
      patience: 'long',
      summary: 'Delete Organization',
      description: 'Deletes an organization with its teams, prompts and API keys. Its users remain.',
      params: { id: uuidParam('invalidId', 'The id of the organization.') },
      success: { status: 204, schema: null },
      errors: ['invalidId', 'organizationNotFound', 'forbidden'],
    },
    listOrgPeople: {
      method: 'GET',
      path: '/v1/orgs/{orgID}/people',
      auth: 'management',
      cost: 'read',
      summary: 'List Org People',
      description: 'Returns the users who belong to a team of the organization, with their teams and roles.',
      params: { orgID: uuidParam('invalidId', 'The id of the organization.') },
      query: z.object({
        page: queryText('The page number, from 1. Any other value counts as 1.'),
        limit: queryText('The size of a page, 10 when missing, at most 100.'),
        search: added(queryText('Only people whose address contains this text, in any case.')),
        team_id: added(queryText('Only members of this team.', { format: 'uuid' })),
        role: added(
          queryText('Only people with this role in a team whose members the caller may list.', {
            enum: ['admin', 'editor', 'viewer'],
          }),
        ),
        ids: added(
          queryText(
            'Only these people: at most 100 UUIDs, separated by commas. For admins of the organization also those who are not in it any more, or asked to join.',
          ),
        ),
      }),
      success: {
        status: 200,
        schema: z.object({
          people: z.array(schemas.User),
          page: z.int(),
          limit: z.int(),
          total: z.int(),
        }),
      },
      errors: ['invalidId', 'organizationNotFound', 'forbidden', 'invalidRole'],
    },
    removeOrgMember: {
      method: 'DELETE',
      path: '/v1/orgs/{orgID}/members/{userID}',
      auth: 'management',
      cost: 'write',
      summary: 'Remove Member from Organization',
      description: 'Removes the user from all teams of the organization.',
      params: {
        orgID: uuidParam('invalidId', 'The id of the organization.'),
        userID: uuidParam('invalidId', 'The id of the user.'),
      },
      success: { status: 204, schema: null },
      errors: [
        'invalidId',
        'organizationNotFound',
        'forbidden',
        'userNotOrganizationMember',
        'defaultTeamMustKeepAdmin',
      ],
    },
  },
);

export const lastLoginRoutes = defineRoutes(
  { tag: 'Organizations', owner: 'identity' },
  {
    listLastLogins: {
      method: 'GET',
      path: '/v1/orgs/{orgID}/last-logins',
      auth: 'management',
      cost: 'read',
      summary: 'List Last Logins',
      description:
        'Returns when people of an organization last logged in. People who are not in the organization are left out. Requires admin rights on the organization.',
      params: { orgID: uuidParam('invalidId', 'The id of the organization.') },
      query: z.object({
        ids: queryText('The people: at most 100 UUIDs, separated by commas; required.'),
      }),
      success: { status: 200, schema: z.object({ last_logins: z.array(schemas.LastLogin) }) },
      errors: ['invalidId', 'organizationNotFound', 'forbidden'],
    },
  },
);

export const promptCountRoutes = defineRoutes(
  { tag: 'Organizations', owner: 'prompt-registry' },
  {
    countOrgPrompts: {
      method: 'GET',
      path: '/v1/orgs/{orgID}/prompt-counts',
      auth: 'management',
      cost: 'read',
      summary: 'Count Org Prompts',
      description:
        'Returns how many prompts each team of the organization has, also teams that the caller is not in. Teams without prompts are left out.',
      params: { orgID: uuidParam('invalidId', 'The id of the organization.') },
      success: { status: 200, schema: z.object({ counts: z.array(schemas.PromptCount) }) },
      errors: ['invalidId', 'organizationNotFound', 'forbidden'],
    },
  },
);
