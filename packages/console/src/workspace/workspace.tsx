/**
 * The organization that a person works in, its teams, and what they may do there. The choice is remembered in this browser; a page
 * about another organization makes that one the present one.
 */
import type { Action } from '@px0/access';
import type { Wire } from '@px0/contracts';
import { type QueryClient, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useSyncExternalStore } from 'react';
import { reading, useUser } from '../api/mod.ts';
import { may, refusalReason } from './permissions.ts';
import type { Standing, TeamRole } from './standing.ts';

export interface WorkspaceTeam extends Wire<'Team'> {
  /** The caller's role; null in a team that they are not in. */
  readonly myRole: TeamRole | null;
}

export interface Workspace {
  readonly organizations: readonly Wire<'OrganizationWithRole'>[];
  /** Undefined for somebody who is in no organization. */
  readonly organization: Wire<'OrganizationWithRole'> | undefined;
  /** All teams of the organization by name, also those that the person is not in. */
  readonly teams: readonly WorkspaceTeam[];
  /** Those that they are in: the only ones whose prompts they can read. */
  readonly myTeams: readonly WorkspaceTeam[];
  readonly selectOrganization: (id: string) => void;
}

const storageKey = 'px0.organization';
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

function selectOrganization(id: string): void {
  if (localStorage.getItem(storageKey) === id) return;
  localStorage.setItem(storageKey, id);
  for (const listener of listeners) listener();
}

/** What the pages behind the login need before the first of them is shown. */
export async function loadWorkspace(queryClient: QueryClient): Promise<void> {
  await Promise.all([
    queryClient.ensureQueryData(reading('listUserOrgs')),
    queryClient.ensureQueryData(reading('listUserTeams')),
  ]);
}

export function useWorkspace(): Workspace {
  const { organizations } = useSuspenseQuery(reading('listUserOrgs')).data;
  const { teams: mine } = useSuspenseQuery(reading('listUserTeams')).data;
  const chosen = useSyncExternalStore(subscribe, () => localStorage.getItem(storageKey));
  const organization = organizations.find(({ id }) => id === chosen) ?? organizations[0];
  const orgId = organization?.id;
  const all = useQuery({
    ...reading('listOrgTeams', { params: { orgID: orgId ?? '' } }),
    enabled: orgId !== undefined,
  }).data?.teams;
  return useMemo(() => {
    const roles = new Map(mine.map((team) => [team.id, team.role ?? null] as const));
    const own = mine.filter((team) => team.org_id === orgId);
    const teams = (all ?? own)
      .map((team) => ({ ...team, myRole: roles.get(team.id) ?? null }))
      .toSorted((a, b) => a.name.localeCompare(b.name));
    const myTeams = teams.filter((team) => team.myRole !== null);
    return { organizations, organization, teams, myTeams, selectOrganization };
  }, [organizations, organization, orgId, mine, all]);
}

/** For pages about one organization: makes it the present one. */
export function usePresentOrganization(id: string | undefined): void {
  useEffect(() => {
    if (id !== undefined) selectOrganization(id);
  }, [id]);
}

export interface Permissions {
  readonly may: (action: Action) => boolean;
  /** For `disabledReason`: undefined when it is allowed. */
  readonly reason: (action: Action) => string | undefined;
}

/** What the person may do to a team and what belongs to it, or to an organization as a whole. */
export function usePermissions(
  target: { readonly teamId?: string; readonly orgId?: string } = {},
): Permissions {
  const user = useUser();
  const { organizations } = useSuspenseQuery(reading('listUserOrgs')).data;
  const { teams } = useSuspenseQuery(reading('listUserTeams')).data;
  const team = teams.find(({ id }) => id === target.teamId);
  const workspace = useWorkspace();
  const orgId =
    target.orgId ??
    team?.org_id ??
    (target.teamId === undefined
      ? workspace.organization?.id
      : workspace.teams.find(({ id }) => id === target.teamId)?.org_id);
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
