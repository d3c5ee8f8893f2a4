/** Teams: their management, and how people join and leave on their own. */
import { z } from 'zod';
import { defineRoutes, uuidParam } from '../route.ts';
import { schemas } from '../schemas.ts';
import { uuid } from '../values.ts';

const wrapped = z.object({ team: schemas.Team });

export const teamManagementRoutes = defineRoutes(
  { tag: 'Team Management', owner: 'tenancy' },
  {
    createTeam: {
      method: 'POST',
      path: '/v1/orgs/{orgID}/teams',
      auth: 'management',
      cost: 'write',
      summary: 'Create Team',
      description: 'Creates a team. The caller becomes its first member and admin.',
      params: { orgID: uuidParam('invalidId', 'The id of the organization.') },
      body: z.object({
        name: z.string().min(1).max(255),
        // Ignored, but by contract a wrong type still makes the body invalid.
        org_id: uuid().optional().meta({ undocumented: true }),
      }),
      success: { status: 201, schema: wrapped },
      errors: [
        'invalidId',
        'organizationNotFound',
        'forbidden',
        'invalidRequestBody',
        'nameRequired',
        'nameTooLong',
        'teamNameTaken',
      ],
    },
    listOrgTeams: {
      method: 'GET',
      path: '/v1/orgs/{orgID}/teams',
      auth: 'management',
      cost: 'read',
      summary: 'List Org Teams',
      description: 'Returns all teams of the organization, sorted by name.',
      params: { orgID: uuidParam('invalidId', 'The id of the organization.') },
      success: { status: 200, schema: z.object({ teams: z.array(schemas.Team) }) },
      errors: ['invalidId', 'organizationNotFound', 'forbidden'],
    },
    updateTeam: {
      method: 'PUT',
      path: '/v1/teams/{id}',
      auth: 'management',
      cost: 'write',
      patience: 'long',
      summary: 'Update Team',
      description:
        'Renames a team. If `org_id` is another organization, moves the team there with its members and prompts.',
      params: { id: uuidParam('invalidId', 'The id of the team.') },
      body: z.object({
        name: z.string().min(1).max(255),
        org_id: uuid()
          .optional()
          .meta({ description: 'The organization to move to. Default: the team does not move.' }),
      }),
      success: { status: 200, schema: wrapped },
      errors: [
        'invalidId',
        'teamNotFound',
        'forbidden',
        'invalidRequestBody',
        'nameRequired',
        'nameTooLong',
        'organizationNotFound',
        'teamNameTaken',
        'defaultTeamCannotBeMoved',
      ],
    },
    deleteTeam: {
      method: 'DELETE',
      path: '/v1/teams/{id}',
      auth: 'management',
      cost: 'write',
      patience: 'long',
      summary: 'Delete Team',
      description: 'Deletes a team with its prompts, and removes it from the scope of API keys.',
      params: { id: uuidParam('invalidId', 'The id of the team.') },
      success: { status: 204, schema: null },
      errors: ['invalidId', 'teamNotFound', 'forbidden', 'defaultTeamCannotBeDeleted'],
    },
  },
);

export const teamRoutes = defineRoutes(
  { tag: 'Teams', owner: 'tenancy' },
  {
    leaveTeam: {
      method: 'DELETE',
      path: '/v1/me/teams/{teamID}',
      auth: 'management',
      cost: 'write',
      summary: 'Leave Team',
      description: 'Removes the caller from a team.',
      params: { teamID: uuidParam('invalidId', 'The id of the team.') },
      success: { status: 204, schema: null },
      errors: ['invalidId', 'forbidden', 'userNotTeamMember', 'defaultTeamMustKeepAdmin'],
    },
    createJoinRequest: {
      method: 'POST',
      path: '/v1/teams/{id}/join-requests',
      auth: 'management',
      cost: 'write',
      summary: 'Request to Join Team',
      description:
        'Asks the admins of a team to let the caller join. The team may belong to any organization.',
      params: { id: uuidParam('invalidId', 'The id of the team.') },
      success: { status: 201, schema: schemas.TeamJoinRequest },
      errors: ['invalidId', 'forbidden', 'teamNotFound', 'alreadyTeamMember', 'joinRequestPending'],
    },
  },
);
