/** The routes of the prompts; their pages are loaded when they are first visited. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../app/mod.ts';

const promptListRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/prompts',
  component: lazyRouteComponent(() => import('./prompt-list-page.tsx'), 'PromptListPage'),
});

export const promptRoutes = [promptListRoute] as const;
