/** API keys, which applications call px0 with. Only admins of the organization manage them, with a session. */
import { z } from 'zod';
import { defineRoutes, uuidParam } from '../route.ts';
import { schemas } from '../schemas.ts';
import { queryText } from '../values.ts';

export const apiKeyRoutes = defineRoutes(
  { tag: 'API Keys', owner: 'identity' },
  {
    listAPIKeys: {
      method: 'GET',
      path: '/v1/api-keys',
      auth: 'session',
      cost: 'read',
      summary: 'List API Keys',
      description: 'Returns the API keys of an organization, newest first.',
      query: z.object({ org_id: queryText('The organization; required.', { format: 'uuid' }) }),
      success: { status: 200, schema: z.object({ api_keys: z.array(schemas.APIKey) }) },
      errors: ['orgIdRequired', 'invalidId', 'organizationNotFound', 'forbidden'],
    },
    createAPIKey: {
      method: 'POST',
      path: '/v1/api-keys',
      auth: 'session',
      cost: 'write',
      summary: 'Create an API Key',
      description: 'Creates a key. Only this response contains its secret.',
      body: schemas.CreateAPIKeyRequest,
      success: { status: 201, schema: schemas.APIKeyCreatedResponse },
      errors: [
        'invalidRequestBody',
        'nameRequired',
        'nameTooLong',
        'orgIdRequired',
        'invalidOperation',
        'organizationNotFound',
        'forbidden',
        'teamNotFound',
        'teamNotInOrganization',
        'invalidExpiry',
        'invalidLimits',
        'serviceUnavailable',
      ],
    },
    rotateAPIKey: {
      method: 'POST',
      path: '/v1/api-keys/{id}/rotate',
      auth: 'session',
      cost: 'write',
      summary: 'Rotate an API Key',
      description:
        'Creates a replacement with the same name, scope, operation, limits and lifetime. The old key keeps working during the overlap.',
      params: { id: uuidParam('invalidId', 'The id of the key.') },
      body: z.object({
        overlap_seconds: z.int().optional().meta({
          description: 'How long the old key keeps working, in seconds, 0 to 2592000. Default: one day.',
        }),
      }),
      success: { status: 201, schema: schemas.APIKeyCreatedResponse },
      errors: ['invalidId', 'invalidRequestBody', 'apiKeyNotFound', 'forbidden', 'invalidOverlap'],
    },
    deleteAPIKey: {
      method: 'DELETE',
      path: '/v1/api-keys/{id}',
      auth: 'session',
      cost: 'write',
      summary: 'Delete an API Key',
      description: 'Revokes a key immediately.',
      params: { id: uuidParam('invalidId', 'The id of the key.') },
      success: { status: 204, schema: null },
      errors: ['invalidId', 'apiKeyNotFound', 'forbidden'],
    },
    revokeAPIKey: {
      method: 'POST',
      path: '/v1/api-keys/revoke',
      auth: 'none',
      cost: 'auth',
      summary: 'Revoke a Leaked API Key',
      description:
        'Revokes the key that is sent, immediately: whoever finds a key may end it. The response is the same for a text that is no key.',
      body: schemas.RevokeAPIKeyRequest,
      success: { status: 204, schema: null },
      errors: ['invalidRequestBody'],
    },
  },
);
