/** The caller's own account, organizations and teams. identity owns the account, tenancy the memberships. */
import { z } from 'zod';
import { defineRoutes } from '../route.ts';
import { schemas } from '../schemas.ts';

export const profileRoutes = defineRoutes(
  { tag: 'Profile', owner: 'identity' },
  {
    me: {
      method: 'GET',
      path: '/v1/auth/me',
      auth: 'management',
      cost: 'read',
      summary: 'Me',
      description: "Returns the caller's account.",
      success: { status: 200, schema: z.object({ user: schemas.User }) },
      errors: ['accessTokenRequired'],
    },
    updateMe: {
      method: 'PUT',
      path: '/v1/auth/me',
      auth: 'management',
      cost: 'write',
      summary: 'Update Me',
      description: "Changes the e-mail address of the caller's account.",
      body: schemas.UpdateMeRequest,
      success: { status: 200, schema: z.object({ user: schemas.User }) },
      errors: ['forbidden', 'invalidRequestBody', 'emailRequired', 'invalidEmailFormat', 'emailAlreadyTaken'],
    },
    deleteMe: {
      method: 'DELETE',
      path: '/v1/auth/me',
      auth: 'management',
      cost: 'write',
      summary: 'Delete Me',
      description: "Deletes the caller's account, its sessions and its memberships.",
      success: { status: 204, schema: null },
      errors: ['forbidden', 'defaultTeamMustKeepAdmin'],
    },
    changePassword: {
      method: 'POST',
      path: '/v1/auth/me/change-password',
      auth: 'management',
      cost: 'auth',
      summary: 'Change Password',
      description: "Changes the caller's password and ends all other sessions of the account.",
      body: schemas.ChangePasswordRequest,
      success: { status: 200, schema: z.object({ message: z.string() }) },
      errors: [
        'forbidden',
        'invalidRequestBody',
        'currentAndNewPasswordRequired',
        'passwordTooShort',
        'passwordTooWeak',
        'invalidCurrentPassword',
      ],
    },
  },
);

export const belongingRoutes = defineRoutes(
  { tag: 'Profile', owner: 'tenancy' },
  {
    listUserOrgs: {
      method: 'GET',
      path: '/v1/me/orgs',
      auth: 'management',
      cost: 'read',
      summary: 'List User Organizations',
      description: 'Returns the organizations in which the caller belongs to a team, oldest first.',
      success: { status: 200, schema: z.object({ organizations: z.array(schemas.OrganizationWithRole) }) },
      errors: [],
    },
    listUserTeams: {
      method: 'GET',
      path: '/v1/me/teams',
      auth: 'management',
      cost: 'read',
      summary: 'List User Teams',
      description: "Returns the caller's teams.",
      success: { status: 200, schema: z.object({ teams: z.array(schemas.Team) }) },
      errors: [],
    },
  },
);
