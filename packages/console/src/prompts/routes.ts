/** The addresses of the pages about prompts. Each page is loaded when it is first visited. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../app/mod.ts';
import { compareSearch } from '../compare/mod.ts';
import { payloadsReading, promptReading, taggedVersionReading, versionsReading } from './data.ts';
import { promptSearch } from './list-search.ts';
import { EditorSkeleton, PromptSkeleton } from './page-skeletons.tsx';
import { loadPrompts } from './prompt-pages.ts';

export const promptListRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/prompts',
  validateSearch: promptSearch,
  // A filter that changes on the page is the list's own matter: it shows what it has until it has more.
  loader: ({ context: { queryClient }, location: { search }, cause }) =>
    cause === 'stay' ? undefined : loadPrompts(queryClient, promptSearch(search)),
  component: lazyRouteComponent(() => import('./prompt-list-page.tsx'), 'PromptListPage'),
});

export const promptTabs = ['versions', 'usage', 'use', 'activity'] as const;
export type PromptTab = (typeof promptTabs)[number];

export const promptRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/prompts/$promptId',
  validateSearch: (search: Readonly<Record<string, unknown>>): { readonly tab?: PromptTab } => {
    const tab = promptTabs.find((one) => one === search['tab']);
    return tab === undefined || tab === 'versions' ? {} : { tab };
  },
  loader: ({ context: { queryClient }, params: { promptId } }) =>
    Promise.all([
      queryClient.ensureQueryData(promptReading(promptId)),
      queryClient.ensureQueryData(versionsReading(promptId)),
    ]),
  component: lazyRouteComponent(() => import('./prompt-page.tsx'), 'PromptPage'),
  pendingComponent: PromptSkeleton,
});

export const versionRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/prompts/$promptId/versions/$version',
  loader: ({ context: { queryClient }, params: { promptId, version } }) =>
    Promise.all([
      queryClient.ensureQueryData(promptReading(promptId)),
      queryClient.ensureQueryData(versionsReading(promptId)),
      queryClient.ensureQueryData(payloadsReading(promptId)),
      // A draft is edited from what it is now, never from what it was.
      queryClient.fetchQuery({ ...taggedVersionReading(promptId, version), staleTime: 0 }),
    ]),
  component: lazyRouteComponent(() => import('../editor/editor-page.tsx'), 'EditorPage'),
  pendingComponent: EditorSkeleton,
});

export const compareRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/prompts/$promptId/compare',
  validateSearch: compareSearch,
  loader: ({ context: { queryClient }, params: { promptId } }) =>
    Promise.all([
      queryClient.ensureQueryData(promptReading(promptId)),
      queryClient.ensureQueryData(versionsReading(promptId)),
      queryClient.ensureQueryData(payloadsReading(promptId)),
    ]),
  component: lazyRouteComponent(() => import('../compare/compare-page.tsx'), 'ComparePage'),
  pendingComponent: PromptSkeleton,
});

export const promptRoutes = [promptListRoute, promptRoute, versionRoute, compareRoute] as const;
