/**
 * The objects of the wire by the names that generated clients use. A name here is a type name in every SDK, so the
 * table is part of the contract.
 */
import { z } from 'zod';
import { Assertion, assertionResult } from './schemas/assertions.ts';
import { AccountAuditEntry, AuditLine } from './schemas/audit.ts';
import {
  Change,
  ChangeRequest,
  Comment,
  CreateChangeRequestRequest,
  Requirement,
  Review,
  ReviewChangeRequestRequest,
} from './schemas/change-requests.ts';
import { policySchemas, policyTransitions } from './schemas/policies.ts';
import { usageLimits, usageSources } from './usage.ts';
import { added, anyJson, anyText, closed, judgedInteger, judgedString, timestamp, uuid } from './values.ts';

const APIError = z
  .object({
    error: z
      .string()
      .meta({ description: 'The error message. Clients may match on it: the strings never change.' }),
  })
  .meta({ description: 'The body of every error response.' });

const teamRoles = ['admin', 'editor', 'viewer'] as const;

const PersonTeam = z
  .object({ id: uuid(), name: z.string(), role: z.enum(teamRoles) })
  .meta({ description: "A team that a person is in, and the person's role there." });

const User = z
  .object({
    id: uuid(),
    email: z.string(),
    is_admin: z.boolean(),
    is_verified: z.boolean(),
    created_at: timestamp(),
    teams: added(
      z.array(PersonTeam).exactOptional().meta({
        description:
          "The organization's teams that the person is in, by name, at most 20: those whose members the caller may list. Only in lists of an organization's people.",
      }),
    ),
    team_count: added(
      z.int().exactOptional().meta({
        description: "How many such teams there are. Only in lists of an organization's people.",
      }),
    ),
  })
  .meta({ description: 'An account.' });

const Organization = z
  .object({ id: uuid(), name: z.string(), created_at: timestamp() })
  .meta({ description: 'An organization.' });

const OrganizationWithRole = Organization.extend({ role: z.enum(['ADMIN', 'MEMBER']) }).meta({
  description: "An organization with the caller's role in it.",
});

const Team = z
  .object({
    id: uuid(),
    org_id: uuid().exactOptional().meta({ description: 'Absent if the team has no organization.' }),
    name: z.string(),
    created_at: timestamp(),
    is_default: z.boolean().exactOptional().meta({
      description: 'Whether this is the default team, whose admins administer the organization.',
    }),
    role: z.enum(teamRoles).exactOptional().meta({
      description: "The caller's role in the team. Only in the list of the caller's teams.",
    }),
    member_count: added(
      z.int().exactOptional().meta({
        description: "How many members the team has. Only in the list of an organization's teams.",
      }),
    ),
    is_join_requested: added(
      z.boolean().exactOptional().meta({
        description:
          "Whether a request of the caller to join the team is pending. Only in the list of an organization's teams.",
      }),
    ),
  })
  .meta({ description: 'A team of an organization. Prompts belong to teams.' });

