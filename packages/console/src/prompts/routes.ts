/** The routes of the list of prompts and of a prompt. Each page is loaded when it is first visited. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../frame/mod.ts';
import { openPrompt } from './data/open-prompt.ts';
import { versionsReading } from './data/readings.ts';
import { promptSearch } from './list-search.ts';
import { promptPageSearch } from './prompt-page-search.ts';
import { loadPrompts } from './prompt-pages.ts';
import { PromptSkeleton } from './prompt-skeleton.tsx';

const promptListRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/prompts',
  validateSearch: promptSearch,
  // While the page is open, the list itself loads changed filters, and keeps its content until then.
  loader: ({ context: { queryClient }, location: { search }, cause }) =>
    cause === 'stay' ? undefined : loadPrompts(queryClient, promptSearch(search), cause === 'preload'),
  component: lazyRouteComponent(() => import('./prompt-list-page.tsx'), 'PromptListPage'),
});

const promptRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/prompts/$promptId',
  validateSearch: promptPageSearch,
  loader: ({ context: { queryClient }, params: { promptId }, preload }) =>
    Promise.all([
      openPrompt(queryClient, promptId, preload),
      queryClient.ensureQueryData(versionsReading(promptId)),
    ]),
  component: lazyRouteComponent(() => import('./prompt-page.tsx'), 'PromptPage'),
  pendingComponent: PromptSkeleton,
});

const startRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/get-started',
  component: lazyRouteComponent(() => import('./start/start-page.tsx'), 'StartPage'),
});

export const promptRoutes = [promptListRoute, promptRoute, startRoute] as const;
