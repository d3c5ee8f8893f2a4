/**
 * The objects of the wire by the names that generated clients use. A name here is a type name in every SDK, so the
 * table is part of the contract.
 */
import { z } from 'zod';
import { anyJson, judgedString, timestamp, uuid } from './values.ts';

const APIError = z
  .object({
    error: z
      .string()
      .meta({ description: 'What went wrong. The strings are literal; clients match on them.' }),
  })
  .meta({ description: 'The body of every error: one key, `error`.' });

const User = z
  .object({
    id: uuid(),
    email: z.string(),
    is_admin: z.boolean(),
    is_verified: z.boolean(),
    created_at: timestamp(),
  })
  .meta({ description: 'An account.' });

const Organization = z
  .object({ id: uuid(), name: z.string(), created_at: timestamp() })
  .meta({ description: 'An organization.' });

const OrganizationWithRole = Organization.extend({ role: z.enum(['ADMIN', 'MEMBER']) }).meta({
  description: 'An organization with the role that the caller has in it.',
});

const teamRoles = ['admin', 'editor', 'viewer'] as const;

const Team = z
  .object({
    id: uuid(),
    org_id: uuid().exactOptional().meta({ description: 'Absent when the team has no organization.' }),
    name: z.string(),
    created_at: timestamp(),
    is_default: z.boolean().exactOptional().meta({
      description: 'Whether it is the default team, whose admins administer the organization.',
    }),
    role: z.enum(teamRoles).exactOptional().meta({
      description: 'The role that the caller has in it; only in the list of their own teams.',
    }),
  })
  .meta({ description: 'A team of an organization. Prompts belong to teams.' });

const TeamMemberResponse = z
  .object({
    user_id: uuid(),
    email: z.string(),
    role: z.enum(teamRoles),
    created_at: timestamp().meta({ description: 'When the membership began.' }),
  })
  .meta({ description: 'A member of a team.' });

const TeamJoinRequest = z
  .object({
    id: uuid(),
    team_id: uuid(),
    user_id: uuid(),
    status: z.enum(['pending', 'approved', 'rejected']),
    created_at: timestamp(),
    updated_at: timestamp(),
  })
  .meta({ description: "Somebody's request to join a team." });

const JoinRequestPayload = z
  .object({ user_id: uuid(), user_email: z.string(), team_id: uuid(), team: Team })
  .meta({ description: 'Who wants to join which team.' });

const InboxItem = z
  .object({
    id: uuid().meta({ description: 'The id of the join request.' }),
    type: z.literal('join_request'),
    status: z.string(),
    created_at: timestamp(),
    updated_at: timestamp(),
    payload: JoinRequestPayload,
  })
  .meta({ description: 'Something that waits for a decision of the caller.' });

const keyOperations = ['read_render', 'all', 'admin'] as const;

const APIKey = z
  .object({
    id: uuid(),
    name: z.string(),
    org_id: uuid(),
    team_id: uuid().exactOptional().meta({
      description: 'The first team given at creation; absent when the key reads the whole organization.',
    }),
    operation: z.enum(keyOperations),
    created_at: timestamp(),
    expires_at: timestamp().nullable().exactOptional().meta({
      description: 'From when on the key is refused; null when it does not expire.',
    }),
    last_used_at: timestamp().nullable(),
  })
  .meta({ description: 'An API key as it is listed; the secret is shown only when it is created.' });

const APIKeyCreatedResponse = z
  .object({
    id: uuid(),
    name: z.string(),
    key: z
      .string()
      .meta({ description: 'The secret, `ak_` and 64 hexadecimal digits. It is shown only here.' }),
    operation: z.enum(keyOperations),
    created_at: timestamp(),
    expires_at: timestamp()
      .exactOptional()
      .meta({ description: 'From when on the key is refused; absent when it does not expire.' }),
  })
  .meta({ description: 'A new API key with its secret.' });

const CreateAPIKeyRequest = z
  .object({
    name: z.string().min(1).max(255),
    org_id: uuid(),
    team_ids: z.array(uuid()).optional().meta({
      description: 'The teams that the key may read; omitted or empty: every team of the organization.',
    }),
    operation: judgedString({ enum: ['', ...keyOperations] }).optional(),
    expires_at: judgedString({ format: 'date-time' })
      .optional()
      .meta({ description: 'From when on the key is refused; omitted: never.' }),
  })
  .meta({ description: 'A new API key.' });

