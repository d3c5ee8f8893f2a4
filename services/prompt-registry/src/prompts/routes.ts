/** Transport of the prompt operations. */
import type { Principal } from '@px0/access';
import { MOST_LISTED_TEAMS, type PromptId, parseUuid, type TeamId } from '@px0/contracts';
import { encodeMark } from '@px0/owner';
import { ApiError, type Handlers, SerializedJson } from '@px0/service-kit';
import { directBasis } from '../policies/mod.ts';
import type { CreatePrompt } from './create-prompt.ts';
import type { DescribePrompt } from './describe-prompt.ts';
import type { FindPromptByText } from './find-prompt-by-text.ts';
import type { ListFolders } from './list-folders.ts';
import type { ListPrompts, PromptList } from './list-prompts.ts';
import { type ListParameters, orderName, parseListQuery } from './list-query.ts';
import type { MoveFolder } from './move-folder.ts';
import type { MovePrompt } from './move-prompt.ts';
import type { PatchPrompt } from './patch-prompt.ts';
import { promptOnWire } from './prompt-row.ts';
import type { SetPromptStatus } from './set-prompt-status.ts';

/** Shows the version that a read of a prompt asks for as well. Versions implement it. */
export interface WantedVersion {
  /** Its JSON; undefined when the query asks for no version. @throws ApiError invalidInclude, versionNotFound */
  run(
    principal: Principal,
    promptId: PromptId,
    query: {
      readonly version?: string | undefined;
      readonly tag?: string | undefined;
      readonly include?: string | undefined;
    },
  ): Promise<string | undefined>;
}

export interface PromptCommands {
  readonly create: CreatePrompt;
  readonly describe: DescribePrompt;
  readonly patch: PatchPrompt;
  readonly setStatus: SetPromptStatus;
  readonly move: MovePrompt;
  readonly find: FindPromptByText;
  readonly list: ListPrompts;
  readonly listFolders: ListFolders;
  readonly moveFolder: MoveFolder;
  readonly wantedVersion: WantedVersion;
}

export function promptRoutes(commands: PromptCommands) {
  const { create, describe, patch, setStatus, move, find, list, listFolders, moveFolder, wantedVersion } =
    commands;
  return {
    createPrompt: async ({ principal, params, body }) => ({
      prompt: promptOnWire(await create.run(principal, params.teamID, body)),
    }),
    listPrompts: async ({ principal, params, query }) =>
      pageOnWire(await list.run(principal, [params.teamID], query), query),
    listAllPrompts: async ({ principal, query }) => {
      const teamIds = listedTeams(query);
      return teamIds.length === 0
        ? { prompts: [] }
        : pageOnWire(await list.run(principal, teamIds, query), query);
    },
    getPrompt: async ({ principal, params, query }) => {
      const prompt = await find.run(principal, params.id, query.team_id);
      const version = await wantedVersion.run(principal, prompt.id, query);
      const shown = { prompt: promptOnWire(prompt) };
      if (version === undefined) return shown;
      const head = JSON.stringify(shown).slice(0, -1);
      return new SerializedJson([Buffer.from(`${head},"version":${version}}`)]);
    },
    updatePrompt: async ({ principal, params, body }) => ({
      prompt: promptOnWire(await describe.run(principal, params.id, body)),
    }),
    patchPrompt: async ({ principal, params, body, header }) => ({
      prompt: promptOnWire(await patch.run(principal, params.id, body, directBasis(header))),
    }),
    listFolders: async ({ principal, params }) => ({
      folders: await listFolders.run(principal, params.teamID),
    }),
    moveFolder: async ({ principal, params, body }) => ({
      moved: await moveFolder.run(principal, params.teamID, body),
    }),
    archivePrompt: async ({ principal, params, header }) => ({
      prompt: promptOnWire(await setStatus.run(principal, params.id, 'archived', directBasis(header))),
    }),
    restorePrompt: async ({ principal, params, header }) => ({
      prompt: promptOnWire(await setStatus.run(principal, params.id, 'active', directBasis(header))),
    }),
    movePrompt: async ({ principal, params, body, header, signal }) => ({
      prompt: promptOnWire(
        await move.run(principal, params.id, body, { basis: directBasis(header), signal }),
      ),
    }),
  } satisfies Handlers<Principal>;
}

interface TeamParameters {
  readonly team?: string | undefined;
  readonly team_id?: string | undefined;
  readonly teams?: string | undefined;
}

/** Each team once; none if the query names none. @throws ApiError invalidId, also for too many */
function listedTeams({ team = '', team_id = '', teams = '' }: TeamParameters): readonly TeamId[] {
  const one = team === '' ? team_id : team;
  const texts = one === '' ? teams.split(',').filter((text) => text !== '') : [one];
  const ids = texts.map((text) => parseUuid(text));
  if (ids.length > MOST_LISTED_TEAMS) throw new ApiError('invalidId');
  return [...new Set(ids)].map((id) => {
    if (id === undefined) throw new ApiError('invalidId');
    return id;
  });
}

/** `next_cursor` appears on a page that is not the last one; a list without limit is complete. */
function pageOnWire({ rows, next }: PromptList, parameters: ListParameters) {
  const list = {
    prompts: rows.map(({ prompt, summary }) => ({
      ...promptOnWire(prompt),
      ...(summary === undefined ? {} : { summary }),
    })),
  };
  return next === undefined
    ? list
    : { ...list, next_cursor: encodeMark(orderName(parseListQuery(parameters).sort), next) };
}
