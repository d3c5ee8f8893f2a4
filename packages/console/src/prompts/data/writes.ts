/** Writes to prompts. Each one also marks the readings that it changes as outdated; no caller has to know them. */
import type { OperationId } from '@px0/contracts';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, outdated, type RequestBody } from '../../api/mod.ts';
import type { JsonValue } from '../../json/mod.ts';
import type { ContractPolicy } from '../contract-policy.ts';
import type { Transition } from '../version-actions.ts';

const promptOperations: readonly OperationId[] = [
  'getPrompt',
  'listPrompts',
  'listPromptAudit',
  'getTeamUsage',
];
const folderOperations: readonly OperationId[] = [...promptOperations, 'listFolders'];
/** What stands in a change request follows what it is about. */
const versionOperations: readonly OperationId[] = [
  'listVersions',
  'getVersion',
  'getChangeRequest',
  'listChangeRequests',
  ...promptOperations,
];
const tagOperations: readonly OperationId[] = [...versionOperations, 'listTeamTags'];
const requestOperations: readonly OperationId[] = [
  'listChangeRequests',
  'listMyChangeRequests',
  'getChangeRequest',
];
const payloadOperations: readonly OperationId[] = ['listPromptPayloads', 'listPromptAudit'];

export type ProposedChange = RequestBody<'createChangeRequest'>['change'];

export type PromptWrites = ReturnType<typeof promptWrites>;

export function usePromptWrites(): PromptWrites {
  const queryClient = useQueryClient();
  return useMemo(() => promptWrites(queryClient), [queryClient]);
}

function promptWrites(queryClient: QueryClient) {
  const changed = async <T>(ids: readonly OperationId[], write: Promise<T>): Promise<T> => {
    const reply = await write;
    await outdated(queryClient, ...ids);
    return reply;
  };
  return {
    createPrompt: (
      teamID: string,
      body: {
        readonly name: string;
        readonly description: string;
        readonly slug?: string;
        readonly folder?: string;
      },
    ) => changed(folderOperations, api.call('createPrompt', { params: { teamID }, body })),
    describe: (id: string, description: string) =>
      changed(promptOperations, api.call('updatePrompt', { params: { id }, body: { description } })),
    setFolder: (id: string, folder: string) =>
      changed(folderOperations, api.call('patchPrompt', { params: { id }, body: { folder } })),
    setContract: (id: string, contract: ContractPolicy) =>
      changed(promptOperations, api.call('patchPrompt', { params: { id }, body: { contract } })),
    moveFolder: (teamID: string, from: string, to: string) =>
      changed(folderOperations, api.call('moveFolder', { params: { teamID }, body: { from, to } })),
    archive: (id: string) => changed(promptOperations, api.call('archivePrompt', { params: { id } })),
    restore: (id: string) => changed(promptOperations, api.call('restorePrompt', { params: { id } })),
    move: (id: string, teamId: string) =>
      changed(folderOperations, api.call('movePrompt', { params: { id }, body: { team_id: teamId } })),
    createVersion: (id: string, body: RequestBody<'createVersion'>) =>
      changed(versionOperations, api.call('createVersion', { params: { id }, body })),
    duplicate: (id: string, version: number) =>
      changed(versionOperations, api.call('duplicateVersion', { params: { id, version: String(version) } })),
    deleteDraft: (id: string, version: number) =>
      changed(
        versionOperations,
        api.call('deletePromptVersion', { params: { id, version: String(version) } }),
      ),
    transition: (transition: Transition, id: string, version: number, options: TransitionOptions = {}) => {
      const note = options.note?.trim() ?? '';
      const call = {
        params: { id, version: String(version) },
        headers: { ...ifMatch(options.etag), ...breakGlass(options.breakGlass) },
        ...(note !== '' && { body: { note } }),
      };
      const write =
        transition === 'promote'
          ? api.call('promoteVersion', {
              ...call,
              query: {
                require: options.requirePayloads === true ? 'payloads' : undefined,
                allow: options.allowBreak === true ? 'contract_break' : undefined,
              },
            })
          : api.call(transition === 'demote' ? 'demoteVersion' : 'archiveVersion', call);
      return changed(versionOperations, write);
    },
    propose: (id: string, body: RequestBody<'createChangeRequest'>) =>
      changed(requestOperations, api.call('createChangeRequest', { params: { id }, body })),
    setTag: (id: string, version: number, tag: string, reason?: string) =>
      changed(
        tagOperations,
        api.call('setVersionTag', {
          params: { id, version: String(version) },
          body: { tag },
          headers: breakGlass(reason),
        }),
      ),
    removeTag: (id: string, tag: string, reason?: string) =>
      changed(
        tagOperations,
        api.call('removeVersionTag', { params: { id, tag }, headers: breakGlass(reason) }),
      ),
    createPayload: (id: string, name: string, variables: JsonValue) =>
      changed(
        payloadOperations,
        api.call('createPromptPayload', { params: { id }, body: { name, variables } }),
      ),
    updatePayload: (id: string, payloadID: string, change: RequestBody<'updatePromptPayload'>) =>
      changed(
        payloadOperations,
        api.call('updatePromptPayload', { params: { id, payloadID }, body: change }),
      ),
    acceptSnapshot: (id: string, payloadID: string, version: number) =>
      changed(
        [...payloadOperations, 'getSnapshot'],
        api.call('acceptSnapshot', { params: { id, payloadID }, body: { version } }),
      ),
    deletePayload: (id: string, payloadID: string) =>
      changed(payloadOperations, api.call('deletePromptPayload', { params: { id, payloadID } })),
  };
}

function ifMatch(etag: string | undefined): Readonly<Record<string, string>> {
  return etag === undefined ? {} : { 'if-match': etag };
}

/** A header holds no more than ASCII, so the reason is percent-encoded. */
function breakGlass(reason: string | undefined): Readonly<Record<string, string>> {
  return reason === undefined ? {} : { 'px0-break-glass': encodeURIComponent(reason) };
}

export interface TransitionOptions {
  /** Fails if the version has changed since it was read. */
  readonly etag?: string | undefined;
  /** Fails unless every payload renders. */
  readonly requirePayloads?: boolean;
  /** Promotes even if the version refuses what the live one accepts. */
  readonly allowBreak?: boolean;
  /** Why; blank for no reason. */
  readonly note?: string;
  /** Why it is made against the policies. */
  readonly breakGlass?: string | undefined;
}
