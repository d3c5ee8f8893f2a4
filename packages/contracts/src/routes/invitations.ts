/** Invitations to teams. Tenancy keeps them and identity mails them; whoever holds the code of one may accept it, once. */
import { z } from 'zod';
import { defineRoutes, uuidParam } from '../route.ts';
import { schemas } from '../schemas.ts';

export const invitationRoutes = defineRoutes(
  { tag: 'User Management', owner: 'tenancy' },
  {
    createInvitation: {
      method: 'POST',
      path: '/v1/teams/{id}/invitations',
      auth: 'management',
      cost: 'write',
      summary: 'Invite to Team',
      description:
        'Invites a person to a team. The response holds the code with which they accept, which no other response contains. A new invitation of the same address to the same team replaces the one before. Invitations expire after seven days.',
      params: { id: uuidParam('invalidId', 'The id of the team.') },
      body: schemas.CreateInvitationRequest,
      success: {
        status: 201,
        schema: z.object({ invitation: schemas.Invitation, code: z.string() }),
      },
      errors: [
        'invalidId',
        'teamNotFound',
        'forbidden',
        'invalidRequestBody',
        'emailRequired',
        'invalidEmailFormat',
        'invalidRole',
        'alreadyTeamMember',
        'tooManyInvitations',
      ],
    },
    listOrgInvitations: {
      method: 'GET',
      path: '/v1/orgs/{orgID}/invitations',
      auth: 'management',
      cost: 'read',
      summary: 'List Invitations',
      description:
        'Returns the invitations of an organization that nobody has accepted yet, newest first: those that the caller may revoke.',
      params: { orgID: uuidParam('invalidId', 'The id of the organization.') },
      success: { status: 200, schema: z.object({ invitations: z.array(schemas.Invitation) }) },
      errors: ['invalidId', 'organizationNotFound', 'forbidden'],
    },
    revokeInvitation: {
      method: 'DELETE',
      path: '/v1/invitations/{id}',
      auth: 'management',
      cost: 'write',
      summary: 'Revoke Invitation',
      description: 'Revokes an invitation: its code is worth nothing any more.',
      params: { id: uuidParam('invalidId', 'The id of the invitation.') },
      success: { status: 204, schema: null },
      errors: ['invalidId', 'invitationNotFound', 'forbidden'],
    },
    acceptInvitation: {
      method: 'POST',
      path: '/v1/invitations/accept',
      auth: 'management',
      cost: 'write',
      summary: 'Accept Invitation',
      description:
        'Makes the caller a member of the team that an invitation is for. The code works once, and only while the person who invited may add members to the team.',
      body: schemas.AcceptInvitationRequest,
      success: { status: 200, schema: z.object({ team: schemas.Team }) },
      errors: ['forbidden', 'invalidRequestBody', 'invitationNotFound'],
    },
  },
);

export const invitationMailRoutes = defineRoutes(
  { tag: 'User Management', owner: 'identity' },
  {
    mailInvitation: {
      method: 'POST',
      path: '/v1/auth/invitation-mails',
      auth: 'session',
      cost: 'auth',
      summary: 'Mail Invitation',
      description:
        'Mails the code of an invitation, and tells whether the mail was sent: px0 may have no mail server, or it may be away. The code is valid all the same. Requires the right to add members to the team.',
      body: schemas.MailInvitationRequest,
      success: { status: 200, schema: z.object({ is_sent: z.boolean() }) },
      errors: [
        'invalidRequestBody',
        'emailRequired',
        'invalidEmailFormat',
        'invalidInvitationCode',
        'teamNotFound',
        'forbidden',
        'tooManyRequests',
      ],
    },
  },
);