const TeamMemberResponse = z
  .object({
    user_id: uuid(),
    email: z.string(),
    role: z.enum(teamRoles),
    created_at: timestamp().meta({ description: 'When the membership started.' }),
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
  .meta({ description: 'A request to join a team.' });

const JoinRequestPayload = z
  .object({ user_id: uuid(), user_email: z.string(), team_id: uuid(), team: Team })
  .meta({ description: 'The user who wants to join, and the team.' });

const InboxItem = z
  .object({
    id: uuid().meta({ description: 'The id of the join request.' }),
    type: z.literal('join_request'),
    status: z.string(),
    created_at: timestamp(),
    updated_at: timestamp(),
    payload: JoinRequestPayload,
  })
  .meta({ description: 'An item that the caller has to decide on.' });

const keyOperations = ['read_render', 'all', 'admin'] as const;

/** Fields that are not known are refused: a misspelled limit must not make a key that has none. */
const APIKeyLimits = closed(
  z
    .object({
      slugs: z
        .array(z.string())
        .exactOptional()
        .meta({
          description:
            'Slugs of the prompts that the key sees: 1 to 20 patterns, in which `*` stands for any characters. Absent: every prompt in its scope.',
          examples: [['billing_*']],
        }),
      refs: closed(
        z.object({
          live: z.boolean().meta({ description: 'Whether the key sees live versions.' }),
          tags: z.array(z.string()).meta({
            description: 'Tags whose versions the key sees: at most 20 patterns.',
            examples: [['prod', 'eu-*']],
          }),
        }),
      )
        .exactOptional()
        .meta({
          description:
            'The versions that the key reads, and the tags that it may set. Absent: every version and tag.',
        }),
    })
    .meta({ description: 'What an API key is limited to, within its scope. It is fixed at creation.' }),
);

const APIKey = z
  .object({
    id: uuid(),
    name: z.string(),
    org_id: uuid(),
    team_id: uuid().exactOptional().meta({
      description:
        'The first team that was given at creation. Absent if the key can read the whole organization.',
    }),
    operation: z.enum(keyOperations),
    created_at: timestamp(),
    expires_at: timestamp().nullable().exactOptional().meta({
      description: 'When the key expires; null if it never does.',
    }),
    last_used_at: timestamp().nullable(),
    prefix: added(
      z.string().exactOptional().meta({
        description:
          'The first characters of the secret, by which a key that was found can be told: `ak_` and eight hexadecimal digits. Absent for a key that an earlier release made.',
      }),
    ),
    created_by: added(
      uuid().exactOptional().meta({
        description:
          'The user who created the key. A successor keeps the creator of the key that it replaces.',
      }),
    ),
    team_ids: added(
      z.array(uuid()).exactOptional().meta({
        description: 'The teams that the key can read. Absent if it can read the whole organization.',
      }),
    ),
    limits: added(
      APIKeyLimits.exactOptional().meta({
        description: 'What the key is limited to. Absent if it has no limits.',
      }),
    ),
  })
  .meta({ description: 'An API key without its secret, which only the response to its creation contains.' });

const APIKeyCreatedResponse = z
  .object({
    id: uuid(),
    name: z.string(),
    key: z
      .string()
      .meta({ description: 'The secret: `ak_` and 64 hexadecimal digits. Only this response contains it.' }),
    operation: z.enum(keyOperations),
    created_at: timestamp(),
    expires_at: timestamp()
      .exactOptional()
      .meta({ description: 'When the key expires. Absent if it never does.' }),
  })
  .meta({ description: 'A new API key with its secret.' });

const CreateAPIKeyRequest = z
  .object({
    name: z.string().min(1).max(255),
    org_id: uuid(),
    team_ids: z.array(uuid()).optional().meta({
      description: 'The teams that the key may read. Omitted or empty: every team of the organization.',
    }),
    operation: judgedString({ enum: ['', ...keyOperations] }).optional(),
    expires_at: judgedString({ format: 'date-time' })
      .optional()
      .meta({ description: 'When the key expires. Default: never.' }),
    limits: APIKeyLimits.optional().meta({
      description: 'What the key is limited to. Default: nothing within its scope.',
    }),
  })
  .meta({ description: 'A new API key.' });

const RevokeAPIKeyRequest = z
  .object({ key: z.string().meta({ description: 'The secret of the key.' }) })
  .meta({ description: 'A key to revoke.' });

const Invitation = z
  .object({
    id: uuid(),
    org_id: uuid(),
    team_id: uuid(),
    email: z.string().meta({ description: 'Who is invited.' }),
    role: z.enum(teamRoles).meta({ description: 'The role that they get in the team.' }),
    created_by: uuid().meta({ description: 'The user who invited them.' }),
    created_at: timestamp(),
    expires_at: timestamp(),
  })
  .meta({ description: 'An invitation to a team that nobody has accepted yet.' });

const CreateInvitationRequest = z
  .object({
    email: z.string().min(1).max(255),
    role: judgedString({ enum: [...teamRoles] })
      .optional()
      .meta({
        description: 'The role in the team. Default: `editor`. The first member of a team becomes its admin.',
      }),
  })
  .meta({ description: 'A new invitation.' });

const invitationCode = () =>
  z.string().meta({ description: 'The code of the invitation: `inv_` and 40 hexadecimal digits.' });

const AcceptInvitationRequest = z
  .object({ code: invitationCode() })
  .meta({ description: 'An invitation to accept.' });

const MailInvitationRequest = z
  .object({ team_id: uuid(), email: z.string().min(1).max(255), code: invitationCode() })
  .meta({ description: 'An invitation to send by e-mail.' });

const PromptCount = z
  .object({ team_id: uuid(), active: z.int(), archived: z.int() })
  .meta({ description: 'How many prompts a team has.' });

const LastLogin = z
  .object({
    user_id: uuid(),
    last_login_at: timestamp().nullable().meta({
      description: 'Null: never, or before px0 kept the time.',
    }),
  })
  .meta({ description: 'When a person last logged in.' });

const RegisterRequest = z
  .object({
    email: z.string().min(1).max(255),
    password: z.string().min(8),
    team_id: uuid().optional().meta({ description: 'Allowed only with the session of an admin account.' }),
  })
  .meta({ description: 'A new account.' });

const LoginRequest = z
  .object({ email: z.string(), password: z.string() })
  .meta({ description: 'The credentials of an account.' });

const VerifyRequest = z
  .object({ email: z.string().min(1), code: z.string().min(1) })
  .meta({ description: 'The code from the e-mail.' });

const TriggerPasswordResetRequest = z
  .object({ email: z.string().min(1) })
  .meta({ description: 'The account whose password to reset.' });

const ResetPasswordRequest = z
  .object({ code: z.string().min(1), new_password: z.string().min(8) })
  .meta({ description: 'The code from the e-mail, and the new password.' });

const UpdateMeRequest = z
  .object({ email: z.string().min(1).max(255) })
  .meta({ description: 'The new e-mail address.' });

const ChangePasswordRequest = z
  .object({ current_password: z.string().min(1), new_password: z.string().min(8) })
  .meta({ description: 'The current and the new password.' });

/** Who did something, as lists show it. */
const author = z
  .object({
    kind: z.enum(['user', 'api-key']),
    user_id: uuid().nullable(),
    api_key_id: uuid().nullable(),
  })
  .nullable()
  .meta({ description: 'Who created it. Null if it is older than this field.' });

const note = () => z.string().max(2_000);

const MessagePart = z
  .object({
    type: judgedString({ enum: ['text', 'media'] }),
    template: z.string().exactOptional().meta({ description: 'Of a text: its template.' }),
    url: z.string().exactOptional().meta({
      description: 'Of a medium: the template of its URL, which is an `https:` or a `data:` URL.',
    }),
    media_type: z
      .string()
      .exactOptional()
      .meta({
        description: 'Of a medium. Default: what a `data:` URL says.',
        examples: ['image/png'],
      }),
  })
  .meta({ description: 'A part of a message: a text or a medium.' });

const ChatMessage = z
  .object({
    role: judgedString({ enum: ['system', 'user', 'assistant'] })
      .exactOptional()
      .meta({ description: 'Of a message.' }),
    template: z
      .string()
      .exactOptional()
      .meta({ description: 'Of a message that is one text: its template.' }),
    parts: z
      .array(MessagePart)
      .exactOptional()
      .meta({ description: 'Of a message of several texts or media.' }),
    placeholder: z
      .string()
      .exactOptional()
      .meta({
        description: 'Instead of a message: the name of a variable that holds a list of messages.',
        examples: ['history'],
      }),
    required: z.boolean().exactOptional().meta({
      description: 'Of a placeholder: whether a render without the variable fails. Default: false.',
    }),
  })
  .meta({
    description:
      'An entry of a conversation: a message with `role` and either `template` or `parts`, or a `placeholder`.',
  });

const outlineEntry = z.object({
  role: z.enum(['system', 'user', 'assistant']).exactOptional(),
  unit: z.string().exactOptional(),
  parts: z
    .array(
      z.object({
        unit: z.string().exactOptional(),
        media: z.string().exactOptional(),
        media_type: z.string().exactOptional(),
      }),
    )
    .exactOptional(),
  placeholder: z.string().exactOptional(),
  required: z.boolean().exactOptional(),
});

const jsonObject = () => z.record(z.string(), anyJson());

const programSchema = () =>
  jsonObject().exactOptional().meta({
    description: 'JSON Schema 2020-12 of the variables: what the template needs, and what the author wants.',
  });

const VersionProgram = z
  .object({
    template: z.string().meta({ description: 'The Go template whose output is the text or the transcript.' }),
    outline: z.array(outlineEntry).exactOptional().meta({
      description: 'Of a chat: which definition of the template makes each message or part.',
    }),
    sources: z
      .array(z.array(z.union([z.string(), z.int()])))
      .exactOptional()
      .meta({
        description:
          'Where stretches of the template come from: name of the source, offset in the template, length, offset in the source, in UTF-16 units.',
      }),
    config: z.string().exactOptional().meta({ description: 'The configuration as compact JSON text.' }),
    schema: programSchema(),
  })
  .meta({ description: 'What renders a version, for SDKs that render in the process.' });

const DeliveredVersion = z
  .object({
    version: z.int(),
    status: z.string().meta({ description: 'As of a version: `draft`, `stable`, `live` or `archived`.' }),
    template: z.string().nullable().meta({
      description: 'The Go template whose output is the text or the transcript. Null if `missing` says why.',
    }),
    outline: z.array(outlineEntry).exactOptional().meta({
      description: 'Of a chat: which definition of the template makes each message or part.',
    }),
    sources: z
      .array(z.array(z.union([z.string(), z.int()])))
      .exactOptional()
      .meta({ description: 'Where stretches of the template come from.' }),
    config: z.string().exactOptional().meta({ description: 'The configuration as compact JSON text.' }),
    schema: programSchema(),
    missing: z.string().exactOptional().meta({
      description:
        '`pending`: the template follows in another `put`. `too_large`: the prompt is too large to be delivered as a whole; have px0 render this version.',
    }),
    language: z.int().meta({ description: 'The lowest level of the template language that it needs.' }),
  })
  .meta({ description: 'A version with what renders it. Clients keep keys that they do not know.' });

const DeliveredPrompt = z
  .object({
    id: uuid(),
    slug: z.string(),
    status: z.string().meta({ description: 'As of a prompt: `active` or `archived`.' }),
    created_at: timestamp(),
    live: z.int().nullable().meta({ description: 'The number of the live version.' }),
    tags: z.record(z.string(), z.int()).meta({ description: 'The number of each tag’s version.' }),
    versions: z.array(DeliveredVersion).meta({ description: 'The live and the tagged ones, ascending.' }),
    contract: z.string().exactOptional().meta({ description: '`warn` or `enforce`. Absent: off.' }),
    etag: z.string().meta({ description: 'The fingerprint of all this: 16 hexadecimal digits.' }),
  })
  .meta({ description: 'A prompt as applications hold it. Clients keep keys that they do not know.' });

const deliveredCount = () => z.int().meta({ format: 'int64', description: 'How many prompts.' });
const digest = () =>
  z
    .string()
    .meta({ description: 'The XOR of the `etag` of every prompt that is held: 16 hexadecimal digits.' });
const milliseconds = () => z.array(z.int()).length(2).meta({ description: 'From and to, in milliseconds.' });

const DeliveryFrame = z
  .object({
    type: z.string().meta({
      description:
        '`hello`, `begin`, `put`, `delete`, `drop`, `mark`, `sync`, `heartbeat`, `goaway` or `end`; clients ignore others. It decides which of the other keys are there.',
    }),
    team_id: uuid().exactOptional(),
    revision: z.string().exactOptional(),
    base: z.string().nullable().exactOptional().meta({
      description: 'Of a `begin`: what follows are changes since that revision. Null: it is all of the team.',
    }),
    prompt: DeliveredPrompt.exactOptional(),
    prompt_id: uuid()
      .exactOptional()
      .meta({ description: 'Of a `delete`: the prompt that is gone from the team.' }),
    teams: z
      .array(
        z.object({
          team_id: uuid(),
          prev: z.string().exactOptional().meta({ description: 'The revision of the team before.' }),
          revision: z.string(),
          digest: digest().exactOptional(),
          count: deliveredCount().exactOptional(),
        }),
      )
      .exactOptional(),
    digest: digest().exactOptional(),
    count: deliveredCount().exactOptional(),
    key_expires_at: timestamp().nullable().exactOptional(),
    protocol: z.int().exactOptional(),
    resumed: z.boolean().exactOptional(),
    stale: z
      .boolean()
      .exactOptional()
      .meta({ description: 'Whether px0 itself may lack the latest writes.' }),
    heartbeat_ms: z.int().exactOptional(),
    retry_ms: milliseconds().exactOptional().meta({ description: 'When to connect again.' }),
    reason: z
      .string()
      .exactOptional()
      .meta({ description: 'Of a `goaway`: `drain`, `rebalance` or `overload`.' }),
    grace_ms: z
      .int()
      .exactOptional()
      .meta({ description: 'For how long the old connection still carries on.' }),
    status: z.int().exactOptional().meta({ description: 'Of an `end`: the status of a request made now.' }),
    error: z.string().exactOptional().meta({ description: 'Of an `end`: the error of a request made now.' }),
  })
  .meta({ description: 'One fact of a delivery. Clients ignore keys and types that they do not know.' });

const UsageReportRequest = z
  .object({
    reports: z
      .array(
        z.object({
          process: uuid().meta({ description: 'Made anew by each process that counts.' }),
          window: judgedInteger().meta({ description: '1, 2, 3 … within the process.' }),
          started_at: timestamp(),
          ended_at: timestamp().meta({ description: 'At most an hour later, and at most 24 hours ago.' }),
          service: z
            .object({
              name: anyText().meta({ description: `Cut to ${usageLimits.serviceName} characters.` }),
              version: anyText().optional(),
            })
            .optional()
            .meta({ description: 'The application. Default: one without a name.' }),
          sdk: anyText()
            .optional()
            .meta({ examples: ['px0-python/0.3.0'] }),
          rows: z
            .array(
              z.object({
                prompt_id: judgedString({ format: 'uuid' })
                  .nullable()
                  .meta({ description: 'Null for a fallback.' }),
                slug: anyText().optional().meta({ description: 'Finds the prompt of a fallback.' }),
                version: judgedInteger().nullable().meta({ description: 'Null for a fallback.' }),
                source: judgedString({ enum: usageSources }).meta({
                  description: 'Where the process had the version from.',
                }),
                renders: judgedInteger().meta({ description: 'How many succeeded.' }),
                failures: judgedInteger(),
                latencies: z.array(judgedInteger()).optional().meta({
                  description:
                    'Renders and failures by duration: one count for each bucket, whose upper bounds double from 0.03125 to 128 milliseconds, and one for what was slower.',
                }),
                variables: z
                  .array(anyText())
                  .optional()
                  .meta({
                    description: `Names of the variables that were given, never values; at most ${usageLimits.variables}.`,
                  }),
              }),
            )
            .meta({ description: `At most ${usageLimits.rows}; what exceeds them is dropped.` }),
        }),
      )
      .meta({ description: `At most ${usageLimits.reports}.` }),
  })
  .meta({ description: 'What applications rendered in their own processes.' });

const PromptService = z
  .object({
    service: z.string().meta({ description: 'Empty for applications without a name.' }),
    version: z.int().nullable().meta({ description: 'Null for a fallback in the code of the service.' }),
    source: z.string().meta({
      description:
        'Where the service has the version from: `live` if px0 rendered; `stream`, `poll`, `fetched`, `cache`, `snapshot`, `bundle` or `fallback` in its own process. Newer servers may have more.',
    }),
    renders: z.int().meta({ format: 'int64' }),
    failures: z.int().meta({ format: 'int64' }),
    first_seen_at: timestamp(),
    last_seen_at: timestamp(),
    service_version: z.string().nullable().meta({ description: 'The latest. Null if unknown.' }),
    sdk: z
      .string()
      .nullable()
      .meta({ description: 'The latest. Null if unknown.', examples: ['px0-python/0.3.0'] }),
    variables: z.array(z.string()).meta({
      description:
        'The names of the variables that the service gives this version, ascending. Known of renders in its own process only.',
    }),
  })
  .meta({ description: 'A service that renders a prompt, with one version from one source.' });

const UsageBreakdown = z
  .object({
    callers: z
      .array(
        z.object({
          api_key_id: uuid().nullable().meta({ description: 'Null for the sessions of people.' }),
          version: z.int(),
          renders: z.int().meta({ format: 'int64' }),
          failures: z.int().meta({ format: 'int64' }),
          last_seen_at: timestamp(),
        }),
      )
      .meta({
        description: 'One entry for each key and version, the latest first. Fallbacks are not among them.',
      }),
    failures: z
      .array(
        z.object({
          version: z.int(),
          reason: z
            .string()
            .nullable()
            .meta({
              description:
                'The error without values of variables. Null for the failures of a day that had too many reasons.',
              examples: [
                'template: prompt:1:8: executing "prompt" at <.name>: map has no entry for key "name"',
              ],
            }),
          failures: z.int().meta({ format: 'int64' }),
          last_seen_at: timestamp(),
        }),
      )
      .meta({
        description:
          'One entry for each version and reason, the most frequent first. Known of renders by px0 only, not of those that applications make by themselves.',
      }),
  })
  .meta({ description: 'Who makes the renders of a prompt, and why they fail.' });

const TeamService = z
  .object({
    service: z.string().meta({ description: 'Empty for applications without a name.' }),
    prompts: z.int().meta({ description: 'How many prompts of the team it renders.' }),
    renders: z.int().meta({ format: 'int64' }),
    last_seen_at: timestamp(),
    sdk: z.string().nullable().meta({ description: 'The latest. Null if unknown.' }),
    fallbacks: z
      .int()
      .meta({ format: 'int64', description: 'How many renders came from fallbacks in its code.' }),
  })
  .meta({ description: 'A service that renders prompts of a team.' });

const count64 = () => z.int().meta({ format: 'int64' });

const PromptUsage = z
  .object({
    prompt_id: uuid(),
    slug: z.string(),
    name: z.string(),
    status: z.enum(['active', 'archived']),
    live_version: z.int().nullable(),
    renders: count64(),
    failures: count64(),
    last_rendered_at: timestamp().nullable().meta({
      description: 'The hour of the latest render, failed or not. Null if none is known.',
    }),
    created_at: timestamp(),
  })
  .meta({ description: 'The renders of a prompt in a number of days.' });

const TeamUsage = z
  .object({
    renders: count64(),
    failures: count64(),
    daily: z
      .array(
        z.object({
          day: z.string().meta({ format: 'date' }),
          renders: count64(),
          failures: count64(),
        }),
      )
      .meta({ description: 'Each day in UTC, the oldest first.' }),
    rendered_prompts: z.int().meta({ description: 'How many prompts were rendered.' }),
    unused_prompts: z.int().meta({ description: 'How many active prompts were not rendered.' }),
    most_rendered: z.array(PromptUsage).meta({ description: 'At most 20.' }),
    most_failing: z.array(PromptUsage).meta({ description: 'Only prompts that failed; at most 20.' }),
    unused: z.array(PromptUsage).meta({
      description:
        'Active prompts that were not rendered, those with a live version first, then the oldest; at most 100.',
    }),
  })
  .meta({ description: 'The renders of a team’s prompts in a number of days.' });

const config = () =>
  z.record(z.string(), anyJson()).meta({
    description:
      'The settings of the model. Known keys: `model`, `max_tokens`, `temperature`, `top_p`, `stop`, `seed`, `response_schema`, `tools`, `tool_choice`, `openai`, `anthropic`, `gemini`.',
  });

const nameProblem = z.object({
  path: z.string().meta({ examples: ['mood'] }),
  given: z
    .string()
    .exactOptional()
    .meta({ description: 'The name that may have been meant.', examples: ['moood'] }),
});

const ContractViolation = z
  .object({
    missing: z.array(nameProblem).meta({ description: 'Required variables that are not there.' }),
    unknown: z.array(nameProblem).meta({ description: 'Variables that the schema refuses.' }),
    invalid: z
      .array(z.object({ path: z.string(), must: z.string().meta({ examples: ['be a number'] }) }))
      .meta({ description: 'Variables with a value that is wrong.' }),
    more: z.int().exactOptional().meta({ description: 'How many were left out of the three lists.' }),
  })
  .meta({ description: 'What is wrong with the variables of a render, by the input schema of the version.' });

const renderedMessages = z.array(z.record(z.string(), anyJson())).meta({
  description: 'Of a chat: the messages, those of placeholders as they were sent.',
});

/** The days of the usage that a list of prompts shows. */
export const SUMMARY_DAYS = 30;

const promptSummary = z
  .object({
    live_version: z.int().nullable(),
    live_tags: z.array(z.string()).meta({ description: 'The tags of the live version.' }),
    tags: z.array(z.object({ tag: z.string(), version: z.int() })).meta({
      description: 'The tags and their versions, those of the newest versions first; at most 20.',
    }),
    draft_version: z.int().nullable().meta({
      description: 'The newest draft. Null for none.',
    }),
    versions: z.int().meta({ description: 'How many versions there are.' }),
    usage: z
      .object({ renders: z.int(), failures: z.int(), daily: z.array(z.int()) })
      .nullable()
      .meta({
        description: `The renders of the last ${SUMMARY_DAYS} days (in UTC, today included); \`daily\` has one number for each day, the oldest first. Null for keys that do not see all versions.`,
      }),
    kind: z.enum(['text', 'chat']).nullable().meta({
      description: 'What the live version is, else the newest one. Null without versions.',
    }),
    last_change: z
      .object({
        action: z.string().meta({ examples: ['version.promoted'] }),
        version: z.int().nullable(),
        actor: author,
        note: z.string().meta({ description: 'The reason that was given, else empty.' }),
        created_at: timestamp(),
      })
      .nullable(),
  })
  .meta({
    description:
      'What is live, who changed the prompt last and why, and how often it was rendered. Only with `include=summary`.',
  });

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
    folder: added(
      z.string().meta({ description: 'The path of its folder; empty for none.', examples: ['support/mail'] }),
    ),
    contract: added(
      z.enum(['off', 'warn', 'enforce']).meta({
        description:
          'What happens to renders whose variables the version refuses: nothing; `Px0-Contract` tells of it; they fail with 422. Unless it is `off`, a promotion that breaks what callers send is refused.',
      }),
    ),
    created_by: added(author),
    summary: promptSummary.exactOptional(),
  })
  .meta({ description: 'A prompt: a named series of template versions.' });