const RegisterRequest = z
  .object({
    email: z.string().min(1).max(255),
    password: z.string().min(8),
    team_id: uuid().optional().meta({ description: 'Only with the session of an admin account.' }),
  })
  .meta({ description: 'A new account.' });

const LoginRequest = z
  .object({ email: z.string(), password: z.string() })
  .meta({ description: 'The credentials of an account.' });

const VerifyRequest = z
  .object({ email: z.string().min(1), code: z.string().min(1) })
  .meta({ description: 'The code that was mailed.' });

const TriggerPasswordResetRequest = z
  .object({ email: z.string().min(1) })
  .meta({ description: 'Whose password is to be reset.' });

const ResetPasswordRequest = z
  .object({ code: z.string().min(1), new_password: z.string().min(8) })
  .meta({ description: 'The code that was mailed, and the new password.' });

const UpdateMeRequest = z
  .object({ email: z.string().min(1).max(255) })
  .meta({ description: 'The new e-mail address.' });

const ChangePasswordRequest = z
  .object({ current_password: z.string().min(1), new_password: z.string().min(8) })
  .meta({ description: 'The present and the new password.' });

const Prompt = z
  .object({
    id: uuid(),
    team_id: uuid(),
    slug: z.string(),
    name: z.string(),
    description: z.string(),
    status: z.enum(['active', 'archived']),
    created_at: timestamp(),
    updated_at: timestamp(),
  })
  .meta({ description: 'A prompt: a named series of template versions.' });

const TemplateVariable = z
  .object({
    path: z
      .string()
      .meta({ description: 'Where it is looked up below `variables`.', examples: ['user.name'] }),
    required: z.boolean().meta({ description: 'Whether a render may fail for want of it.' }),
    shape: z.enum(['scalar', 'list', 'map']).meta({ description: 'How the template uses it.' }),
  })
  .meta({ description: 'What a template reads from its variables, inferred from its text.' });

const PromptVersion = z
  .object({
    id: uuid(),
    prompt_id: uuid(),
    version: z.int().meta({ description: '1, 2, 3 and so on; never reused.' }),
    template: z.string(),
    status: z.enum(['draft', 'stable', 'live', 'archived']),
    created_at: timestamp(),
    published_at: timestamp().nullable(),
    tags: z.array(z.string()),
    variables: z.array(TemplateVariable).meta({ description: 'What the template reads.' }),
  })
  .meta({ description: 'A version of a prompt.' });

const DiffHunk = z
  .object({
    from_start: z.int(),
    from_lines: z.int(),
    to_start: z.int(),
    to_lines: z.int(),
    lines: z.array(
      z.object({
        kind: z.enum(['context', 'removed', 'added']),
        from_line: z.int().nullable(),
        to_line: z.int().nullable(),
        text: z.string(),
      }),
    ),
  })
  .meta({
    description: 'A hunk of a diff. Lines are counted from 1; null on the side that does not have the line.',
  });

const TemplateValidation = z
  .object({
    valid: z.boolean(),
    variables: z
      .array(TemplateVariable)
      .meta({ description: 'What the template reads; empty when it is broken.' }),
    error: z
      .object({
        message: z.string(),
        line: z.int().meta({ description: 'From 1.' }),
        column: z.int().meta({ description: 'In bytes of UTF-8, from 0.' }),
      })
      .nullable(),
  })
  .meta({ description: 'The judgement on a template.' });

const rendition = z.object({
  outcome: z.enum(['rendered', 'failed']),
  rendered: z.string().nullable(),
  error: z.string().nullable().meta({ description: 'Why it failed, as a render would say it.' }),
});

