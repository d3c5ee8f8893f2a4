/** The editor of a version: edit, preview and promote it. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../frame/mod.ts';
import { loadJudge } from '../preview/mod.ts';
import { openPrompt, payloadsReading, taggedVersionReading, versionsReading } from '../prompts/mod.ts';
import { EditorSkeleton } from './editor-skeleton.tsx';

const versionRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/prompts/$promptId/versions/$version',
  loader: ({ context: { queryClient }, params: { promptId, version }, preload }) =>
    Promise.all([
      loadJudge(),
      openPrompt(queryClient, promptId, preload),
      queryClient.ensureQueryData(versionsReading(promptId)),
      queryClient.ensureQueryData(payloadsReading(promptId)),
      // A draft is edited from what it is now, never from what it was.
      queryClient.fetchQuery({ ...taggedVersionReading(promptId, version), staleTime: 0 }),
    ]),
  component: lazyRouteComponent(() => import('./editor-page.tsx'), 'EditorPage'),
  pendingComponent: EditorSkeleton,
});

export const editorRoutes = [versionRoute] as const;