const TemplateVariable = z
  .object({
    path: z
      .string()
      .meta({ description: 'The path of the variable in `variables`.', examples: ['user.name'] }),
    required: z.boolean().meta({ description: 'Whether a render can fail without it.' }),
    shape: z.enum(['scalar', 'list', 'map']).meta({ description: 'How the template uses it.' }),
  })
  .meta({ description: 'A variable that a template reads, inferred from its text.' });

export const checkStates = ['pending', 'success', 'failure'] as const;

/** What a check may be called. */
export const checkName = '^[a-z0-9._-]{1,64}$';

const PromptVersion = z
  .object({
    id: uuid(),
    prompt_id: uuid(),
    version: z.int().meta({ description: '1, 2, 3, and so on. Never reused.' }),
    template: z.string(),
    status: z.enum(['draft', 'stable', 'live', 'archived']),
    created_at: timestamp(),
    published_at: timestamp().nullable(),
    tags: z.array(z.string()),
    variables: z.array(TemplateVariable).meta({ description: 'The variables that the template reads.' }),
    kind: added(z.enum(['text', 'chat'])),
    note: added(z.string().meta({ description: 'Why the version was made; empty for none.' })),
    created_by: added(author),
    content_hash: added(
      z.string().meta({
        description:
          '`sha256:` and the hexadecimal digest of what renders the version: of a plain text its UTF-8, else the program as RFC 8785 JSON. It changes with the text, the messages, the configuration and the input schema.',
        examples: ['sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'],
      }),
    ),
    messages: z.array(ChatMessage).exactOptional().meta({
      description: 'Of a chat: the conversation as it was written. `template` is then made from it.',
    }),
    config: config().exactOptional(),
    input_schema: jsonObject().exactOptional().meta({
      description:
        'JSON Schema 2020-12 of the variables: what the template needs, and what the author wants. In lists only with `include=schema`.',
    }),
    authored_schema: jsonObject()
      .exactOptional()
      .meta({ description: 'The part of it that the author gave.' }),
    program: VersionProgram.exactOptional().meta({ description: 'Only with `include=program`.' }),
  })
  .meta({ description: 'A version of a prompt: one text, or a conversation.' });