const VersionCheck = z
  .object({
    version: z.int(),
    live_version: z.int().nullable(),
    passed: z.boolean().meta({ description: 'Whether every payload renders with the version.' }),
    new_variables: z.array(z.string()).meta({
      description: 'Variables that the version requires and the live one does not.',
    }),
    payloads: z.array(
      z.object({
        payload_id: uuid(),
        name: z.string().nullable(),
        version: rendition,
        live: rendition.nullable().meta({ description: 'Null without a live version.' }),
        diff: z.string().nullable().meta({
          description:
            'Unified diff from the live output to this one; null unless both rendered, and for outputs above a megabyte.',
        }),
      }),
    ),
  })
  .meta({ description: 'How a version fares with the payloads of its prompt.' });

const PromptAuditEntry = z
  .object({
    id: z.string().meta({ description: 'Rises with time.' }),
    action: z.string().meta({ description: 'What was done.', examples: ['version.promoted'] }),
    actor: z
      .object({
        kind: z.enum(['user', 'api-key']),
        user_id: uuid().nullable(),
        api_key_id: uuid().nullable(),
      })
      .meta({ description: 'Who did it.' }),
    prompt_id: uuid(),
    team_id: uuid(),
    version: z.int().nullable().meta({ description: 'The version concerned.' }),
    details: z
      .record(z.string(), z.union([z.string(), z.number(), z.null()]))
      .meta({ description: 'For example the state before and after.' }),
    created_at: timestamp(),
  })
  .meta({ description: 'Something that was done to a prompt or what belongs to it.' });

const PromptDocumentEnvelope = z
  .object({
    document: z.record(z.string(), z.unknown()).exactOptional(),
    yaml: z
      .string()
      .exactOptional()
      .meta({ description: 'The document as a YAML text, with `format=yaml`.' }),
  })
  .meta({ description: 'A team’s prompts as one document.' });

const ImportResult = z
  .object({
    dry_run: z.boolean(),
    changes: z.array(
      z.object({
        action: z.enum([
          'create_prompt',
          'update_description',
          'archive_prompt',
          'restore_prompt',
          'create_version',
          'promote_version',
          'archive_version',
          'set_tag',
          'create_payload',
          'update_payload',
        ]),
        slug: z.string(),
        subject: z.string().nullable().meta({ description: 'The version, tag or payload concerned.' }),
      }),
    ),
  })
  .meta({ description: 'What an import did, or with `dry_run` would do. Empty: all was in line.' });

const latency = (which: string) =>
  z
    .number()
    .nullable()
    .meta({
      description: `${which} at most so many milliseconds: an estimate from a histogram whose last bound is 128. Null when not known.`,
    });

const PromptUsageHour = z
  .object({
    hour: timestamp().meta({ description: 'The beginning of the hour, or of the day.' }),
    version: z.int(),
    renders: z.int(),
    failures: z.int(),
    p50_ms: latency('Half of the renders took'),
    p95_ms: latency('Of 100 renders, 95 took'),
    p99_ms: latency('Of 100 renders, 99 took'),
  })
  .meta({ description: 'Renders of one version in one hour or day.' });

const PromptPayload = z
  .object({
    id: uuid(),
    prompt_id: uuid(),
    name: z.string().nullable(),
    variables: anyJson().meta({ description: 'Any JSON value, as it was saved.' }),
    created_at: timestamp(),
    updated_at: timestamp(),
  })
  .meta({ description: 'A sample set of variables for a prompt.' });

const CreatePromptRequest = z
  .object({
    name: z.string().min(1).max(255),
    description: z.string().max(16_384).optional(),
    slug: z
      .string()
      .optional()
      .meta({ description: 'Derived from the name when omitted; always normalised.' }),
  })
  .meta({ description: 'A new prompt.' });

const UpdatePromptRequest = z
  .object({ description: z.string().max(16_384).optional() })
  .meta({ description: 'The new description; when omitted the description becomes empty.' });

const CreateVersionRequest = z
  .object({ template: z.string().min(1) })
  .meta({ description: 'The template of the new draft, at most 524288 bytes of UTF-8.' });

const UpdateVersionRequest = z
  .object({ template: z.string().min(1) })
  .meta({ description: 'The new template of the draft, at most 524288 bytes of UTF-8.' });

const CreatePromptPayloadRequest = z
  .object({
    variables: anyJson().meta({ description: 'Any JSON value; usually an object of variables.' }),
    name: z.string().max(255).optional(),
  })
  .meta({ description: 'A new sample set of variables.' });

