/**
 * The current organization, its teams, and what the user may do there. Opening a page about another organization switches to that one.
 */
import type { Action } from '@px0/access';
import type { Wire } from '@px0/contracts';
import { type QueryClient, useQuery } from '@tanstack/react-query';
import {
  createContext,
  type ReactNode,
  use,
  useCallback,
  useDeferredValue,
  useEffect,
  useMemo,
  useState,
} from 'react';
import { reading, useUser } from '../api/mod.ts';
import { landing } from './landing.ts';
import { may, refusalReason } from './permissions.ts';
import { chosenOrganization, selectOrganization, useChosenOrganization } from './present-organization.ts';
import type { Standing, TeamRole } from './standing.ts';

export interface WorkspaceTeam extends Wire<'Team'> {
  /** The user's role; null if they are not in the team. */
  readonly myRole: TeamRole | null;
}

export interface Workspace {
  readonly organizations: readonly Wire<'OrganizationWithRole'>[];
  /** Undefined for a user who is not in any organization. */
  readonly organization: Wire<'OrganizationWithRole'> | undefined;
  /** The user's teams in this organization, by name: the only teams whose prompts they can read. */
  readonly myTeams: readonly WorkspaceTeam[];
  /** The user's teams in all organizations. */
  readonly memberships: readonly Wire<'Team'>[];
  readonly selectOrganization: (id: string) => void;
  /** Why organizations and teams are not known; the lists are empty then. They are asked for again and again. */
  readonly failure: Error | undefined;
}

/** Loads what the pages behind the login need before the first one can be shown. */
export async function loadWorkspace(queryClient: QueryClient): Promise<Workspace> {
  const [{ organizations }, { teams }] = await Promise.all([
    queryClient.ensureQueryData(reading('listUserOrgs')),
    queryClient.ensureQueryData(reading('listUserTeams')),
  ]);
  const isChosen = (): boolean => organizations.some(({ id }) => id === chosenOrganization());
  if (organizations.length > 1 && !isChosen()) {
    const id = await queryClient.ensureQueryData(landing(organizations, teams));
    // The page itself may have chosen its organization meanwhile.
    if (!isChosen()) selectOrganization(id);
  }
  return workspaceOf(organizations, teams, chosenOrganization(), undefined);
}

/** For loaders of pages about a team's content: makes the team's organization the current one, if the user is in the team. */
export async function enterTeam(queryClient: QueryClient, teamId: string): Promise<void> {
  // Without the teams, the frame says so itself.
  const teams = await queryClient.ensureQueryData(reading('listUserTeams')).then(
    (reply) => reply.teams,
    () => [],
  );
  const orgId = teams.find(({ id }) => id === teamId)?.org_id;
  if (orgId !== undefined) selectOrganization(orgId);
}

function workspaceOf(
  organizations: Workspace['organizations'],
  memberships: Workspace['memberships'],
  chosen: string | null,
  failure: Error | undefined,
): Workspace {
  const organization = organizations.find(({ id }) => id === chosen) ?? organizations[0];
  const myTeams = memberships
    .filter((team) => team.org_id === organization?.id)
    .map((team) => ({ ...team, myRole: team.role ?? null }))
    .toSorted(byName);
  return { organizations, organization, myTeams, memberships, selectOrganization, failure };
}

const byName = (a: Wire<'Team'>, b: Wire<'Team'>): number => a.name.localeCompare(b.name);

// Nearly every component uses the workspace, so it is built once. Other people's teams load later, so they have their own context: components
// that do not use them need not render again.
const WorkspaceContext = createContext<Workspace | undefined>(undefined);
const OrgTeamsContext = createContext<readonly WorkspaceTeam[]>([]);

/** The frame stays while px0 is away, and asks until it is back. */
const persistent = {
  // The loader has just tried.
  retryOnMount: false,
  refetchInterval: ({ state }: { readonly state: { readonly status: string } }) =>
    state.status === 'error' ? 5_000 : false,
} as const;