const DiffSection = z
  .object({
    name: z.string().meta({ examples: ['messages'] }),
    from: z.string().nullable(),
    to: z.string().nullable(),
    diff: z.string(),
  })
  .meta({ description: 'One part of two versions as text, and its unified diff.' });

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
    description: 'A hunk of a diff. Line numbers start at 1, and are null on the side that lacks the line.',
  });

const TemplateValidation = z
  .object({
    valid: z.boolean(),
    variables: z
      .array(TemplateVariable)
      .meta({ description: 'The variables that the template reads. Empty if the template is broken.' }),
    error: z
      .object({
        message: z.string(),
        line: z.int().meta({ description: 'Starts at 1.' }),
        column: z.int().meta({ description: 'In bytes of UTF-8. Starts at 0.' }),
        source: z.string().exactOptional().meta({
          description:
            'Where the error is: `prompt`, `message <i>`, `message <i>.<part>`, `config`, or `input_schema`. Absent if only a template was sent.',
        }),
      })
      .nullable(),
    input_schema: z.record(z.string(), anyJson()).exactOptional().meta({
      description:
        'JSON Schema 2020-12 of the variables that can render, united with the one that was sent. Of itself it demands only what every render needs. Absent if the template is broken.',
    }),
  })
  .meta({ description: 'The result of validating a template.' });

