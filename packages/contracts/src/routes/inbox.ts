/** Join requests that await the caller's decision. */
import { z } from 'zod';
import { defineRoutes, uuidParam } from '../route.ts';
import { schemas } from '../schemas.ts';
import { judgedString } from '../values.ts';

export const inboxRoutes = defineRoutes(
  { tag: 'Inbox', owner: 'tenancy' },
  {
    getAdminInbox: {
      method: 'GET',
      path: '/v1/me/inbox',
      auth: 'management',
      cost: 'read',
      summary: 'Get Admin Inbox',
      description: 'Returns the pending join requests that the caller may resolve, newest first.',
      success: { status: 200, schema: z.object({ inbox: z.array(schemas.InboxItem) }) },
      errors: [],
    },
    resolveJoinRequest: {
      method: 'PUT',
      path: '/v1/join-requests/{id}',
      auth: 'management',
      cost: 'write',
      summary: 'Resolve Join Request',
      description: 'Approves or rejects a join request. `status` is case-insensitive.',
      params: { id: uuidParam('invalidId', 'The id of the join request.') },
      body: z.object({
        status: judgedString({
          pattern: '^([aA][pP][pP][rR][oO][vV][eE][dD]|[rR][eE][jJ][eE][cC][tT][eE][dD])$',
        }),
      }),
      success: { status: 200, schema: schemas.TeamJoinRequest },
      errors: [
        'invalidId',
        'invalidRequestBody',
        'invalidJoinRequestStatus',
        'joinRequestNotFound',
        'joinRequestAlreadyResolved',
        'forbidden',
      ],
    },
  },
);
