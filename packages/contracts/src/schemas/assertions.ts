/** What is expected of the outputs of payloads, and what a check found: a payload is a test case of its prompt. */
import { z } from 'zod';
import { anyJson, judgedString } from '../values.ts';

/** The types of assertions, in the order of the documentation. */
export const assertionTypes = [
  'equals',
  'contains',
  'not_contains',
  'starts_with',
  'ends_with',
  'matches',
  'not_matches',
  'json_valid',
  'max_chars',
  'min_chars',
  'max_tokens',
  'no_placeholders',
  'message_count',
  'snapshot',
  'fails',
] as const;

export const severities = ['error', 'warning'] as const;

export const Assertion = z
  .object({
    type: judgedString({ enum: assertionTypes }),
    value: anyJson()
      .optional()
      .meta({
        description:
          'A text or a number, by the type: the text that is looked for, the RE2 pattern, the kind of JSON (`object` or `array`), or the bound.',
        examples: ['refund policy'],
      }),
    encoding: judgedString({ enum: ['o200k_base'] })
      .optional()
      .meta({ description: 'Of `max_tokens`. Default: `o200k_base`.' }),
    severity: judgedString({ enum: severities })
      .optional()
      .meta({ description: 'Whether a failure fails the check. Default: `error`.' }),
    note: z.string().optional().meta({ description: 'Why it is expected, at most 255 characters.' }),
    message: z.int().optional().meta({
      description:
        'Of a chat: judges the text of this message only, counted from 0. Default: the transcript.',
    }),
  })
  .meta({ description: 'What is expected of the output of a payload.' });

/** What a check found out about one assertion. */
export const assertionResult = z.object({
  type: z.string().meta({ description: 'As of an assertion. Newer servers may have more.' }),
  ok: z.boolean(),
  severity: z.enum(severities),
  message: z
    .string()
    .nullable()
    .meta({
      description: 'What is wrong; null if nothing is.',
      examples: ['does not contain "refund policy"'],
    }),
});