const rendition = z.object({
  outcome: z.enum(['rendered', 'failed']),
  rendered: z.string().nullable(),
  error: z.string().nullable().meta({ description: 'Why it failed: the error message of a render.' }),
  messages: renderedMessages.exactOptional(),
});

/** What a check says of a program: a stored version, or a content that is not saved. */
const programCheck = {
  live_version: z.int().nullable(),
  passed: z.boolean().meta({
    description:
      'Whether every payload renders, or is expected to fail, and no assertion of severity `error` fails.',
  }),
  new_variables: z.array(z.string()).meta({
    description: 'Variables that this version requires and the live version does not.',
  }),
  contract: z
    .object({
      breaks: z.array(z.string()).meta({ examples: [['added required mood']] }),
      notices: z.array(z.string()).meta({ examples: [['unused tone']] }),
    })
    .exactOptional()
    .meta({
      description:
        'What this version refuses that the live version accepts, and other changes of the input schema. Empty if there is no live version.',
    }),
  payloads: z.array(
    z.object({
      payload_id: uuid(),
      name: z.string().nullable(),
      version: rendition,
      live: rendition.nullable().meta({
        description: 'The output of the live version, or of `base`. Null if there is none.',
      }),
      diff: z.string().nullable().meta({
        description:
          'The unified diff from the live output to this one. Null unless both rendered, and for outputs larger than a megabyte.',
      }),
      violations: ContractViolation.nullable().exactOptional().meta({
        description: 'What the input schema of this version refuses in the payload; null for nothing.',
      }),
      assertions: z.array(assertionResult).exactOptional().meta({
        description:
          'In the order of the payload. Empty without assertions, and if the payload unexpectedly fails to render; with `fails` only those.',
      }),
    }),
  ),
  base_version: added(
    z.int().nullable().meta({
      description: 'What `live`, `diff`, `new_variables` and `contract` compare with. Null if there is none.',
    }),
  ),
  failed: added(z.int().meta({ description: 'How many payloads fail; 0 if the check passed.' })),
  warnings: added(z.int().meta({ description: 'How many assertions of severity `warning` fail.' })),
  payloads_digest: added(
    z.string().meta({
      description: 'Changes with every change of a payload of the prompt: `sha256:` and hexadecimal digits.',
    }),
  ),
};

