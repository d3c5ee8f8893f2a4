/** Transport of the tag operations. */
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import { versionToWire } from '../versions/mod.ts';
import type { TagCommands } from './tag-commands.ts';

export function tagRoutes(tags: TagCommands) {
  return {
    setVersionTag: async ({ principal, params, body }) => ({
      version: versionToWire(await tags.set(principal, params.id, params.version, body)),
    }),
    removeVersionTag: async ({ principal, params }) => {
      await tags.remove(principal, params.id, params.tag);
      return undefined;
    },
    listVersionTags: async ({ principal, params }) => ({ tags: await tags.list(principal, params.id) }),
  } satisfies Handlers<Principal>;
}
