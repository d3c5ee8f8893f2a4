/** Reads which version was live when. The activity is paged and holds much else, so this reads until it has come to the time asked for. */
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api } from '../api/mod.ts';
import { type LiveStep, liveSteps } from './live-history.ts';

const PAGE = 200;
/** A draft that is edited for days has thousands of entries. What went live before those is not shown. */
const MOST_PAGES = 10;

function historyReading(promptId: string, since: number) {
  return queryOptions({
    queryKey: ['listPromptAudit', { id: promptId }, { since }, 'live'] as const,
    queryFn: async ({ signal }) => {
      const entries = [];
      let cursor: string | undefined;
      for (let page = 0; page < MOST_PAGES; page++) {
        const read = await api.call('listPromptAudit', {
          params: { id: promptId },
          query: { limit: PAGE, cursor },
          signal,
        });
        entries.push(...read.entries);
        cursor = read.next_cursor;
        const last = read.entries.at(-1);
        if (cursor === undefined || last === undefined || Date.parse(last.created_at) < since) break;
      }
      const last = entries.at(-1);
      const knownSince = cursor === undefined || last === undefined ? 0 : Date.parse(last.created_at);
      return { steps: liveSteps(entries), knownSince };
    },
  });
}

export interface LiveHistory {
  readonly steps: readonly LiveStep[];
  /** All steps since then are known, in milliseconds since 1970. */
  readonly knownSince: number;
}

/** `since` must not change with each render. Undefined until it was read, and where it cannot be read: it only helps. */
export function useLiveHistory(promptId: string, since: number): LiveHistory | undefined {
  return useQuery(historyReading(promptId, since)).data;
}