const VersionCheck = z
  .object({ version: z.int(), ...programCheck })
  .meta({ description: 'The result of rendering the payloads of a prompt with one of its versions.' });

const TemplateCheck = z.object(programCheck).meta({
  description: 'The result of rendering the payloads of a prompt with a content that is not saved.',
});

const PromptAuditEntry = z
  .object({
    id: z.string().meta({ description: 'Increases over time.' }),
    action: z.string().meta({ description: 'The action.', examples: ['version.promoted'] }),
    actor: z
      .object({
        kind: z.enum(['user', 'api-key']),
        user_id: uuid().nullable(),
        api_key_id: uuid().nullable(),
      })
      .meta({ description: 'Who performed the action.' }),
    prompt_id: uuid(),
    team_id: uuid(),
    version: z.int().nullable().meta({ description: 'The affected version.' }),
    details: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
      .meta({ description: 'Details of the action, e.g. the state before and after.' }),
    created_at: timestamp(),
    text: z.string().exactOptional().meta({ description: 'The note that was given with the action.' }),
  })
  .meta({ description: 'An action on a prompt, or on its versions, tags or payloads.' });

const PromptDocumentEnvelope = z
  .object({
    document: z.record(z.string(), z.unknown()).exactOptional(),
    yaml: z.string().exactOptional().meta({ description: 'The document as YAML text, with `format=yaml`.' }),
  })
  .meta({ description: 'A team’s prompts as one document.' });

const importedChange = z.object({
  action: z.enum([
    'create_prompt',
    'update_description',
    'set_folder',
    'set_contract',
    'archive_prompt',
    'restore_prompt',
    'create_version',
    'promote_version',
    'archive_version',
    'set_tag',
    'create_payload',
    'update_payload',
    'open_change_request',
  ]),
  slug: z.string(),
  subject: z.string().nullable().meta({ description: 'The affected version, tag or payload.' }),
});

const ImportResult = z.object({ dry_run: z.boolean(), changes: z.array(importedChange) }).meta({
  description:
    'The changes that an import made or, with `dry_run`, would make. Empty if everything already matched.',
});

const previewedRequirement = Requirement.extend({
  slug: z.string(),
  transition: z.enum(policyTransitions).meta({ description: 'Which of the changes the policy guards.' }),
  tag: z.string().nullable().meta({ description: 'Of the transition `tag`.' }),
});

const ImportPreview = z
  .object({
    changes: z.array(importedChange).meta({ description: 'What the import would change, in order.' }),
    checks: z
      .array(
        z.object({
          slug: z.string(),
          check: VersionCheck.extend({
            version: z.int().meta({ description: 'The number in the document.' }),
            payloads: z.array(
              VersionCheck.shape.payloads.element.extend({
                payload_id: uuid().nullable().meta({ description: 'Null for a payload of the document.' }),
              }),
            ),
          }),
        }),
      )
      .meta({
        description:
          'How the texts of the document render, compared with the live versions: of each prompt the version that is or becomes live, else its last.',
      }),
    requirements: z
      .array(previewedRequirement)
      .meta({ description: 'What policies require of the changes. Empty if none stands in the way.' }),
    invalid: z
      .array(z.object({ slug: z.string(), error: z.string() }))
      .meta({ description: 'What the import would refuse, by prompt, in the words of its error.' }),
  })
  .meta({
    description: 'What an import would do, how its texts render, and what would stand in its way.',
  });

