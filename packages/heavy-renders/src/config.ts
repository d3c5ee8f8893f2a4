import { integerVariable } from '@px0/service-kit';

/** What a service that has a pool reads from its environment for it. */
export const heavyVariables = {
  HEAVY_RENDER_THREADS: integerVariable(1, 256)
    .optional()
    .describe(
      'Number of worker threads for renders, checks and comparisons that take long. Default: the processors but one, and no more than half of the memory has room for at 512 MiB each, for render shared among the processes of `WEB_CONCURRENCY`, at least one.',
    ),
};
