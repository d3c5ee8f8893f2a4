/** What CI says of versions: checks that are made outside px0. */
import { z } from 'zod';
import { defineRoutes, textParam, uuidParam } from '../route.ts';
import { schemas } from '../schemas.ts';

const promptId = uuidParam('invalidPromptId', 'The id of the prompt.');
const versionRef = textParam('A version number or a tag.');

export const versionCheckRoutes = defineRoutes(
  { tag: 'Prompt Versions', owner: 'prompt-registry' },
  {
    postCheck: {
      method: 'POST',
      path: '/v1/prompts/{id}/versions/{version}/checks',
      auth: 'content',
      cost: 'write',
      summary: 'Post Version Check',
      description:
        'Says what a check outside px0 found about the content of a version. Takes the place of what the same key said under the same name. Only for API keys with operation `all`: nobody attests their own change by hand.',
      params: { id: promptId, version: versionRef },
      body: schemas.PostCheckRequest,
      success: { status: 201, schema: z.object({ check: schemas.ExternalCheck }) },
      errors: [
        'invalidPromptId',
        'promptNotFound',
        'forbidden',
        'invalidRequestBody',
        'invalidCheck',
        'versionNotFound',
        'contentChanged',
        'tooManyChecks',
      ],
    },
    listChecks: {
      method: 'GET',
      path: '/v1/prompts/{id}/versions/{version}/checks',
      auth: 'content',
      cost: 'read',
      summary: 'List Version Checks',
      description: 'Returns the newest check of each name, by name.',
      params: { id: promptId, version: versionRef },
      success: { status: 200, schema: z.object({ checks: z.array(schemas.ExternalCheck) }) },
      errors: ['invalidPromptId', 'promptNotFound', 'versionNotFound'],
    },
  },
);