const latency = (which: string) =>
  z
    .number()
    .nullable()
    .meta({
      description: `${which} at most this many milliseconds, estimated from a histogram whose last bound is 128. Null if unknown.`,
    });

const PromptUsageHour = z
  .object({
    hour: timestamp().meta({ description: 'The start of the hour or day.' }),
    version: z.int(),
    renders: z.int(),
    failures: z.int(),
    p50_ms: latency('50 % of the renders took'),
    p95_ms: latency('95 % of the renders took'),
    p99_ms: latency('99 % of the renders took'),
  })
  .meta({ description: 'The renders of one version in one hour or day.' });

const PayloadSnapshot = z
  .object({
    version: z.int().meta({ description: 'The version whose output was accepted.' }),
    content_hash: z.string().meta({ description: 'Of that version, when its output was accepted.' }),
    sha256: z.string().meta({ description: 'Of the output in UTF-8: 64 hexadecimal digits.' }),
    characters: z.int(),
    accepted_at: timestamp(),
    accepted_by: author,
  })
  .meta({ description: 'An output that was accepted as the right one for a payload.' });

const PromptPayload = z
  .object({
    id: uuid(),
    prompt_id: uuid(),
    name: z.string().nullable(),
    variables: anyJson().meta({ description: 'Any JSON value, exactly as saved.' }),
    created_at: timestamp(),
    updated_at: timestamp(),
    assertions: added(z.array(Assertion)),
    snapshot: added(PayloadSnapshot.nullable().meta({ description: 'The accepted output. Null for none.' })),
  })
  .meta({
    description:
      'A sample set of variables for a prompt, and what is expected of the output: a test case of the prompt.',
  });

const CreatePromptRequest = z
  .object({
    name: z.string().min(1).max(255),
    description: z.string().max(16_384).optional(),
    slug: z.string().optional().meta({ description: 'Default: derived from the name. Always normalised.' }),
    folder: z.string().max(255).optional().meta({ description: 'The path of its folder. Default: none.' }),
    contract: judgedString({ enum: ['off', 'warn', 'enforce'] })
      .optional()
      .meta({
        description: 'What happens to renders whose variables the version refuses. Default: `off`.',
      }),
  })
  .meta({ description: 'A new prompt.' });

const UpdatePromptRequest = z
  .object({ description: z.string().max(16_384).optional() })
  .meta({ description: 'The new description. Omitting it clears the description.' });

const PatchPromptRequest = z
  .object({
    folder: z.string().max(255).optional().meta({ description: 'The path of its folder; empty for none.' }),
    contract: judgedString({ enum: ['off', 'warn', 'enforce'] }).optional(),
    description: z.string().max(16_384).optional(),
  })
  .meta({ description: 'The changes to a prompt. What is omitted stays.' });

const TransitionRequest = added(
  z
    .object({ note: note().optional().meta({ description: 'Why. It becomes the text of the audit entry.' }) })
    .meta({ description: 'May be omitted.' }),
);

const versionContent = {
  template: z.string().optional().meta({
    description: 'The text, at most 524288 bytes of UTF-8. Either this or `messages`.',
  }),
  messages: z.array(ChatMessage).optional().meta({ description: 'The conversation, at most 100 entries.' }),
  config: config().optional(),
  input_schema: jsonObject().optional().meta({
    description:
      'JSON Schema that the variables must satisfy beyond what the template needs. Judged keywords: `type`, `enum`, `const`, `properties`, `required`, `additionalProperties`, `items`, and bounds of numbers, lengths and items.',
  }),
  note: note().optional().meta({ description: 'Why the version is made.' }),
};

const CreateVersionRequest = z
  .object(versionContent)
  .meta({ description: 'The content of the new draft: a template or messages, and what belongs to it.' });

const UpdateVersionRequest = z.object(versionContent).meta({
  description:
    'The new content of the draft. What is omitted stays; an empty `config` or `input_schema` removes it.',
});

const CreatePromptPayloadRequest = z
  .object({
    variables: anyJson().meta({ description: 'Any JSON value; usually an object of variables.' }),
    name: z.string().max(255).optional(),
    assertions: added(
      z.array(Assertion).optional().meta({
        description: 'What is expected of the output, at most 50 entries. Default: none.',
      }),
    ),
  })
  .meta({ description: 'A new sample set of variables.' });

const UpdatePromptPayloadRequest = z
  .object({
    variables: anyJson().optional().meta({ description: 'Replaces all variables. Omitted: unchanged.' }),
    name: z.string().max(255).optional().meta({ description: 'Omitted or null: unchanged.' }),
    assertions: added(
      z.array(Assertion).optional().meta({
        description: 'Replaces all assertions. Omitted: unchanged.',
      }),
    ),
  })
  .meta({ description: 'The changes to a payload.' });

const AcceptSnapshotRequest = z
  .object({ version: z.int().meta({ description: 'The number of the version whose output is accepted.' }) })
  .meta({ description: 'What to accept as the right output of a payload.' });

const { note: _, ...unsavedContent } = versionContent;

const CheckTemplateRequest = z
  .object({
    ...unsavedContent,
    base: z.string().optional().meta({
      description: 'What to compare with: `live` (the default), a version number or a tag.',
    }),
  })
  .meta({ description: 'A template or messages, and what belongs to it, as of a new version.' });

