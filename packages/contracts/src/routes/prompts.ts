/** Prompts: creation in a team, archiving and restoring, moves between teams. */
import { z } from 'zod';
import { defineRoutes, textParam, uuidParam } from '../route.ts';
import { schemas } from '../schemas.ts';
import { added, judgedQueryText, judgedString, queryText } from '../values.ts';
import { policyGate } from './policy-gate.ts';

/** The teams whose prompts one request lists. */
export const MOST_LISTED_TEAMS = 100;

const promptId = uuidParam('invalidPromptId', 'The id of the prompt.');
const teamId = uuidParam('invalidId', 'The id of the team.');
const wrapped = z.object({ prompt: schemas.Prompt });
const pageOfPrompts = z.object({
  prompts: z.array(schemas.Prompt),
  next_cursor: z
    .string()
    .exactOptional()
    .meta({ description: 'The `cursor` of the next page. Absent on the last page and without `limit`.' }),
});

const summary = judgedQueryText(
  ['summary'],
  '`summary` adds what is live, who changed the prompt last and why, and how often it was rendered.',
);
const statusFilter = queryText('`active` or `archived`; any other value matches nothing.');
const archivedFilter = queryText(
  '`true` returns only archived prompts, `false` only active ones. `status` takes precedence.',
);
const listFilters = {
  status: statusFilter,
  archived: archivedFilter,
  q: queryText(
    'Search words; each must match the start of a word in the name, slug, description or folder. A text without letters or digits matches nothing. A blank text does not filter.',
  ),
  tag: queryText('Only prompts that have this tag on one of their versions.'),
  sort: queryText(
    '`created_at`, `updated_at`, `changed_at` or `name`; a leading `-` sorts in descending order. `updated_at` follows the description and the team; `changed_at` whatever is done to a prompt, its versions, tags and payloads. Default: `-created_at`.',
  ),
  limit: queryText('The page size, at most 1000. Default: no limit, the list is complete.'),
  cursor: queryText('The `next_cursor` of the previous page.'),
  folder: added(
    queryText('Only prompts in this folder; `support/` also those below it, `/` those in no folder.'),
  ),
  in: added(
    judgedQueryText(
      ['content'],
      '`content` searches the words of the live version, or else of the newest one that is not archived.',
    ),
  ),
  include: added(summary),
};
const listErrors = [
  'invalidId',
  'forbidden',
  'invalidIn',
  'invalidListInclude',
  'invalidFolder',
  'invalidSort',
  'invalidLimit',
  'invalidCursor',
] as const;

