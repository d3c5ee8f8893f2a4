/** Payloads: sample sets of variables that belong to a prompt. */
import { z } from 'zod';
import { defineRoutes, uuidParam } from '../route.ts';
import { schemas } from '../schemas.ts';
import { queryText } from '../values.ts';
import { policyGate } from './policy-gate.ts';

const promptId = uuidParam('invalidPromptId', 'The id of the prompt.');
const payloadId = uuidParam('invalidPayloadId', 'The id of the payload.');
const wrapped = z.object({ payload: schemas.PromptPayload });

export const promptPayloadRoutes = defineRoutes(
  { tag: 'Prompt Payloads', owner: 'prompt-registry' },
  {
    createPromptPayload: {
      method: 'POST',
      path: '/v1/prompts/{id}/payloads',
      auth: 'content',
      cost: 'write',
      summary: 'Create a Prompt Payload',
      description: 'Saves a sample set of variables, and what is expected of the output.',
      params: { id: promptId },
      body: schemas.CreatePromptPayloadRequest,
      numbers: 'exact',
      success: { status: 201, schema: wrapped },
      errors: [
        'invalidPromptId',
        'promptNotFound',
        'forbidden',
        'invalidRequestBody',
        'payloadVariablesRequired',
        'nameTooLong',
        'invalidAssertions',
        'invalidPayloadVariables',
        'tooManyHeavyRenders',
        ...policyGate,
      ],
    },
    listPromptPayloads: {
      method: 'GET',
      path: '/v1/prompts/{id}/payloads',
      auth: 'content',
      cost: 'read',
      summary: 'List Prompt Payloads',
      description: 'Returns the payloads of a prompt, newest first.',
      params: { id: promptId },
      query: z.object({
        limit: queryText('The page size, at most 1000. Default: no limit, the list is complete.'),
        cursor: queryText('The `next_cursor` of the previous page.'),
      }),
      success: {
        status: 200,
        schema: z.object({
          payloads: z.array(schemas.PromptPayload),
          next_cursor: z
            .string()
            .exactOptional()
            .meta({ description: 'Absent on the last page and without `limit`.' }),
        }),
      },
      errors: ['invalidPromptId', 'promptNotFound', 'invalidLimit', 'invalidCursor'],
    },
    getPromptPayload: {
      method: 'GET',
      path: '/v1/prompts/{id}/payloads/{payloadID}',
      auth: 'content',
      cost: 'read',
      summary: 'Get a Prompt Payload',
      description: 'Returns one payload of a prompt.',
      params: { id: promptId, payloadID: payloadId },
      success: { status: 200, schema: wrapped },
      errors: ['invalidPromptId', 'invalidPayloadId', 'promptNotFound', 'payloadNotFound'],
    },
    updatePromptPayload: {
      method: 'PUT',
      path: '/v1/prompts/{id}/payloads/{payloadID}',
      auth: 'content',
      cost: 'write',
      summary: 'Update a Prompt Payload',
      description: 'Replaces the name of a payload, its variables, its assertions, or any of them.',
      params: { id: promptId, payloadID: payloadId },
      body: schemas.UpdatePromptPayloadRequest,
      numbers: 'exact',
      success: { status: 200, schema: wrapped },
      errors: [
        'invalidPromptId',
        'invalidPayloadId',
        'promptNotFound',
        'forbidden',
        'invalidRequestBody',
        'nameTooLong',
        'invalidAssertions',
        'invalidPayloadVariables',
        'payloadNotFound',
        'tooManyHeavyRenders',
        ...policyGate,
      ],
    },
    deletePromptPayload: {
      method: 'DELETE',
      path: '/v1/prompts/{id}/payloads/{payloadID}',
      auth: 'content',
      cost: 'write',
      summary: 'Delete a Prompt Payload',
      description: 'Deletes a payload.',
      params: { id: promptId, payloadID: payloadId },
      success: { status: 204, schema: null },
      errors: [
        'invalidPromptId',
        'invalidPayloadId',
        'promptNotFound',
        'forbidden',
        'payloadNotFound',
        ...policyGate,
      ],
    },
    acceptSnapshot: {
      method: 'POST',
      path: '/v1/prompts/{id}/payloads/{payloadID}/snapshot',
      auth: 'content',
      cost: 'write',
      patience: 'long',
      summary: 'Accept a Snapshot',
      description:
        'Renders a payload with a version and keeps the output as the right one. Assertions of type `snapshot` compare with it.',
      params: { id: promptId, payloadID: payloadId },
      body: schemas.AcceptSnapshotRequest,
      success: { status: 200, schema: wrapped },
      errors: [
        'invalidPromptId',
        'invalidPayloadId',
        'promptNotFound',
        'forbidden',
        'invalidRequestBody',
        'payloadNotFound',
        'versionNotFound',
        'payloadFails',
        'snapshotTooLarge',
        'tooManyHeavyRenders',
        'serviceUnavailable',
        ...policyGate,
      ],
    },
    getSnapshot: {
      method: 'GET',
      path: '/v1/prompts/{id}/payloads/{payloadID}/snapshot',
      auth: 'content',
      cost: 'read',
      patience: 'long',
      summary: 'Get a Snapshot',
      description:
        'Returns the accepted output of a payload, and with `version` what that version makes of the payload and how the two differ.',
      params: { id: promptId, payloadID: payloadId },
      query: z.object({
        version: queryText('A version number or a tag. Default: only the accepted output is returned.'),
      }),
      success: {
        status: 200,
        schema: z.object({
          accepted: z.string().nullable().meta({ description: 'Null if none was accepted.' }),
          actual: z.string().nullable().meta({ description: 'Null without `version`.' }),
          diff: z.string().nullable().meta({
            description:
              'The unified diff from the accepted output to the actual one. Null unless there are both, and for outputs larger than a megabyte.',
          }),
        }),
      },
      errors: [
        'invalidPromptId',
        'invalidPayloadId',
        'promptNotFound',
        'payloadNotFound',
        'versionNotFound',
        'payloadFails',
        'tooManyHeavyRenders',
      ],
    },
  },
);