const RenderRequest = z
  .object({
    variables: z
      .record(z.string(), anyJson())
      .meta({ allowsNul: true })
      .optional()
      .meta({ description: 'Default: no variables.' }),
    options: z
      .object({
        missing_key: z.enum(['error', 'default', 'zero']).optional().meta({
          description:
            'How to treat an absent key: fail the render (the default), or render it as a missing value.',
        }),
        transcript: z.boolean().optional().meta({
          description: 'Of a chat, `false` leaves `rendered` empty. Default: true.',
        }),
        contract: z.enum(['warn', 'enforce']).optional().meta({
          description: 'Judges the variables at least so strictly, whatever the contract of the prompt is.',
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
          .meta({ description: 'A version number or a tag, as text. Default: the live version.' }),
        team_id: uuid().optional().meta({ description: 'Restricts the slug to one team.' }),
      }),
    ),
  })
  .meta({ description: 'The renders to perform, at most 100.' });

const RenderResponse = z
  .object({
    rendered: z.string(),
    version: z.int(),
    slug: z.string(),
    tags: z.array(z.string()),
    messages: renderedMessages.exactOptional(),
    config: config().exactOptional(),
  })
  .meta({ description: 'The rendered text and the version it comes from.' });

const RenderBatchResponse = z
  .object({
    results: z.array(
      RenderResponse.partial().extend({
        status: z.int().meta({ description: 'The status that a single render would have returned.' }),
        error: z.string().optional().meta({ description: 'Present unless the status is 200.' }),
        contract: ContractViolation.exactOptional().meta({
          description: 'What is wrong with the variables: what `Px0-Contract` says of a single render.',
        }),
        hint: z
          .string()
          .exactOptional()
          .meta({ description: 'What may help the caller: the `Px0-Hint` of a single render.' }),
      }),
    ),
  })
  .meta({ description: 'One result per render, in the order of the request.' });

const OrganizationAuditEntry = z
  .object({
    id: z.string().meta({ description: 'Increases over time.' }),
    action: z.string().meta({ description: 'The action.', examples: ['member.role_changed'] }),
    actor: z
      .object({
        kind: z.enum(['user', 'api-key', 'system']),
        user_id: uuid().nullable().meta({ description: 'For an API key, the user it acted for.' }),
        api_key_id: uuid().nullable(),
      })
      .meta({ description: 'Who performed the action; `system` is px0 itself.' }),
    org_id: uuid(),
    team_id: uuid().nullable().meta({ description: 'The affected team.' }),
    user_id: uuid().nullable().meta({ description: 'The affected user.' }),
    details: z
      .record(z.string(), z.string())
      .meta({ description: 'Details of the action, e.g. the role before and after.' }),
    created_at: timestamp(),
  })
  .meta({ description: 'An action in an organization.' });

const ExternalCheck = z
  .object({
    name: z.string().meta({ examples: ['evals'] }),
    state: z.enum(checkStates),
    description: z.string().meta({ description: 'What the poster says of it; empty for nothing.' }),
    url: z.string().nullable().meta({ description: 'Where to read more.' }),
    version: z.int(),
    content_hash: z.string().meta({
      description: 'What was checked. It is out of date if the version has another `content_hash` by now.',
    }),
    posted_by: author.unwrap().meta({ description: 'The API key that said so.' }),
    posted_at: timestamp(),
  })
  .meta({ description: 'What CI found about the content of a version.' });

const PostCheckRequest = z
  .object({
    name: judgedString({ pattern: checkName }).meta({ examples: ['evals'] }),
    state: judgedString({ enum: checkStates }),
    description: z.string().max(255).optional(),
    url: judgedString({ format: 'uri' })
      .optional()
      .meta({ description: 'An `https:` URL of at most 2048 characters.' }),
    content_hash: z.string().meta({
      description:
        'The `content_hash` of the version that was checked. The check is refused if the version has another one by now.',
    }),
  })
  .meta({ description: 'The state of a check.' });

/** Every named schema, under the name of its type in generated clients. */
export const schemas = {
  APIError,
  User,
  PersonTeam,
  LastLogin,
  PromptCount,
  Invitation,
  CreateInvitationRequest,
  AcceptInvitationRequest,
  MailInvitationRequest,
  APIKey,
  APIKeyLimits,
  Organization,
  OrganizationWithRole,
  Team,
  TeamJoinRequest,
  InboxItem,
  JoinRequestPayload,
  Prompt,
  TemplateVariable,
  ChatMessage,
  MessagePart,
  VersionProgram,
  ContractViolation,
  PromptVersion,
  DiffHunk,
  DiffSection,
  TemplateValidation,
  VersionCheck,
  ExternalCheck,
  PostCheckRequest,
  TemplateCheck,
  CheckTemplateRequest,
  PromptAuditEntry,
  PromptDocumentEnvelope,
  ImportResult,
  ImportPreview,
  PromptUsageHour,
  RenderRequest,
  RenderResponse,
  RenderBatchRequest,
  RenderBatchResponse,
  DeliveryFrame,
  DeliveredPrompt,
  DeliveredVersion,
  UsageReportRequest,
  PromptService,
  TeamService,
  PromptUsage,
  TeamUsage,
  UsageBreakdown,
  Assertion,
  PayloadSnapshot,
  PromptPayload,
  AcceptSnapshotRequest,
  CreatePromptPayloadRequest,
  UpdatePromptPayloadRequest,
  UpdatePromptRequest,
  PatchPromptRequest,
  TransitionRequest,
  RegisterRequest,
  LoginRequest,
  VerifyRequest,
  UpdateMeRequest,
  ChangePasswordRequest,
  TriggerPasswordResetRequest,
  ResetPasswordRequest,
  CreateAPIKeyRequest,
  RevokeAPIKeyRequest,
  APIKeyCreatedResponse,
  TeamMemberResponse,
  CreatePromptRequest,
  CreateVersionRequest,
  UpdateVersionRequest,
  OrganizationAuditEntry,
  ...policySchemas,
  Change,
  ChangeRequest,
  Comment,
  CreateChangeRequestRequest,
  Requirement,
  Review,
  ReviewChangeRequestRequest,
  AuditLine,
  AccountAuditEntry,
} as const;

/** The TypeScript type of a named schema, for example `Wire<'Prompt'>`. */
export type Wire<Name extends keyof typeof schemas> = z.infer<(typeof schemas)[Name]>;