/** Wraps everything behind the login, once. */
export function WorkspaceProvider({ children }: { readonly children: ReactNode }) {
  const organizations = useQuery({ ...reading('listUserOrgs'), ...persistent });
  const teams = useQuery({ ...reading('listUserTeams'), ...persistent });
  const chosen = useChosenOrganization();
  const known = organizations.data?.organizations;
  const memberships = teams.data?.teams;
  const failure = useLastFailure(
    known !== undefined && memberships !== undefined,
    organizations.error ?? teams.error,
  );
  const workspace = useMemo(
    () => workspaceOf(known ?? [], memberships ?? [], chosen, failure),
    [known, memberships, chosen, failure],
  );
  const { organization, myTeams } = workspace;
  const loaded = useQuery({
    ...reading('listOrgTeams', { params: { orgID: organization?.id ?? '' } }),
    enabled: organization !== undefined,
  }).data?.teams;
  // They arrive while the page is put in place, and half of it renders again for them: in pieces, and not in one task.
  const all = useDeferredValue(loaded);
  const orgTeams = useMemo(() => {
    if (all === undefined) return myTeams;
    const roles = new Map(myTeams.map(({ id, myRole }) => [id, myRole] as const));
    return all.map((team) => ({ ...team, myRole: roles.get(team.id) ?? null })).toSorted(byName);
  }, [all, myTeams]);
  return (
    <WorkspaceContext value={workspace}>
      <OrgTeamsContext value={orgTeams}>{children}</OrgTeamsContext>
    </WorkspaceContext>
  );
}

/** The last error until there is a success, also while another attempt is under way. */
function useLastFailure(isKnown: boolean, error: Error | null): Error | undefined {
  const [last, keep] = useState<Error>();
  const now = isKnown ? undefined : (error ?? last);
  if (now !== last) keep(now);
  return now;
}

export function useWorkspace(): Workspace {
  const workspace = use(WorkspaceContext);
  if (workspace === undefined) throw new Error('useWorkspace needs a WorkspaceProvider');
  return workspace;
}

/** All teams of the organization by name, including those that the user is not in. Until they load, only the user's own. */
export function useOrgTeams(): readonly WorkspaceTeam[] {
  return use(OrgTeamsContext);
}

/** For pages about one organization: makes it the current one. */
export function usePresentOrganization(id: string | undefined): void {
  // Who has only one organization has chosen none; a second one may be where they work.
  const isChoice = useWorkspace().organizations.length > 1;
  useEffect(() => {
    if (id !== undefined && isChoice) selectOrganization(id);
  }, [id, isChoice]);
}

export interface Permissions {
  readonly may: (action: Action) => boolean;
  /** For `disabledReason`: undefined if the action is allowed. */
  readonly reason: (action: Action) => string | undefined;
}

/** The organization of a team that the user is not in. */
function orgOf(teamId: string): string | undefined {
  return use(OrgTeamsContext).find(({ id }) => id === teamId)?.org_id;
}

/** What the user may do with a team and its content, or with an organization. */
export function usePermissions(
  target: { readonly teamId?: string; readonly orgId?: string } = {},
): Permissions {
  const user = useUser();
  const { organizations, organization: present, memberships } = useWorkspace();
  const team = memberships.find(({ id }) => id === target.teamId);
  const orgId =
    target.orgId ?? team?.org_id ?? (target.teamId === undefined ? present?.id : orgOf(target.teamId));
  const organization = organizations.find(({ id }) => id === orgId);
  const isAccountAdmin = user.is_admin;
  const isOrgMember = organization !== undefined;
  const isOrgAdmin = organization?.role === 'ADMIN';
  const teamRole = team?.role ?? null;
  const standing: Standing = useMemo(
    () => ({ isAccountAdmin, isOrgMember, isOrgAdmin, teamRole }),
    [isAccountAdmin, isOrgMember, isOrgAdmin, teamRole],
  );
  return {
    may: useCallback((action) => may(standing, action), [standing]),
    reason: useCallback((action) => refusalReason(standing, action), [standing]),
  };
}
