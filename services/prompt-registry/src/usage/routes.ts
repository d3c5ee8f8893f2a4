/** Transport of usage, and of who makes it. */
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import type { ReadBreakdown } from './read-breakdown.ts';
import type { ReadServices } from './read-services.ts';
import type { ReadTeamUsage } from './read-team-usage.ts';
import type { ReadUsage } from './read-usage.ts';

export function usageRoutes(
  usage: ReadUsage,
  teamUsage: ReadTeamUsage,
  services: ReadServices,
  breakdown: ReadBreakdown,
) {
  return {
    getPromptUsage: async ({ principal, params, query }) => ({
      usage: await usage.run(principal, params.id, query),
    }),
    getTeamUsage: async ({ principal, params, query }) => ({
      usage: await teamUsage.run(principal, params.teamID, query),
    }),
    getUsageBreakdown: async ({ principal, params, query }) => ({
      breakdown: await breakdown.run(principal, params.id, query.days),
    }),
    listPromptServices: async ({ principal, params, query }) => ({
      services: await services.ofPrompt(principal, params.id, query),
    }),
    listTeamServices: async ({ principal, params, query }) => ({
      services: await services.ofTeam(principal, params.teamID, query),
    }),
  } satisfies Handlers<Principal>;
}