const UpdatePromptPayloadRequest = z
  .object({
    variables: anyJson().optional().meta({ description: 'Replaces all variables; omitted: unchanged.' }),
    name: z.string().max(255).optional().meta({ description: 'Omitted or null: unchanged.' }),
  })
  .meta({ description: 'What is to change in a payload.' });

const RenderRequest = z
  .object({
    variables: z
      .record(z.string(), anyJson())
      .meta({ allowsNul: true })
      .optional()
      .meta({ description: 'Omitted: no variables.' }),
    options: z
      .object({
        missing_key: z.enum(['error', 'default', 'zero']).optional().meta({
          description:
            'What an absent key does: fails the render (the default), or counts as a missing value.',
        }),
      })
      .optional(),
  })
  .meta({ description: 'The variables to render with.' });

const RenderBatchRequest = z
  .object({
    renders: z.array(
      RenderRequest.extend({
        slug: z.string().meta({ description: 'The slug of the prompt.' }),
        version: z
          .string()
          .optional()
          .meta({ description: 'A version number or a tag, as text. Omitted: the live version.' }),
        team_id: uuid().optional().meta({ description: 'Restricts the slug to one team.' }),
      }),
    ),
  })
  .meta({ description: 'Renders to make, at most 100.' });

const RenderResponse = z
  .object({
    rendered: z.string(),
    version: z.int(),
    slug: z.string(),
    tags: z.array(z.string()),
  })
  .meta({ description: 'The rendered text and the version that it was rendered from.' });

const RenderBatchResponse = z
  .object({
    results: z.array(
      RenderResponse.partial().extend({
        status: z
          .int()
          .meta({ description: 'The status that this render alone would have been answered with.' }),
        error: z.string().optional().meta({ description: 'Present unless the status is 200.' }),
      }),
    ),
  })
  .meta({ description: 'One result for each render, in the order of the request.' });

const OrganizationAuditEntry = z
  .object({
    id: z.string().meta({ description: 'Rises with time.' }),
    action: z.string().meta({ description: 'What was done.', examples: ['member.role_changed'] }),
    actor: z
      .object({
        kind: z.enum(['user', 'api-key', 'system']),
        user_id: uuid().nullable().meta({ description: 'For a key, the person in whose name it acted.' }),
        api_key_id: uuid().nullable(),
      })
      .meta({ description: 'Who did it; `system` is px0 itself.' }),
    org_id: uuid(),
    team_id: uuid().nullable().meta({ description: 'The team concerned.' }),
    user_id: uuid().nullable().meta({ description: 'The person concerned.' }),
    details: z.record(z.string(), z.string()).meta({ description: 'For example the role before and after.' }),
    created_at: timestamp(),
  })
  .meta({ description: 'Something that was done in an organization.' });

/** Every named schema; the names are those of the generated clients' types. */
export const schemas = {
  APIError,
  User,
  APIKey,
  Organization,
  OrganizationWithRole,
  Team,
  TeamJoinRequest,
  InboxItem,
  JoinRequestPayload,
  Prompt,
  TemplateVariable,
  PromptVersion,
  DiffHunk,
  TemplateValidation,
  VersionCheck,
  PromptAuditEntry,
  PromptDocumentEnvelope,
  ImportResult,
  PromptUsageHour,
  RenderRequest,
  RenderResponse,
  RenderBatchRequest,
  RenderBatchResponse,
  PromptPayload,
  CreatePromptPayloadRequest,
  UpdatePromptPayloadRequest,
  UpdatePromptRequest,
  RegisterRequest,
  LoginRequest,
  VerifyRequest,
  UpdateMeRequest,
  ChangePasswordRequest,
  TriggerPasswordResetRequest,
  ResetPasswordRequest,
  CreateAPIKeyRequest,
  APIKeyCreatedResponse,
  TeamMemberResponse,
  CreatePromptRequest,
  CreateVersionRequest,
  UpdateVersionRequest,
  OrganizationAuditEntry,
} as const;

/** The TypeScript type of a named schema, for example `Wire<'Prompt'>`. */
export type Wire<Name extends keyof typeof schemas> = z.infer<(typeof schemas)[Name]>;
