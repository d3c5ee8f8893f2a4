/** How far an organization has come on the way to its first render; nothing for one that is past it. */
import type { Wire } from '@px0/contracts';
import { queryOptions, useQueries, useQuery } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { api, reading } from '../../api/mod.ts';
import { useAfterLoad } from '../../ui/mod.ts';
import { usePermissions, useWorkspace } from '../../workspace/mod.ts';
import { payloadsReading } from '../data/readings.ts';
import { useTeamsWhere } from '../team-rights.ts';
import { leadingPrompt, MOST_PROMPTS, type StartPrompt, type StartStep, startSteps } from './start-steps.ts';

export interface FirstSteps {
  readonly steps: readonly StartStep[];
  readonly done: number;
  /** The prompt to go on with. */
  readonly prompt: StartPrompt | undefined;
  /** Hides the steps in this browser. */
  readonly hide: () => void;
}

/** An organization with more teams is no beginner. */
const MOST_TEAMS = 5;
/** The other prompts tell nothing new. */
const MOST_ASKED = 3;
/** While somebody waits for the first render to appear. */
const LOOK_AGAIN_MS = 5_000;

/**
 * Undefined for an organization that is past the steps, and for people who cannot take them.
 *
 * @param isWatched whether the steps are on screen, so that they follow what happens elsewhere
 */
export function useFirstSteps(isWatched = false): FirstSteps | 'loading' | undefined {
  const { organization, myTeams } = useWorkspace();
  const { may } = usePermissions();
  const orgId = organization?.id ?? '';
  const isPast = useSyncExternalStore(subscribe, () => localStorage.getItem(keyOf(orgId)) !== null);
  const creatable = useTeamsWhere('createPrompt').length;
  const isMine = creatable > 0 && myTeams.length > 0 && myTeams.length <= MOST_TEAMS;
  // Up to eight requests, for something that most pages only mention.
  const isTime = useAfterLoad() || isWatched;
  const isAsked = organization !== undefined && !isPast && isMine && isTime;
  const list = useQuery({ ...firstPrompts(myTeams.map(({ id }) => id)), enabled: isAsked });
  const isListed = isAsked && list.data !== undefined;
  const prompts = list.data ?? [];
  const isBeginner = isListed && prompts.length <= MOST_PROMPTS;
  const asked = isBeginner ? prompts.slice(0, MOST_ASKED) : [];
  const payloads = useQueries({ queries: asked.map(({ id }) => payloadsReading(id)) });
  // Each request takes the browser a few milliseconds, and nobody waits for these.
  const isRead = isWatched || payloads.every(({ isPending }) => !isPending);
  const [from] = useState(lastDays);
  const usages = useQueries({
    queries: asked.map(({ id, summary }) => ({
      ...reading('getPromptUsage', { params: { id }, query: { from, step: 'day' } }),
      enabled: isRead && typeof summary?.live_version === 'number',
      refetchInterval: isWatched ? LOOK_AGAIN_MS : (false as const),
    })),
  });
  const mayKeys = may('listAPIKeys') && may('createAPIKey');
  const keys = useQuery({
    ...reading('listAPIKeys', { query: { org_id: orgId } }),
    enabled: isBeginner && mayKeys,
  });
  const known = asked.map(
    ({ id, name, summary }, at): StartPrompt => ({
      id,
      name,
      versions: summary?.versions ?? 0,
      version: summary?.live_version ?? madeIn(summary?.last_change ?? null),
      isLive: typeof summary?.live_version === 'number',
      payloads: payloads[at]?.data?.payloads.length ?? 0,
      renders: usages[at]?.data?.usage.reduce((sum, { renders }) => sum + renders, 0) ?? 0,
    }),
  );
  const steps = startSteps({
    prompts: known,
    hasKey: mayKeys ? (keys.data?.api_keys ?? []).length > 0 : undefined,
  });
  const done = steps.filter(({ isDone }) => isDone).length;
  const isPastThem = isListed && !isBeginner;
  useEffect(() => {
    // So that the next page need not ask.
    if (isPastThem) hide(orgId);
  }, [isPastThem, orgId]);
  if (!isAsked || isPastThem) return undefined;
  const isKnown =
    isListed && payloads.every(({ isPending }) => !isPending) && (!mayKeys || keys.data !== undefined);
  if (!isKnown) return [list, ...payloads, keys].some(({ isError }) => isError) ? undefined : 'loading';
  return { steps, done, prompt: leadingPrompt(known), hide: () => hide(orgId) };
}

/** The oldest prompts of some teams, no more than tell whether the organization is past the steps: mostly one request does. */
function firstPrompts(teamIds: readonly string[]) {
  return queryOptions({
    queryKey: ['listPrompts', 'first', teamIds] as const,
    queryFn: async ({ signal }) => {
      const prompts: Wire<'Prompt'>[] = [];
      const query = { status: 'active', include: 'summary', sort: 'created_at', limit: MOST_PROMPTS + 1 };
      for (const teamID of teamIds) {
        const page = await api.call('listPrompts', { params: { teamID }, query, signal });
        prompts.push(...page.prompts);
        if (prompts.length > MOST_PROMPTS) break;
      }
      return prompts;
    },
  });
}

const DAY_MS = 86_400_000;

/** The beginning of the last 30 days, on a whole day as the API counts. */
function lastDays(): string {
  return new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - 30 * DAY_MS).toISOString();
}

/** The version of a change, if it is still there. */
function madeIn(change: NonNullable<Wire<'Prompt'>['summary']>['last_change']): number | undefined {
  return change === null || change.action === 'version.deleted' ? undefined : (change.version ?? undefined);
}

const listeners = new Set<() => void>();

function keyOf(orgId: string): string {
  return `px0.started.${orgId}`;
}

function hide(orgId: string): void {
  localStorage.setItem(keyOf(orgId), 'yes');
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}
