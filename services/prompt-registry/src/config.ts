/** What the prompt registry reads from its environment. */
import { heavyVariables } from '@px0/heavy-renders';
import { baseConfigSchema, integerVariable, usageVariables } from '@px0/service-kit';
import { z } from 'zod';

export const configSchema = z.object({
  ...baseConfigSchema.shape,
  ...usageVariables,
  ...heavyVariables,
  CHECK_TIME_BUDGET_MS: integerVariable(100, 60_000)
    .prefault('5000')
    .describe(
      'Time budget for one check of a version to render payloads, in milliseconds. The remaining payloads then fail with that reason, so that a check ends before callers time out.',
    ),
  AUTHORING: z
    .enum(['on', 'off'])
    .default('off')
    .describe(
      'Whether versions may hold messages, a configuration and an input schema, and prompts a contract. Leave it off until every process runs a release that knows them.',
    ),
  POLICIES: z
    .enum(['on', 'off'])
    .default('off')
    .describe(
      'Whether policies may be written. Leave it off until every process runs a release that knows them: one that does not would let pass what they guard.',
    ),
  USAGE_RETENTION_DAYS: integerVariable(1, 3_650)
    .prefault('90')
    .describe('How long the render counts of versions and services are kept, in days.'),
});

export type Config = z.infer<typeof configSchema>;
