/** What the prompt registry reads from its environment. */
import { baseConfigSchema, integerVariable, usageVariables } from '@px0/service-kit';
import { z } from 'zod';

export const configSchema = z.object({
  ...baseConfigSchema.shape,
  ...usageVariables,
  CHECK_TIME_BUDGET_MS: integerVariable(100, 60_000)
    .prefault('5000')
    .describe(
      'How long one check of a version may render payloads. What is left then fails with that reason, so a check ends before callers give up.',
    ),
  USAGE_RETENTION_DAYS: integerVariable(1, 3_650)
    .prefault('90')
    .describe('How long renders per version and hour are kept.'),
});

export type Config = z.infer<typeof configSchema>;
