/** Rendering, which applications call before each request to a model. */
import { z } from 'zod';
import { defineRoutes, textParam } from '../route.ts';
import { schemas } from '../schemas.ts';
import { queryText } from '../values.ts';

const slug = textParam('The slug of the prompt.');
const query = z.object({ team_id: queryText('Restricts the slug to one team.', { format: 'uuid' }) });

export const promptRenderRoutes = defineRoutes(
  { tag: 'Prompt Renders', owner: 'render' },
  {
    renderLive: {
      method: 'POST',
      path: '/v1/prompts/{slug}/render',
      auth: 'content',
      cost: 'render',
      successHeaders: ['Px0-Prompt-Version', 'Px0-Contract'],
      summary: 'Render Live Prompt Version',
      description: 'Renders the live version of a prompt.',
      params: { slug },
      query,
      body: schemas.RenderRequest,
      success: { status: 200, schema: schemas.RenderResponse },
      errors: [
        'invalidId',
        'forbidden',
        'promptNotFound',
        'noLiveVersion',
        'invalidRequestBody',
        'invalidVariables',
        'templateParseError',
        'templateExecutionFailed',
        'tooManyHeavyRenders',
      ],
    },
    renderVersion: {
      method: 'POST',
      path: '/v1/prompts/{slug}/versions/{version}/render',
      auth: 'content',
      cost: 'render',
      successHeaders: ['Px0-Prompt-Version', 'Px0-Contract'],
      summary: 'Render Specific Prompt Version',
      description: 'Renders a version in any state, selected by number or tag.',
      params: { slug, version: textParam('A version number or a tag.') },
      query,
      body: schemas.RenderRequest,
      success: { status: 200, schema: schemas.RenderResponse },
      errors: [
        'invalidId',
        'forbidden',
        'promptNotFound',
        'versionNotFound',
        'invalidRequestBody',
        'invalidVariables',
        'templateParseError',
        'templateExecutionFailed',
        'tooManyHeavyRenders',
        'templateNotYetAvailable',
      ],
    },
    renderBatch: {
      method: 'POST',
      path: '/v1/render/batch',
      auth: 'content',
      cost: 'render',
      patience: 'long',
      summary: 'Render a Batch',
      description:
        'Performs up to 100 renders in one request. The results have the order of the requests; each has its own status, and an error if it failed.',
      body: schemas.RenderBatchRequest,
      success: { status: 200, schema: schemas.RenderBatchResponse },
      errors: ['invalidRequestBody', 'rendersRequired', 'tooManyRenders', 'tooManyHeavyRenders'],
    },
  },
);
