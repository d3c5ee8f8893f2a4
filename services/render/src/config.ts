/** The environment of the render service. */
import { heavyVariables } from '@px0/heavy-renders';
import {
  integerVariable,
  processVariables,
  streamVariables,
  traceVariables,
  usageVariables,
} from '@px0/service-kit';
import { z } from 'zod';

export const configSchema = z.object({
  ...processVariables,
  ...streamVariables,
  VERSION_CACHE_BYTES: integerVariable(1_048_576)
    .prefault('134217728')
    .describe(
      'Memory for compiled versions that are not live, in bytes; the least recently used ones are evicted.',
    ),
  VERSION_FETCHES: integerVariable(1)
    .prefault('64')
    .describe('Maximum number of such versions fetched from the stream at a time.'),
  DELIVERY_MAX_PROMPTS: integerVariable(1)
    .prefault('200000')
    .describe(
      'Maximum number of prompts delivered to one caller; callers who may read more name teams or slugs.',
    ),
  ...usageVariables,
  ...heavyVariables,
  ...traceVariables,
  WEB_CONCURRENCY: integerVariable(1)
    .prefault('1')
    .describe('Number of worker processes that serve renders on this host.'),
});

export type Config = z.infer<typeof configSchema>;