export const promptRoutes = defineRoutes(
  { tag: 'Prompts', owner: 'prompt-registry' },
  {
    createPrompt: {
      method: 'POST',
      path: '/v1/teams/{teamID}/prompts',
      auth: 'content',
      cost: 'write',
      summary: 'Create a Prompt',
      description: 'Creates a prompt without versions.',
      params: { teamID: teamId },
      body: schemas.CreatePromptRequest,
      success: { status: 201, schema: wrapped },
      errors: [
        'invalidId',
        'forbidden',
        'invalidRequestBody',
        'nameRequired',
        'nameTooLong',
        'descriptionTooLong',
        'slugTooLong',
        'slugEmpty',
        'invalidFolder',
        'invalidContract',
        'serviceUnavailable',
        'promptAlreadyExists',
      ],
    },
    listPrompts: {
      method: 'GET',
      path: '/v1/teams/{teamID}/prompts',
      auth: 'content',
      cost: 'read',
      summary: 'List Prompts',
      description: 'Returns the prompts of a team, newest first.',
      params: { teamID: teamId },
      query: z.object(listFilters),
      success: { status: 200, schema: pageOfPrompts },
      errors: listErrors,
    },
    listAllPrompts: {
      method: 'GET',
      path: '/v1/prompts',
      auth: 'content',
      cost: 'read',
      summary: 'List all prompts with team filter',
      description:
        'Returns the prompts of the given team, or of several teams in one order. Without a team, the list is empty.',
      query: z.object({
        team: queryText('The id of the team. Takes precedence over `team_id`.', { format: 'uuid' }),
        team_id: queryText('The id of the team.', { format: 'uuid' }),
        teams: added(
          queryText(
            `The ids of at most ${MOST_LISTED_TEAMS} teams, separated by commas, if no team is given otherwise.`,
          ),
        ),
        ...listFilters,
      }),
      success: { status: 200, schema: pageOfPrompts },
      errors: listErrors,
    },
    getPrompt: {
      method: 'GET',
      path: '/v1/prompts/{id}',
      auth: 'content',
      cost: 'read',
      summary: 'Get a Prompt',
      description: 'Returns a prompt by id or slug, with one of its versions if `version` or `tag` is given.',
      params: { id: textParam('The id or the slug of the prompt.') },
      query: z.object({
        version: queryText('A version number or a tag. Takes precedence over `tag`.'),
        tag: queryText('A tag; it may consist of digits.'),
        team_id: queryText('Restricts a slug to one team.', { format: 'uuid' }),
        include: added(judgedQueryText(['program', 'schema'], '`program` adds what renders the version.')),
      }),
      success: {
        status: 200,
        schema: z.object({ prompt: schemas.Prompt, version: schemas.PromptVersion.exactOptional() }),
      },
      errors: ['invalidId', 'forbidden', 'promptNotFound', 'invalidInclude', 'versionNotFound'],
    },
    updatePrompt: {
      method: 'PUT',
      path: '/v1/prompts/{id}',
      auth: 'content',
      cost: 'write',
      summary: 'Update a Prompt',
      description: 'Replaces the description. Name and slug never change.',
      params: { id: promptId },
      body: schemas.UpdatePromptRequest,
      success: { status: 200, schema: wrapped },
      errors: ['invalidPromptId', 'promptNotFound', 'invalidRequestBody', 'descriptionTooLong', 'forbidden'],
    },
    patchPrompt: {
      method: 'PATCH',
      path: '/v1/prompts/{id}',
      auth: 'content',
      cost: 'write',
      summary: 'Patch a Prompt',
      description: 'Changes folder, contract and description. What is omitted stays.',
      params: { id: promptId },
      body: schemas.PatchPromptRequest,
      success: { status: 200, schema: wrapped },
      errors: [
        'invalidPromptId',
        'promptNotFound',
        'forbidden',
        'invalidRequestBody',
        'descriptionTooLong',
        'invalidFolder',
        'invalidContract',
        'serviceUnavailable',
        ...policyGate,
      ],
    },
    listFolders: {
      method: 'GET',
      path: '/v1/teams/{teamID}/folders',
      auth: 'content',
      cost: 'read',
      summary: 'List Folders',
      description: 'Returns the folders of a team that hold prompts, by path.',
      params: { teamID: teamId },
      success: {
        status: 200,
        schema: z.object({
          folders: z.array(
            z.object({
              path: z.string(),
              prompts: z.int().meta({ description: 'How many prompts are in it, without those below it.' }),
            }),
          ),
        }),
      },
      errors: ['invalidId', 'forbidden'],
    },
    moveFolder: {
      method: 'POST',
      path: '/v1/teams/{teamID}/folders/move',
      auth: 'content',
      cost: 'write',
      summary: 'Move a Folder',
      description: 'Moves the prompts in a folder and below it to another path. Slugs stay.',
      params: { teamID: teamId },
      body: z.object({ from: z.string().max(255), to: z.string().max(255) }),
      success: { status: 200, schema: z.object({ moved: z.int() }) },
      errors: ['invalidId', 'forbidden', 'invalidRequestBody', 'invalidFolder', 'folderTooLarge'],
    },
    listTeamTags: {
      method: 'GET',
      path: '/v1/teams/{teamID}/tags',
      auth: 'content',
      cost: 'read',
      summary: 'List Team Tags',
      description: 'Returns the tags that versions of the team’s prompts have, by name; at most 1,000.',
      params: { teamID: teamId },
      success: {
        status: 200,
        schema: z.object({
          tags: z.array(
            z.object({
              tag: z.string(),
              prompts: z.int().meta({ description: 'How many prompts have it on one of their versions.' }),
            }),
          ),
        }),
      },
      errors: ['invalidId', 'forbidden'],
    },
    archivePrompt: {
      method: 'POST',
      path: '/v1/prompts/{id}/archive',
      auth: 'content',
      cost: 'write',
      summary: 'Archive a Prompt',
      description: 'Archives a prompt. It still renders.',
      params: { id: promptId },
      success: { status: 200, schema: wrapped },
      errors: ['invalidPromptId', 'promptNotFound', 'forbidden', ...policyGate],
    },
    restorePrompt: {
      method: 'POST',
      path: '/v1/prompts/{id}/restore',
      auth: 'content',
      cost: 'write',
      summary: 'Restore a Prompt',
      description: 'Makes an archived prompt active again.',
      params: { id: promptId },
      success: { status: 200, schema: wrapped },
      errors: ['invalidPromptId', 'promptNotFound', 'forbidden', ...policyGate],
    },
    movePrompt: {
      method: 'POST',
      path: '/v1/prompts/{id}/move',
      auth: 'content',
      cost: 'write',
      summary: 'Move a Prompt',
      description:
        'Moves a prompt with its versions, tags and payloads to another team. Requires admin rights on both teams.',
      params: { id: promptId },
      body: z.object({ team_id: judgedString({ format: 'uuid' }) }),
      success: { status: 200, schema: wrapped },
      errors: [
        'invalidPromptId',
        'invalidRequestBody',
        'invalidTargetTeamId',
        'unauthorized',
        'targetTeamNotFound',
        'promptNotFound',
        'forbidden',
        'promptAlreadyExists',
        ...policyGate,
      ],
    },
  },
);
