/** Transport of the tag operations. */
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import { directBasis } from '../policies/mod.ts';
import { versionAnswer } from '../versions/mod.ts';
import type { ListTags } from './list-tags.ts';
import type { ListTeamTags } from './list-team-tags.ts';
import type { RemoveTag } from './remove-tag.ts';
import type { SetTag } from './set-tag.ts';

export interface TagCommands {
  readonly set: SetTag;
  readonly remove: RemoveTag;
  readonly list: ListTags;
  readonly listOfTeam: ListTeamTags;
}

export function tagRoutes({ set, remove, list, listOfTeam }: TagCommands) {
  return {
    setVersionTag: async ({ principal, params, body, header, signal }) => {
      const options = { basis: directBasis(header), signal };
      return versionAnswer(await set.run(principal, params.id, params.version, body, options));
    },
    removeVersionTag: async ({ principal, params, header }) => {
      await remove.run(principal, params.id, params.tag, directBasis(header));
      return undefined;
    },
    listVersionTags: async ({ principal, params }) => ({ tags: await list.run(principal, params.id) }),
    listTeamTags: async ({ principal, params }) => ({
      tags: await listOfTeam.run(principal, params.teamID),
    }),
  } satisfies Handlers<Principal>;
}
