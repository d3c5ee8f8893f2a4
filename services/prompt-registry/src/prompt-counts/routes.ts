/** Counts of prompts over HTTP. */
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import { CountPrompts, type CountPromptsDependencies } from './count-prompts.ts';

export function promptCountRoutes(dependencies: CountPromptsDependencies) {
  const countPrompts = new CountPrompts(dependencies);
  return {
    countOrgPrompts: async ({ principal, params }) => ({
      counts: (await countPrompts.run(principal, params.orgID)).map(({ teamId, active, archived }) => ({
        team_id: teamId,
        active,
        archived,
      })),
    }),
  } satisfies Handlers<Principal>;
}
