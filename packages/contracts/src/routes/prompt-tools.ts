/**
 * What the registry offers beyond the specification: checks of templates and versions, the audit log, documents of a
 * team's prompts, and usage.
 */
import { z } from 'zod';
import { defineRoutes, textParam, uuidParam } from '../route.ts';
import { changeRequestLimits } from '../schemas/change-requests.ts';
import { schemas } from '../schemas.ts';
import { added, judgedQueryText, queryChoice, queryFlag, queryText } from '../values.ts';

const promptId = uuidParam('invalidPromptId', 'The id of the prompt.');
const teamId = uuidParam('invalidId', 'The id of the team.');
const versionRef = textParam('A version number or a tag.');

const days = queryText('How many days back, today included: 1 to 90. Default: 7.');

const auditPage = z.object({
  entries: z.array(schemas.PromptAuditEntry),
  next_cursor: z.string().exactOptional().meta({ description: 'Absent on the last page.' }),
});
const auditQuery = z.object({
  cursor: queryText('The `next_cursor` of the previous page. Default: start with the newest entries.'),
  limit: queryText('The page size, at most 1000. Default: 50.'),
});

const promptDocument = z.object({
  document: z.record(z.string(), z.unknown()).optional().meta({
    description: 'The `document` that an export returned, of kind `px0/prompts/v1` or `px0/prompts/v2`.',
  }),
  yaml: z.string().optional().meta({ description: 'The same document as YAML text.' }),
});

const versionToolRoutes = defineRoutes(
  { tag: 'Prompt Versions', owner: 'prompt-registry' },
  {
    validateTemplate: {
      method: 'POST',
      path: '/v1/templates/validate',
      auth: 'content',
      cost: 'write',
      summary: 'Validate a Template',
      description:
        'Reports whether a template can be saved, which variables it reads, and where it is broken. Saves nothing.',
      body: schemas.CreateVersionRequest,
      numbers: 'exact',
      success: { status: 200, schema: schemas.TemplateValidation },
      errors: [
        'invalidRequestBody',
        'giveEitherTemplateOrMessages',
        'templateRequired',
        'templateTooLarge',
        'tooManyHeavyRenders',
      ],
    },
    checkVersion: {
      method: 'POST',
      path: '/v1/prompts/{id}/versions/{version}/check',
      auth: 'content',
      cost: 'write',
      patience: 'long',
      summary: 'Check a Prompt Version',
      description:
        'Renders every payload of the prompt with this version and with the live version, compares the outputs, judges them by the assertions of the payloads, and the payloads by the input schema.',
      params: { id: promptId, version: versionRef },
      query: z.object({
        base: added(queryText('What to compare with: `live` (the default), a version number or a tag.')),
      }),
      success: { status: 200, schema: z.object({ check: schemas.VersionCheck }) },
      errors: ['invalidPromptId', 'promptNotFound', 'versionNotFound', 'tooManyHeavyRenders'],
    },
    checkTemplate: {
      method: 'POST',
      path: '/v1/prompts/{id}/check',
      auth: 'content',
      cost: 'write',
      patience: 'long',
      summary: 'Check a Template',
      description: 'Does what the check of a version does, for a content that is not saved. Saves nothing.',
      params: { id: promptId },
      body: schemas.CheckTemplateRequest,
      numbers: 'exact',
      success: { status: 200, schema: z.object({ check: schemas.TemplateCheck }) },
      errors: [
        'invalidPromptId',
        'promptNotFound',
        'invalidRequestBody',
        'giveEitherTemplateOrMessages',
        'templateRequired',
        'templateTooLarge',
        'invalidMessages',
        'invalidTemplate',
        'invalidConfig',
        'invalidInputSchema',
        'programTooLarge',
        'versionNotFound',
        'tooManyHeavyRenders',
        'serviceUnavailable',
      ],
    },
  },
);

