/** The changes that can be made to many prompts at once. The lists are read anew once, when all are done. */
import type { OperationId, Wire } from '@px0/contracts';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, outdated } from '../api/mod.ts';
import { type BulkOptions, type BulkResult, forEachPrompt } from './bulk.ts';

type Prompt = Wire<'Prompt'>;

const changed: readonly OperationId[] = [
  ...(['listPrompts', 'getPrompt', 'listFolders', 'listTeamTags', 'listPromptAudit'] as const),
  ...(['listVersions', 'getVersion', 'listChangeRequests', 'getTeamUsage'] as const),
];

export type BulkWrites = ReturnType<typeof bulkWrites>;

export function useBulkWrites(): BulkWrites {
  const queryClient = useQueryClient();
  return useMemo(() => bulkWrites(queryClient), [queryClient]);
}

function bulkWrites(queryClient: QueryClient) {
  const each = async (
    prompts: readonly Prompt[],
    act: (prompt: Prompt) => Promise<unknown>,
    options?: BulkOptions,
  ): Promise<BulkResult<Prompt>> => {
    const result = await forEachPrompt(prompts, act, options);
    await outdated(queryClient, ...changed);
    return result;
  };
  return {
    archive: (prompts: readonly Prompt[], options?: BulkOptions) =>
      each(prompts, ({ id }) => api.call('archivePrompt', { params: { id } }), options),
    restore: (prompts: readonly Prompt[], options?: BulkOptions) =>
      each(prompts, ({ id }) => api.call('restorePrompt', { params: { id } }), options),
    /** `folderOf` says where each goes. */
    setFolders: (prompts: readonly Prompt[], folderOf: (prompt: Prompt) => string, options?: BulkOptions) =>
      each(
        prompts,
        (prompt) =>
          api.call('patchPrompt', { params: { id: prompt.id }, body: { folder: folderOf(prompt) } }),
        options,
      ),
    /** `teamOf` says where each goes. */
    move: (prompts: readonly Prompt[], teamOf: (prompt: Prompt) => string, options?: BulkOptions) =>
      each(
        prompts,
        (prompt) => api.call('movePrompt', { params: { id: prompt.id }, body: { team_id: teamOf(prompt) } }),
        options,
      ),
    tag: (
      prompts: readonly { readonly prompt: Prompt; readonly version: number }[],
      tag: string,
      options?: BulkOptions,
    ) => {
      const versions = new Map(prompts.map(({ prompt, version }) => [prompt.id, version]));
      return each(
        prompts.map(({ prompt }) => prompt),
        ({ id }) =>
          api.call('setVersionTag', {
            params: { id, version: String(versions.get(id)) },
            body: { tag },
          }),
        options,
      );
    },
  };
}
