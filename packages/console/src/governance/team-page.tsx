/** A team: its members, the services that render its prompts, and settings. */
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { ChartColumn, FileText, SearchX } from 'lucide-react';
import { reading } from '../api/mod.ts';
import { RequestList } from '../review/mod.ts';
import { TeamServices } from '../services/mod.ts';
import { Badge, buttonClasses, CopyButton, EmptyState, Page, Tabs } from '../ui/mod.ts';
import { useOrgTeams, usePresentOrganization, type WorkspaceTeam } from '../workspace/mod.ts';
import { roleNames, withArticle } from './roles.ts';
import { TeamMembers } from './team-members.tsx';
import { TeamSettings } from './team-settings.tsx';

const route = getRouteApi('/shell/teams/$teamId');

export function TeamPage() {
  const { teamId } = route.useParams();
  const { data } = useSuspenseQuery(reading('listUserTeams'));
  const teams = useOrgTeams();
  const own = data.teams.find(({ id }) => id === teamId);
  const team: WorkspaceTeam | undefined =
    own === undefined ? teams.find(({ id }) => id === teamId) : { ...own, myRole: own.role ?? null };
  usePresentOrganization(team?.org_id);
  if (team === undefined) {
    return (
      <Page title="Team">
        <EmptyState icon={SearchX} title="You are not in this team">
          It may have been deleted, or it belongs to another organization. To join, give its admins this team
          ID: <code className="break-all text-xs">{teamId}</code>
        </EmptyState>
      </Page>
    );
  }
  return <KnownTeam key={team.id} team={team} />;
}

function KnownTeam({ team }: { readonly team: WorkspaceTeam }) {
  const { tab = 'members' } = route.useSearch();
  const navigate = useNavigate({ from: '/teams/$teamId' });
  const show = (next: typeof tab): void => {
    void navigate({ search: next === 'members' ? {} : { tab: next }, replace: true });
  };
  return (
    <Page
      title={team.name}
      heading={
        <span className="flex flex-wrap items-center gap-2">
          {team.name}
          {team.is_default === true && <Badge>Default</Badge>}
          <Badge tone="outline">
            {team.myRole === null
              ? 'You are not a member'
              : `You are ${withArticle(roleNames[team.myRole].toLowerCase())}`}
          </Badge>
        </span>
      }
      breadcrumb={
        team.org_id !== undefined && (
          <Link
            to="/orgs/$orgId/teams"
            params={{ orgId: team.org_id }}
            className="underline-offset-4 hover:text-fg hover:underline"
          >
            Teams
          </Link>
        )
      }
      description={
        <span className="flex items-center gap-1 text-xs">
          <code className="truncate">{team.id}</code>
          <CopyButton text={team.id} label="Copy team ID" />
        </span>
      }
      actions={
        team.myRole !== null && (
          <>
            <a href={`/usage?team=${team.id}`} className={buttonClasses('secondary')}>
              <ChartColumn aria-hidden="true" className="size-3.5" />
              Usage
            </a>
            <a href={`/prompts?team=${team.id}`} className={buttonClasses('secondary')}>
              <FileText aria-hidden="true" className="size-3.5" />
              Prompts
            </a>
          </>
        )
      }
    >
      <Tabs
        label={`Views of ${team.name}`}
        value={tab}
        onChange={show}
        tabs={[
          { value: 'members', label: 'Members', content: <TeamMembers team={team} /> },
          ...(team.myRole === null
            ? []
            : [
                {
                  value: 'requests' as const,
                  label: 'Requests',
                  content: <RequestList teamId={team.id} />,
                },
              ]),
          { value: 'services', label: 'Services', content: <TeamServices team={team} /> },
          { value: 'settings', label: 'Settings', content: <TeamSettings team={team} /> },
        ]}
      />
    </Page>
  );
}
