/** Transport of usage. */
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import type { ReadUsage } from './read-usage.ts';

export function usageRoutes(usage: ReadUsage) {
  return {
    getPromptUsage: async ({ principal, params, query }) => ({
      usage: await usage.run(principal, params.id, query),
    }),
  } satisfies Handlers<Principal>;
}