const promptToolRoutes = defineRoutes(
  { tag: 'Prompts', owner: 'prompt-registry' },
  {
    listPromptAudit: {
      method: 'GET',
      path: '/v1/prompts/{id}/audit',
      auth: 'content',
      cost: 'read',
      summary: 'List Prompt Audit',
      description: 'Returns the audit log of a prompt, its versions, tags and payloads, newest first.',
      params: { id: promptId },
      query: auditQuery,
      success: { status: 200, schema: auditPage },
      errors: ['invalidPromptId', 'promptNotFound', 'invalidLimit', 'invalidCursor'],
    },
    listTeamPromptAudit: {
      method: 'GET',
      path: '/v1/teams/{teamID}/prompts/audit',
      auth: 'content',
      cost: 'read',
      summary: 'List Team Prompt Audit',
      description: 'Returns the audit log of the prompts of a team, newest first.',
      params: { teamID: teamId },
      query: auditQuery,
      success: { status: 200, schema: auditPage },
      errors: ['invalidId', 'forbidden', 'invalidLimit', 'invalidCursor'],
    },
    exportPrompts: {
      method: 'GET',
      path: '/v1/teams/{teamID}/export',
      auth: 'content',
      cost: 'read',
      patience: 'long',
      summary: 'Export Prompts',
      description:
        'Returns all prompts of a team with their versions, tags and payloads as one document, which `importPrompts` accepts. Its kind is `px0/prompts/v1`, or `px0/prompts/v2` if it contains folders, contracts, messages, configurations, input schemas or notes.',
      params: { teamID: teamId },
      query: z.object({
        slugs: queryText('Only these prompts, separated by commas.'),
        format: queryChoice(
          ['json', 'yaml'],
          '`json` (the default), or `yaml` for the document as YAML text in `yaml`.',
          { refusal: 'invalidExportFormat', empty: 'refused', safety: false },
        ),
      }),
      success: { status: 200, schema: schemas.PromptDocumentEnvelope },
      errors: ['invalidId', 'invalidExportFormat', 'forbidden', 'documentTooLarge', 'tooManyHeavyRenders'],
    },
    importPrompts: {
      method: 'POST',
      path: '/v1/teams/{teamID}/import',
      auth: 'content',
      cost: 'write',
      patience: 'long',
      summary: 'Import Prompts',
      description:
        'Updates the prompts of a team to match a document, by slug: creates what is missing, adds a version where the content differs, and sets folders, contracts, tags, payloads and the live version. Removes nothing. Repeating an import changes nothing.',
      params: { teamID: teamId },
      query: z.object({
        dry_run: queryFlag(
          '`true` reports the changes without making them. A value that is not a boolean is refused.',
          {
            refusal: 'invalidDryRun',
            safety: true,
          },
        ),
        allow: added(
          judgedQueryText(
            ['contract_break'],
            '`contract_break` makes versions live even if they refuse what the live ones accept.',
          ),
        ),
        policy: added(
          queryChoice(
            ['request'],
            '`request` opens a change request for each change that needs one, and makes the others. Default: if one change needs one, none is made.',
            { refusal: 'invalidImportPolicy', empty: 'refused', safety: false },
          ),
        ),
      }),
      body: promptDocument.extend({
        title: added(
          z.string().max(changeRequestLimits.title).optional().meta({
            description:
              'Of the change requests that `policy=request` opens; the change stands behind it. Default: the change alone.',
          }),
        ),
        description: added(
          z.string().max(changeRequestLimits.description).optional().meta({
            description: 'Of the change requests that `policy=request` opens, as Markdown. Default: empty.',
          }),
        ),
      }),
      numbers: 'exact',
      success: { status: 200, schema: schemas.ImportResult },
      errors: [
        'invalidId',
        'invalidDryRun',
        'invalidImportPolicy',
        'forbidden',
        'invalidAllow',
        'invalidRequestBody',
        'titleTooLong',
        'descriptionTooLong',
        'invalidDocument',
        'documentConflicts',
        'contractBreak',
        'tooManyVersionsOrTags',
        'protectedTagOnDraft',
        'changeRequestRequired',
        'checksFail',
        'tooManyHeavyRenders',
      ],
    },
    previewImport: {
      method: 'POST',
      path: '/v1/teams/{teamID}/import/preview',
      auth: 'content',
      cost: 'write',
      patience: 'long',
      summary: 'Preview an Import',
      description:
        'Reports what an import of the document would change, how its texts render compared with the live versions, and what would stand in its way. Writes nothing, and needs no right to write.',
      params: { teamID: teamId },
      body: promptDocument,
      numbers: 'exact',
      success: { status: 200, schema: schemas.ImportPreview },
      errors: ['invalidId', 'forbidden', 'invalidRequestBody', 'invalidDocument', 'tooManyHeavyRenders'],
    },
    getPromptUsage: {
      method: 'GET',
      path: '/v1/prompts/{id}/usage',
      auth: 'content',
      cost: 'read',
      summary: 'Get Prompt Usage',
      description:
        'Returns the renders of the prompt, their failures and latencies, by version and hour or day.',
      params: { id: promptId },
      query: z.object({
        from: queryText('The first hour, in RFC 3339. Default: 24 hours ago.', { format: 'date-time' }),
        to: queryText('The end, exclusive, in RFC 3339. Default: now.', { format: 'date-time' }),
        step: queryChoice(
          ['hour', 'day'],
          'The interval of each sum: an `hour` (the default) or a `day` in UTC.',
          {
            refusal: 'invalidStep',
            empty: 'absent',
            safety: false,
          },
        ),
      }),
      success: { status: 200, schema: z.object({ usage: z.array(schemas.PromptUsageHour) }) },
      errors: ['invalidPromptId', 'invalidStep', 'promptNotFound', 'invalidTimeRange'],
    },
    getTeamUsage: {
      method: 'GET',
      path: '/v1/teams/{teamID}/usage',
      auth: 'content',
      cost: 'read',
      summary: 'Get Team Usage',
      description:
        'Returns the renders of a team’s prompts by day, the prompts that are rendered and that fail most, and those that are not rendered. Renders inside applications count where they are reported.',
      params: { teamID: teamId },
      query: z.object({
        days: queryText('How many days (in UTC) to look back, today included: 1 to 90. Default: 30.'),
      }),
      success: { status: 200, schema: z.object({ usage: schemas.TeamUsage }) },
      errors: ['invalidId', 'forbidden', 'invalidTimeRange'],
    },
    getUsageBreakdown: {
      method: 'GET',
      path: '/v1/prompts/{id}/usage/breakdown',
      auth: 'content',
      cost: 'read',
      summary: 'Get Usage Breakdown',
      description:
        'Returns which API keys render the prompt with which versions, and why renders fail: one entry for each key or reason, and version.',
      params: { id: promptId },
      query: z.object({ days }),
      success: { status: 200, schema: z.object({ breakdown: schemas.UsageBreakdown }) },
      errors: ['invalidPromptId', 'promptNotFound', 'invalidTimeRange'],
    },
    listPromptServices: {
      method: 'GET',
      path: '/v1/prompts/{id}/services',
      auth: 'content',
      cost: 'read',
      summary: 'List Prompt Services',
      description:
        'Returns which services render the prompt: one entry for each service, version and source, the latest first.',
      params: { id: promptId },
      query: z.object({
        days,
        version: queryText('Only this version, by number. Default: all, and fallbacks.'),
      }),
      success: { status: 200, schema: z.object({ services: z.array(schemas.PromptService) }) },
      errors: ['invalidPromptId', 'promptNotFound', 'invalidTimeRange'],
    },
    listTeamServices: {
      method: 'GET',
      path: '/v1/teams/{teamID}/services',
      auth: 'content',
      cost: 'read',
      summary: 'List Team Services',
      description: 'Returns which services render the prompts of a team, the latest first.',
      params: { teamID: teamId },
      query: z.object({ days }),
      success: { status: 200, schema: z.object({ services: z.array(schemas.TeamService) }) },
      errors: ['invalidId', 'forbidden', 'invalidTimeRange'],
    },
  },
);

export const promptToolsRoutes = { ...versionToolRoutes, ...promptToolRoutes } as const;
