/** What protects prompts: policies, and what they demand of a change. */
import { z } from 'zod';
import { judgedInteger, judgedString, timestamp, uuid } from '../values.ts';

/** What a policy may guard. See docs/decisions/201-policies.md. */
export const policyTransitions = ['stable', 'live', 'demote', 'tag', 'archive', 'move', 'payloads'] as const;

/** The most of each that a policy may have, and that there may be. */
export const policyLimits = {
  patterns: 20,
  patternCharacters: 255,
  approvals: 5,
  users: 50,
  checks: 10,
  apiKeys: 20,
  maxAgeHours: 8_760,
  ofTeam: 20,
  ofOrganization: 50,
  reasonBytes: 500,
} as const;

const reviewerRoles = ['admin', 'editor', 'viewer'] as const;
const breakGlassRoles = ['admin', 'editor'] as const;
const checkKinds = ['assertions', 'contract', 'external'] as const;
const rollbacks = ['exempt', 'guarded'] as const;

const pattern = () => z.string().meta({ examples: ['billing_*'] });
const patternsAre = 'A pattern matches a whole text; `*` stands for any run of characters, also none.';

const PolicyCheck = z
  .object({
    kind: judgedString({ enum: checkKinds }),
    name: z.string().exactOptional().meta({ description: 'Of an external check: its name.' }),
    api_key_ids: z.array(uuid()).exactOptional().meta({
      description:
        'Of an external check: the API keys that may post it. Absent: every key of the team with the operation `all`.',
    }),
  })
  .meta({ description: 'A check that has to succeed before a change is made.' });

const PromptPolicy = z
  .object({
    id: uuid(),
    name: z.string(),
    enabled: z.boolean(),
    scope: z
      .object({
        kind: z.enum(['organization', 'team']),
        org_id: uuid().exactOptional().meta({ description: 'Only of a policy of an organization.' }),
        team_id: uuid().exactOptional().meta({ description: 'Only of a policy of a team.' }),
      })
      .meta({ description: 'A policy of an organization holds for all of its teams.' }),
    match: z.object({
      slugs: z.array(z.string()),
      folders: z.array(z.string()).exactOptional(),
      transitions: z.array(z.enum(policyTransitions)),
      tags: z.array(z.string()).exactOptional(),
    }),
    require: z.object({
      approvals: z.int(),
      roles: z.array(z.enum(reviewerRoles)),
      user_ids: z.array(uuid()).exactOptional(),
      not_author: z.boolean(),
      not_contributor: z.boolean(),
      max_age_hours: z.int().nullable(),
      checks: z.array(PolicyCheck),
    }),
    rollback: z.enum(rollbacks),
    break_glass: z
      .object({ roles: z.array(z.enum(breakGlassRoles)), user_ids: z.array(uuid()).exactOptional() })
      .nullable(),
    created_at: timestamp(),
    updated_at: timestamp().meta({
      description: 'Differs after every change: in quotes, it is the `ETag` of the policy.',
    }),
    updated_by: uuid().meta({ description: 'The user who changed it last.' }),
  })
  .meta({ description: 'What has to hold before a prompt may be changed in a way that callers notice.' });

const PromptPolicyRequest = z
  .object({
    name: z.string().min(1).max(255),
    enabled: z.boolean().optional().meta({ description: 'Default: true.' }),
    match: z.object({
      slugs: z.array(pattern()).meta({ description: `Of the prompts that it protects. ${patternsAre}` }),
      folders: z.array(pattern()).optional().meta({
        description:
          'Of the folders that the prompts are in. `support/*` does not match `support`. Default: any folder, or none.',
      }),
      transitions: z.array(judgedString({ enum: policyTransitions })).meta({
        description:
          'The changes that it guards. `live` and `tag` guard archiving and moving the prompt, too.',
      }),
      tags: z.array(pattern()).optional().meta({
        description: 'Of the tags that `tag` protects. Default: any tag.',
      }),
    }),
    require: z.object({
      approvals: judgedInteger().optional().meta({
        minimum: 0,
        maximum: policyLimits.approvals,
        description:
          'How many reviewers have to approve. With 0, a change needs only its checks. Default: 0.',
      }),
      roles: z
        .array(judgedString({ enum: reviewerRoles }))
        .optional()
        .meta({
          description: 'The roles in the team whose approval counts. Default: `admin` and `editor`.',
        }),
      user_ids: z
        .array(uuid())
        .optional()
        .meta({ description: 'Users whose approval counts whatever their role.' }),
      not_author: z.boolean().optional().meta({
        description: 'Whether the approval of the author of the change does not count. Default: true.',
      }),
      not_contributor: z.boolean().optional().meta({
        description: 'Whether approvals of those who wrote the version do not count. Default: false.',
      }),
      max_age_hours: judgedInteger().nullable().optional().meta({
        minimum: 1,
        maximum: policyLimits.maxAgeHours,
        description: 'After how many hours an approval no longer counts. Default: null, never.',
      }),
      checks: z.array(PolicyCheck).optional(),
    }),
    rollback: judgedString({ enum: rollbacks }).optional().meta({
      description:
        '`exempt`: a version that was live within the last 30 days may go live again at once. Default: `exempt`.',
    }),
    break_glass: z
      .object({
        roles: z.array(judgedString({ enum: breakGlassRoles })).optional(),
        user_ids: z.array(uuid()).optional(),
      })
      .nullable()
      .optional()
      .meta({
        description:
          'Who may make a change at once, with a reason in the header `Px0-Break-Glass`. Default: `{"roles": ["admin"]}`; null: nobody.',
      }),
  })
  .meta({ description: 'A policy. What is omitted has its default.' });

export const policySchemas = { PromptPolicy, PromptPolicyRequest, PolicyCheck } as const;
