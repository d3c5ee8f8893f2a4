/** Governance: organizations, teams, members, join requests, API keys, audit. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../app/mod.ts';

export { CreateOrganizationDialog } from './create-organization-dialog.tsx';

const inboxRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/inbox',
  component: lazyRouteComponent(() => import('./inbox-page.tsx'), 'InboxPage'),
});

const teamsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/orgs/$orgId/teams',
  component: lazyRouteComponent(() => import('./teams-page.tsx'), 'TeamsPage'),
});

const peopleRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/orgs/$orgId/people',
  component: lazyRouteComponent(() => import('./people-page.tsx'), 'PeoplePage'),
});

const keysRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/orgs/$orgId/keys',
  component: lazyRouteComponent(() => import('./keys-page.tsx'), 'KeysPage'),
});

const auditRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/orgs/$orgId/audit',
  component: lazyRouteComponent(() => import('./audit-page.tsx'), 'AuditPage'),
});

const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/orgs/$orgId/settings',
  component: lazyRouteComponent(() => import('./organization-settings-page.tsx'), 'OrganizationSettingsPage'),
});

const teamRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/teams/$teamId',
  component: lazyRouteComponent(() => import('./team-page.tsx'), 'TeamPage'),
});

export const governanceRoutes = [
  inboxRoute,
  teamsRoute,
  peopleRoute,
  keysRoute,
  auditRoute,
  settingsRoute,
  teamRoute,
] as const;
