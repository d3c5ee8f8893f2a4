/** Change requests: proposed changes of prompts, their reviews and comments, and how they are applied. */
import { z } from 'zod';
import { defineRoutes, uuidParam } from '../route.ts';
import { changeRequestLimits, changeRequestStates } from '../schemas/change-requests.ts';
import { schemas } from '../schemas.ts';
import { queryChoice, queryText } from '../values.ts';

const requestId = uuidParam('invalidId', 'The id of the change request.');
const wrapped = z.object({ change_request: schemas.ChangeRequest });
const nextCursor = z.string().exactOptional().meta({ description: 'Absent on the last page.' });
const cursor = queryText('The `next_cursor` of the previous page.');

/** The caller cannot see the request. */
const requestGate = ['invalidId', 'changeRequestNotFound'] as const;

/** What the changes themselves refuse, that a request can be about. */
const refusalsOfChanges = [
  'versionNotFound',
  'tagNotFound',
  'payloadNotFound',
  'targetTeamNotFound',
  'cannotPromoteLive',
  'cannotPromoteArchived',
  'onlyLiveCanBeDemoted',
  'versionAlreadyArchived',
  'payloadVariablesRequired',
  'nameTooLong',
  'invalidAssertions',
] as const;

export const changeRequestRoutes = defineRoutes(
  { tag: 'Change Requests', owner: 'prompt-registry' },
  {
    createChangeRequest: {
      method: 'POST',
      path: '/v1/prompts/{id}/change-requests',
      auth: 'content',
      cost: 'write',
      summary: 'Create a Change Request',
      description:
        'Proposes a change of a prompt. The number of a request counts within its team. Only one request for the same change can be open.',
      params: { id: uuidParam('invalidPromptId', 'The id of the prompt.') },
      body: schemas.CreateChangeRequestRequest,
      numbers: 'exact',
      success: { status: 201, schema: wrapped },
      errors: [
        'invalidPromptId',
        'promptNotFound',
        'forbidden',
        'invalidRequestBody',
        'titleRequired',
        'titleTooLong',
        'descriptionTooLong',
        'invalidApply',
        'invalidChange',
        ...refusalsOfChanges,
        'changeRequestOpen',
        'tooManyOpenChangeRequests',
        'serviceUnavailable',
      ],
    },
    listChangeRequests: {
      method: 'GET',
      path: '/v1/teams/{teamID}/change-requests',
      auth: 'content',
      cost: 'read',
      summary: 'List Change Requests',
      description: 'Returns the change requests of a team, newest first.',
      params: { teamID: uuidParam('invalidId', 'The id of the team.') },
      query: z.object({
        state: queryChoice(changeRequestStates, 'Only requests in this state. Default: all.', {
          refusal: 'invalidState',
          empty: 'absent',
          safety: false,
        }),
        prompt_id: queryText('Only requests about this prompt.', { format: 'uuid' }),
        limit: queryText('The page size, at most 100. Default: 50.'),
        cursor,
      }),
      success: {
        status: 200,
        schema: z.object({ change_requests: z.array(schemas.ChangeRequest), next_cursor: nextCursor }),
      },
      errors: ['invalidId', 'invalidState', 'forbidden', 'invalidPromptId', 'invalidLimit', 'invalidCursor'],
    },
    listMyChangeRequests: {
      method: 'GET',
      path: '/v1/me/change-requests',
      auth: 'session',
      cost: 'read',
      summary: 'List My Change Requests',
      description: `Returns the change requests that wait for the caller, or those that the caller made, newest first; at most ${changeRequestLimits.mine}.`,
      query: z.object({
        as: queryChoice(
          ['reviewer', 'author'],
          '`reviewer` (the default): open ones whose missing approvals the caller could give, after those that went against a policy and wait for an administrator such as the caller. `author`: the caller’s own.',
          { refusal: 'invalidAs', empty: 'absent', safety: false },
        ),
      }),
      success: { status: 200, schema: z.object({ change_requests: z.array(schemas.ChangeRequest) }) },
      errors: ['invalidAs'],
    },
    getChangeRequest: {
      method: 'GET',
      path: '/v1/change-requests/{id}',
      auth: 'content',
      cost: 'read',
      patience: 'long',
      summary: 'Get a Change Request',
      description:
        'Returns a change request with what it is about: the version that callers get now, the version that they would get, and how the payloads of the prompt render with it.',
      params: { id: requestId },
      success: {
        status: 200,
        schema: wrapped.extend({
          before: schemas.PromptVersion.nullable().meta({
            description: 'The live version; of a tag, the version that has it. Null if there is none.',
          }),
          after: schemas.PromptVersion.nullable().meta({
            description: 'The version that the change is about. Null if it is about none.',
          }),
          check: schemas.VersionCheck.nullable().meta({
            description: 'Of an open request about a version: how the payloads render with it.',
          }),
          payload: schemas.PromptPayload.exactOptional().meta({
            description: 'Of a change of a payload: the payload as it is.',
          }),
        }),
      },
      errors: [...requestGate, 'tooManyHeavyRenders'],
    },
    reviewChangeRequest: {
      method: 'POST',
      path: '/v1/change-requests/{id}/reviews',
      auth: 'session',
      cost: 'write',
      patience: 'long',
      summary: 'Review a Change Request',
      description:
        'Approves a change request, or asks for changes. A review is about exactly one content in place of exactly one other; it counts no longer when either changes. With `apply: "when_ready"`, the review that completes what policies ask applies the change.',
      params: { id: requestId },
      body: schemas.ReviewChangeRequestRequest,
      success: { status: 201, schema: wrapped },
      errors: [
        ...requestGate,
        'invalidRequestBody',
        'invalidVerdict',
        'commentTooLong',
        'contentHashRequired',
        'changeRequestClosed',
        'contentChanged',
        'tooManyReviews',
      ],
    },
    dismissReview: {
      method: 'DELETE',
      path: '/v1/change-requests/{id}/reviews/{reviewID}',
      auth: 'session',
      cost: 'write',
      summary: 'Dismiss a Review',
      description:
        'Makes a review count no longer. Needs an administrator of the team who did not make the request.',
      params: { id: requestId, reviewID: uuidParam('invalidId', 'The id of the review.') },
      success: { status: 204, schema: null },
      errors: [...requestGate, 'forbidden', 'reviewNotFound', 'changeRequestClosed'],
    },
    commentChangeRequest: {
      method: 'POST',
      path: '/v1/change-requests/{id}/comments',
      auth: 'content',
      cost: 'write',
      summary: 'Comment on a Change Request',
      description: `Adds a comment. A change request has at most ${changeRequestLimits.comments} of them.`,
      params: { id: requestId },
      body: z.object({ text: z.string().min(1).max(changeRequestLimits.comment) }),
      success: { status: 201, schema: z.object({ comment: schemas.Comment }) },
      errors: [...requestGate, 'invalidRequestBody', 'textRequired', 'textTooLong', 'tooManyComments'],
    },
    listComments: {
      method: 'GET',
      path: '/v1/change-requests/{id}/comments',
      auth: 'content',
      cost: 'read',
      summary: 'List Comments of a Change Request',
      description: 'Returns the comments on a change request, oldest first.',
      params: { id: requestId },
      query: z.object({ limit: queryText('The page size, at most 100. Default: 100.'), cursor }),
      success: {
        status: 200,
        schema: z.object({ comments: z.array(schemas.Comment), next_cursor: nextCursor }),
      },
      errors: [...requestGate, 'invalidLimit', 'invalidCursor'],
    },
    applyChangeRequest: {
      method: 'POST',
      path: '/v1/change-requests/{id}/apply',
      auth: 'content',
      cost: 'write',
      patience: 'long',
      summary: 'Apply a Change Request',
      description:
        'Makes the change, if the caller could make it were there no policies, and if every policy is satisfied.',
      params: { id: requestId },
      success: { status: 200, schema: wrapped.extend({ version: schemas.PromptVersion.exactOptional() }) },
      errors: [
        ...requestGate,
        'forbidden',
        'changeRequestClosed',
        ...refusalsOfChanges,
        'promptAlreadyExists',
        'contractBreak',
        'tooManyVersionsOrTags',
        'changeRequestNotReady',
        'tooManyHeavyRenders',
        'serviceUnavailable',
      ],
    },
    closeChangeRequest: {
      method: 'POST',
      path: '/v1/change-requests/{id}/close',
      auth: 'content',
      cost: 'write',
      summary: 'Close a Change Request',
      description: 'Ends a change request without making the change.',
      params: { id: requestId },
      body: z
        .object({ reason: z.string().max(changeRequestLimits.reason).optional() })
        .meta({ description: 'May be omitted.' }),
      bodyPresence: 'optional',
      success: { status: 200, schema: wrapped },
      errors: [...requestGate, 'forbidden', 'invalidRequestBody', 'reasonTooLong', 'changeRequestClosed'],
    },
    acknowledgeBreakGlass: {
      method: 'POST',
      path: '/v1/change-requests/{id}/acknowledge',
      auth: 'session',
      cost: 'write',
      summary: 'Acknowledge a Break-Glass Change',
      description:
        'Says that an administrator has seen a change that was made against a policy. Needs another administrator than the one who made it.',
      params: { id: requestId },
      success: { status: 200, schema: wrapped },
      errors: [...requestGate, 'forbidden', 'nothingToAcknowledge'],
    },
  },
);
