/** Organizations, teams, members, invitations, join requests, policies and API keys. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { ahead, reading } from '../api/mod.ts';
import { shellRoute } from '../frame/mod.ts';
import { waitingReading } from '../review/mod.ts';
import { peopleSearch } from './people-search.ts';

export { CreateOrganizationDialog } from './create-organization-dialog.tsx';
export { KeyMaker } from './key-maker.tsx';

const inboxRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/inbox',
  loader: ({ context: { queryClient } }) =>
    Promise.all([
      queryClient.ensureQueryData(reading('getAdminInbox')),
      queryClient.prefetchQuery({ ...waitingReading(), ...ahead }),
    ]),
  component: lazyRouteComponent(() => import('./inbox-page.tsx'), 'InboxPage'),
});

const teamsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/orgs/$orgId/teams',
  loader: ({ context: { queryClient }, params: { orgId } }) =>
    queryClient.ensureQueryData(reading('listOrgTeams', { params: { orgID: orgId } })),
  component: lazyRouteComponent(() => import('./teams-page.tsx'), 'TeamsPage'),
});

const peopleRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/orgs/$orgId/people',
  validateSearch: peopleSearch,
  component: lazyRouteComponent(() => import('./people-page.tsx'), 'PeoplePage'),
});

const invitationRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/invitation',
  component: lazyRouteComponent(() => import('./invitation-page.tsx'), 'InvitationPage'),
});

const keysRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/orgs/$orgId/keys',
  loader: async ({ context: { queryClient }, params: { orgId } }) => {
    // Others are refused, and the page tells them whom to ask.
    const known = await queryClient.ensureQueryData(reading('listUserOrgs')).catch(() => undefined);
    if (known?.organizations.find(({ id }) => id === orgId)?.role !== 'ADMIN') return;
    await queryClient.prefetchQuery({
      ...reading('listAPIKeys', { query: { org_id: orgId } }),
      ...ahead,
    });
  },
  component: lazyRouteComponent(() => import('./keys-page.tsx'), 'KeysPage'),
});

const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/orgs/$orgId/settings',
  component: lazyRouteComponent(() => import('./organization-settings-page.tsx'), 'OrganizationSettingsPage'),
});

const teamTabs = ['members', 'requests', 'services', 'settings'] as const;
type TeamTab = (typeof teamTabs)[number];

const teamRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/teams/$teamId',
  validateSearch: (search: Readonly<Record<string, unknown>>): { readonly tab?: TeamTab } => {
    const tab = teamTabs.find((one) => one === search['tab']);
    return tab === undefined || tab === 'members' ? {} : { tab };
  },
  loader: ({ context: { queryClient }, params: { teamId } }) =>
    queryClient.prefetchQuery({
      ...reading('listTeamMembers', { params: { id: teamId }, query: { page: 1 } }),
      ...ahead,
    }),
  component: lazyRouteComponent(() => import('./team-page.tsx'), 'TeamPage'),
});

export const governanceRoutes = [
  inboxRoute,
  teamsRoute,
  peopleRoute,
  invitationRoute,
  keysRoute,
  settingsRoute,
  teamRoute,
] as const;
