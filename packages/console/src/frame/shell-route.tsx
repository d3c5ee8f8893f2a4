/** The parent of every page behind the login. Without a session it redirects to the login, which leads back. */
import { createRoute, redirect } from '@tanstack/react-router';
import { isApiError, sessions } from '../api/mod.ts';
import { loadWorkspace } from '../workspace/mod.ts';
import { rootRoute } from './root-route.tsx';
import { RouteFailure } from './route-failure.tsx';
import { ShellSkeleton } from './skeletons.tsx';

export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  beforeLoad: ({ location }) => {
    const { session } = sessions;
    if (session === undefined) {
      throw redirect({ to: '/login', search: location.href === '/' ? {} : { next: location.href } });
    }
    if (!session.user.is_verified)
      throw redirect({ to: '/verify-email', search: { email: session.user.email } });
  },
  loader: async ({ context }) => {
    try {
      await loadWorkspace(context.queryClient);
    } catch (error) {
      // The frame needs no answer of px0, and says itself what is missing.
      if (!isApiError(error)) throw error;
    }
  },
  pendingComponent: ShellSkeleton,
  errorComponent: RouteFailure,
});
