/** What the pages read of prompts, as queries. Route loaders and pages share them, so that a page finds what its route has loaded. */
import { queryOptions } from '@tanstack/react-query';
import { api, pages, type Reply, reading } from '../../api/mod.ts';

export function promptReading(promptId: string) {
  return reading('getPrompt', { params: { id: promptId } });
}

/** The folders of a team that hold prompts. */
export function foldersReading(teamId: string) {
  return reading('listFolders', { params: { teamID: teamId } });
}

/** The tags that the prompts of a team have. */
export function teamTagsReading(teamId: string) {
  return reading('listTeamTags', { params: { teamID: teamId } });
}

/** All versions with their templates, the newest first. */
export function versionsReading(promptId: string) {
  return reading('listVersions', { params: { id: promptId } });
}

export function payloadsReading(promptId: string) {
  return reading('listPromptPayloads', { params: { id: promptId } });
}

/** The activity of a prompt, the newest first. */
export function auditPages(promptId: string) {
  return pages('listPromptAudit', { params: { id: promptId }, query: { limit: 50 } });
}

export interface TaggedVersion {
  readonly version: Reply<'getVersion'>['version'];
  readonly etag: string;
}

/** One version with its entity tag. */
export async function readVersion(
  promptId: string,
  version: string,
  signal?: AbortSignal,
): Promise<TaggedVersion> {
  const { reply, headers } = await api.answer('getVersion', {
    params: { id: promptId, version },
    ...(signal && { signal }),
  });
  return { version: reply.version, etag: headers.get('etag') ?? '' };
}

export function taggedVersionReading(promptId: string, version: string) {
  return queryOptions({
    queryKey: ['getVersion', { id: promptId, version }, 'tagged'] as const,
    queryFn: ({ signal }) => readVersion(promptId, version, signal),
  });
}

export function checkReading(promptId: string, version: number) {
  return queryOptions({
    queryKey: ['checkVersion', { id: promptId, version }] as const,
    queryFn: async ({ signal }) => {
      const { check } = await api.call('checkVersion', {
        params: { id: promptId, version: String(version) },
        signal,
      });
      return check;
    },
    // What it says depends on the payloads, the version and the live one: any of them may have changed.
    staleTime: 0,
    gcTime: 0,
  });
}
