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
      description: 'Creates a team; the caller becomes its first member and its admin.',
      params: { orgID: uuidParam('invalidId', 'The id of the organization.') },
      body: z.object({
        name: z.string().min(1).max(255),
        // Ignored, but a wrong type is still an invalid body: the contract says so.
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
      description: 'All teams of the organization, by name.',
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
        'Renames a team, and moves it with its members and prompts when `org_id` names another organization.',
      params: { id: uuidParam('invalidId', 'The id of the team.') },
      body: z.object({
        name: z.string().min(1).max(255),
        org_id: uuid().optional().meta({ description: 'The organization to move to; omitted: it stays.' }),
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
      description: 'Deletes a team with its prompts; API keys lose it from their scope.',
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
      description: "Ends the caller's membership.",
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
      description: 'Asks the admins of a team, of any organization, to be let in.',
      params: { id: uuidParam('invalidId', 'The id of the team.') },
      success: { status: 201, schema: schemas.TeamJoinRequest },
      errors: ['invalidId', 'forbidden', 'teamNotFound', 'alreadyTeamMember', 'joinRequestPending'],
    },
  },
);
