/** Accounts: the pages before the login (register, verify, log in, reset) and the user's own account. */
import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { sessions } from '../api/mod.ts';
import { rootRoute, shellRoute } from '../frame/mod.ts';
import { EntranceFrame } from './entrance-frame.tsx';
import { inside } from './next.ts';

export { logOut } from './log-out.ts';

interface EntranceSearch {
  /** The page that the user asked for: a path of this console. */
  readonly next?: string;
  readonly email?: string;
}

function readSearch(search: Record<string, unknown>): EntranceSearch {
  const { next, email } = search;
  return {
    ...(typeof next === 'string' && inside(next) && { next }),
    ...(typeof email === 'string' && { email }),
  };
}

/** A user who is logged in and verified needs none of these pages. */
function skipIfInside({ search }: { readonly search: EntranceSearch }): void {
  const { session } = sessions;
  if (session?.user.is_verified === true) throw redirect({ href: search.next ?? '/prompts' });
}

const frameRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'entrance',
  component: EntranceFrame,
});

const loginRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/login',
  validateSearch: readSearch,
  beforeLoad: skipIfInside,
  component: lazyRouteComponent(() => import('./login-page.tsx'), 'LoginPage'),
});

const registerRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/register',
  validateSearch: readSearch,
  beforeLoad: skipIfInside,
  component: lazyRouteComponent(() => import('./register-page.tsx'), 'RegisterPage'),
});

const verifyRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/verify-email',
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import('./verify-email-page.tsx'), 'VerifyEmailPage'),
});

const forgotRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/forgot-password',
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import('./forgot-password-page.tsx'), 'ForgotPasswordPage'),
});

const resetRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/reset-password',
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import('./reset-password-page.tsx'), 'ResetPasswordPage'),
});

export const entranceRoutes = [
  frameRoute.addChildren([loginRoute, registerRoute, verifyRoute, forgotRoute, resetRoute]),
] as const;

const accountRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/account',
  component: lazyRouteComponent(() => import('./account-page.tsx'), 'AccountPage'),
});

export const accountRoutes = [accountRoute] as const;
