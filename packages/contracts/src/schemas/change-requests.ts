/** Change requests on the wire: what somebody proposes to a prompt, who reviewed it, and what it still lacks. */
import { z } from 'zod';
import { anyJson, judgedInteger, judgedString, timestamp, uuid } from '../values.ts';

/** What a change request may be about. The words are the API's. */
export const changeKinds = [
  'promote',
  'demote',
  'archive_version',
  'set_tag',
  'remove_tag',
  'archive_prompt',
  'restore_prompt',
  'move_prompt',
  'payload',
] as const;

/** `applied`, `closed` and `obsolete` are final. */
export const changeRequestStates = ['open', 'applied', 'closed', 'obsolete'] as const;

export const reviewVerdicts = ['approve', 'request_changes'] as const;

/** Why a review does not count. */
export const reviewFaults = [
  'author',
  'contributor',
  'role',
  'content_changed',
  'live_changed',
  'tag_changed',
  'too_old',
  'left_team',
  'replaced',
  'dismissed',
] as const;

/** The most of each that there may be, and how long texts may be. */
export const changeRequestLimits = {
  title: 255,
  description: 16_384,
  reason: 2_000,
  reviewComment: 2_000,
  comment: 10_000,
  comments: 1_000,
  reviews: 100,
  openPerPrompt: 200,
  payloadBytes: 65_536,
  mine: 200,
} as const;

const actor = () =>
  z.object({
    kind: z.enum(['user', 'api-key']),
    user_id: uuid().nullable(),
    api_key_id: uuid().nullable(),
  });

export const Change = z
  .object({
    kind: judgedString({ enum: changeKinds }).meta({
      description: 'What is changed. It decides which of the other keys are there.',
    }),
    version: judgedInteger().exactOptional().meta({
      description: 'Of `promote`, `demote`, `archive_version`, `set_tag`: the number of the version.',
    }),
    to: judgedString({ enum: ['stable', 'live'] })
      .exactOptional()
      .meta({ description: 'Of `promote`: what the version becomes.' }),
    tag: z.string().exactOptional().meta({ description: 'Of `set_tag` and `remove_tag`.' }),
    team_id: z
      .string()
      .exactOptional()
      .meta({ description: 'Of `move_prompt`: the id of the team that the prompt is moved to.' }),
    payload_id: z
      .string()
      .nullable()
      .exactOptional()
      .meta({ description: 'Of `payload`: the id of the payload. Null: a new one is created.' }),
    set: z.record(z.string(), anyJson()).nullable().exactOptional().meta({
      description:
        'Of `payload`: what creating or updating the payload takes, at most 65536 bytes of JSON. Null: the payload is deleted.',
    }),
  })
  .meta({ description: 'A change of a prompt, as somebody proposes it.' });

export const Review = z
  .object({
    id: uuid(),
    user_id: uuid(),
    verdict: z.enum(reviewVerdicts),
    comment: z.string(),
    created_at: timestamp(),
    counts: z.boolean().meta({ description: 'Whether it counts for at least one requirement, now.' }),
    why_not: z.enum(reviewFaults).nullable().meta({
      description:
        'Why it does not count: its `author` made the request; its author is a `contributor` of the version; the `role`; what changed since; `too_old`; `left_team`; `replaced` by a newer one of the same person; `dismissed` by an administrator. Null if it counts.',
    }),
  })
  .meta({ description: 'What somebody thinks of a change request, about exactly one content.' });

export const Requirement = z
  .object({
    policy_id: uuid(),
    policy_name: z.string(),
    approvals_needed: z.int(),
    approvals_given: z.int(),
    checks: z.array(
      z.object({
        kind: z.string().meta({ examples: ['external'] }),
        name: z.string().nullable(),
        state: z.enum(['pending', 'success', 'failure']),
        detail: z.string(),
      }),
    ),
    satisfied: z.boolean(),
    unmet: z
      .array(z.string())
      .meta({ description: 'What is missing, in words.', examples: [['1 more approval']] }),
  })
  .meta({ description: 'What one policy asks of a change, and what of it is there.' });

export const ChangeRequest = z
  .object({
    id: uuid(),
    number: z.int().meta({ description: '1, 2, 3, and so on in its team. Never reused.' }),
    prompt_id: uuid(),
    team_id: uuid(),
    slug: z.string(),
    title: z.string(),
    description: z.string(),
    author: actor(),
    via: z
      .string()
      .nullable()
      .meta({ description: 'What the client called itself in `Px0-Client`.', examples: ['console'] }),
    change: Change,
    apply: z.enum(['manual', 'when_ready']),
    state: z.enum(changeRequestStates),
    reason: z
      .string()
      .nullable()
      .meta({ description: 'Why it is closed or obsolete.', examples: ['version 8 was archived'] }),
    binding: z
      .object({
        content_hash: z.string().nullable(),
        live_version: z.int().nullable(),
        live_hash: z.string().nullable(),
        tag_version: z.int().nullable(),
      })
      .meta({
        description:
          'What a review made now is about: the content of the version, what is live, and what carries the tag. Of a request that is not open: what it was about at its end.',
      }),
    requirements: z.array(Requirement),
    ready: z.boolean().meta({ description: 'Whether it can be applied, as far as policies go.' }),
    break_glass: z
      .object({ reason: z.string(), acknowledged_by: uuid().nullable() })
      .nullable()
      .meta({ description: 'Present if the change was made against a policy.' }),
    reviews: z.array(Review).meta({ description: 'The oldest first.' }),
    comment_count: z.int(),
    applied_by: actor().nullable(),
    created_at: timestamp(),
    updated_at: timestamp(),
    applied_at: timestamp().nullable(),
  })
  .meta({ description: 'A proposed change of a prompt, which policies may require to be reviewed.' });

export const Comment = z
  .object({ id: uuid(), author: actor(), text: z.string(), created_at: timestamp() })
  .meta({ description: 'A comment on a change request.' });

export const CreateChangeRequestRequest = z
  .object({
    title: z.string().min(1).max(changeRequestLimits.title),
    description: z
      .string()
      .max(changeRequestLimits.description)
      .optional()
      .meta({ description: 'Why, as Markdown. Default: empty.' }),
    change: Change,
    apply: judgedString({ enum: ['manual', 'when_ready'] })
      .optional()
      .meta({
        description:
          '`when_ready` applies the change with the review or the check that completes what policies ask. Default: `manual`.',
      }),
  })
  .meta({ description: 'A proposed change.' });

export const ReviewChangeRequestRequest = z
  .object({
    verdict: judgedString({ enum: reviewVerdicts }),
    comment: z.string().max(changeRequestLimits.reviewComment).optional(),
    content_hash: z.string().nullable().optional().meta({
      description:
        'The `binding.content_hash` of the request as it was shown. May be omitted only where that is null.',
    }),
  })
  .meta({ description: 'What the caller thinks of the change, and which content they saw.' });
