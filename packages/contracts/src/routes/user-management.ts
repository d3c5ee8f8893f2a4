/** The members of a team and their roles. */
import { z } from 'zod';
import { defineRoutes, uuidParam } from '../route.ts';
import { schemas } from '../schemas.ts';
import { judgedString, queryText, uuid } from '../values.ts';

const team = uuidParam('invalidId', 'The id of the team.');
const user = uuidParam('invalidId', 'The id of the user.');

export const userManagementRoutes = defineRoutes(
  { tag: 'User Management', owner: 'tenancy' },
  {
    listTeamMembers: {
      method: 'GET',
      path: '/v1/teams/{id}/members',
      auth: 'management',
      cost: 'read',
      summary: 'List Team Members',
      description: 'Returns the members of a team, ten per page, oldest membership first.',
      params: { id: team },
      query: z.object({ page: queryText('The page number, from 1. Any other value counts as 1.') }),
      success: {
        status: 200,
        schema: z.object({
          members: z.array(schemas.TeamMemberResponse),
          page: z.int(),
          limit: z.int(),
          total: z.int(),
        }),
      },
      errors: ['invalidId', 'forbidden'],
    },
    addTeamMember: {
      method: 'POST',
      path: '/v1/teams/{id}/members',
      auth: 'management',
      cost: 'write',
      summary: 'Add Team Member',
      description: 'Adds a user to a team. Does nothing if the user is already a member.',
      params: { id: team },
      body: z.object({ user_id: uuid() }),
      success: { status: 204, schema: null },
      errors: [
        'invalidId',
        'teamNotFound',
        'forbidden',
        'invalidRequestBody',
        'userIdRequired',
        'userToAddNotFound',
      ],
    },
    removeTeamMember: {
      method: 'DELETE',
      path: '/v1/teams/{id}/members/{userID}',
      auth: 'management',
      cost: 'write',
      summary: 'Remove Team Member',
      description: 'Removes a user from a team.',
      params: { id: team, userID: user },
      success: { status: 204, schema: null },
      errors: [
        'invalidId',
        'teamNotFound',
        'forbidden',
        'userNotInTeamOrganization',
        'defaultTeamMustKeepAdmin',
      ],
    },
    updateTeamMemberRole: {
      method: 'PUT',
      path: '/v1/teams/{id}/members/{userID}/role',
      auth: 'management',
      cost: 'write',
      summary: 'Update Team Member Role',
      description: "Changes a member's role.",
      params: { id: team, userID: user },
      body: z.object({ role: judgedString({ enum: ['admin', 'editor', 'viewer'] }) }),
      success: { status: 200, schema: z.object({ message: z.string() }) },
      errors: [
        'invalidId',
        'teamNotFound',
        'forbidden',
        'invalidRequestBody',
        'invalidRole',
        'teamMemberNotFound',
        'defaultTeamMustKeepAdmin',
      ],
    },
  },
);
