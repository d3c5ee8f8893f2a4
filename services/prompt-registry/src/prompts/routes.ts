/** Transport of the prompt operations. */
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import { encodeMark } from '../paging/mod.ts';
import { parseVersionRef, type ReadVersions, versionToWire } from '../versions/mod.ts';
import type { ChangePrompt } from './change-prompt.ts';
import type { CreatePrompt } from './create-prompt.ts';
import { type ListParameters, orderName, parseListQuery } from './list-query.ts';
import type { PromptPage } from './list-store.ts';
import { promptToWire } from './prompt-row.ts';
import type { ReadPrompts } from './read-prompts.ts';

export interface PromptCommands {
  readonly create: CreatePrompt;
  readonly change: ChangePrompt;
  readonly read: ReadPrompts;
  readonly versions: ReadVersions;
}

export function promptRoutes({ create, change, read, versions }: PromptCommands) {
  return {
    createPrompt: async ({ principal, params, body }) => ({
      prompt: promptToWire(await create.run(principal, params.teamID, body)),
    }),
    listPrompts: async ({ principal, params, query }) =>
      listed(await read.list(principal, params.teamID, query), query),
    listAllPrompts: async ({ principal, query }) => {
      const team = query.team === undefined || query.team === '' ? query.team_id : query.team;
      return listed(await read.listOfNamedTeam(principal, team, query), query);
    },
    getPrompt: async ({ principal, params, query }) => {
      const prompt = await read.byIdOrSlug(principal, params.id, query.team_id);
      const ref = wantedVersion(query);
      if (ref === undefined) return { prompt: promptToWire(prompt) };
      return {
        prompt: promptToWire(prompt),
        version: versionToWire(await versions.ofPrompt(prompt.id, ref)),
      };
    },
    updatePrompt: async ({ principal, params, body }) => ({
      prompt: promptToWire(await change.describe(principal, params.id, body)),
    }),
    archivePrompt: async ({ principal, params }) => ({
      prompt: promptToWire(await change.archive(principal, params.id)),
    }),
    restorePrompt: async ({ principal, params }) => ({
      prompt: promptToWire(await change.restore(principal, params.id)),
    }),
    movePrompt: async ({ principal, params, body }) => ({
      prompt: promptToWire(await change.move(principal, params.id, body)),
    }),
  } satisfies Handlers<Principal>;
}

/** `version` is a number or a tag and wins; `tag` is a tag even when it consists of digits. */
function wantedVersion({
  version = '',
  tag = '',
}: {
  readonly version?: string | undefined;
  readonly tag?: string | undefined;
}) {
  if (version !== '') return parseVersionRef(version);
  return tag === '' ? undefined : ({ kind: 'tag', tag } as const);
}

/** `next_cursor` appears on a page that is not the last one; a list without limit is complete. */
function listed({ rows, next }: PromptPage, parameters: ListParameters) {
  const list = { prompts: rows.map(promptToWire) };
  return next === undefined
    ? list
    : { ...list, next_cursor: encodeMark(orderName(parseListQuery(parameters).sort), next) };
}
