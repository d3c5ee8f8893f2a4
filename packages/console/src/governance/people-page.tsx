/** Everyone in the organization: in which teams, with which role, and when they last logged in; and who is invited. */
import type { Wire } from '@px0/contracts';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Mail, MoreHorizontal, UserMinus, Users } from 'lucide-react';
import { useState } from 'react';
import { api, outdated, reading, useUser } from '../api/mod.ts';
import { useCommands } from '../commands/mod.ts';
import { pageTexts } from '../frame/mod.ts';
import {
  Avatar,
  actionsColumn,
  Badge,
  Button,
  Card,
  type Column,
  ConfirmDialog,
  CopyButton,
  EmptyState,
  Failure,
  IconButton,
  Menu,
  MenuItem,
  Page,
  Pager,
  SkeletonRows,
  Table,
  Time,
  timeColumn,
  toast,
} from '../ui/mod.ts';
import { useOrgTeams, usePermissions, usePresentOrganization } from '../workspace/mod.ts';
import { useAdministeredTeams } from './administered-teams.ts';
import { InvitationSentDialog } from './invitation-sent-dialog.tsx';
import type { SentInvitation } from './invitations.ts';
import { InviteDialog } from './invite-dialog.tsx';
import { PendingInvitations } from './pending-invitations.tsx';
import { PeopleFilters } from './people-filters.tsx';
import { isFiltered, type PeopleSearch, peopleSearch } from './people-search.ts';
import { roleNames } from './roles.ts';

const route = getRouteApi('/shell/orgs/$orgId/people');
const perPage = 25;

type User = Wire<'User'>;

export function PeoplePage() {
  const { orgId } = route.useParams();
  usePresentOrganization(orgId);
  return <People key={orgId} orgId={orgId} />;
}

function People({ orgId }: { readonly orgId: string }) {
  const { may } = usePermissions({ orgId });
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/orgs/$orgId/people' });
  const administered = useAdministeredTeams(orgId);
  const teams = useOrgTeams().filter((team) => team.org_id === orgId);
  const isOrgAdmin = may('updateOrg');
  const [inviting, setInviting] = useState(false);
  const [sent, setSent] = useState<SentInvitation>();
  const { data, error, refetch } = useQuery({
    ...reading('listOrgPeople', {
      params: { orgID: orgId },
      query: {
        page: search.page ?? 1,
        limit: perPage,
        search: search.q,
        team_id: search.team,
        role: search.role,
      },
    }),
    placeholderData: keepPreviousData,
  });
  const lastLogins = useLastLogins(orgId, data?.people ?? []);
  useCommands([
    {
      id: 'invite',
      group: 'Organization',
      label: 'Invite someone',
      icon: Mail,
      shortcut: 'c',
      run: () => setInviting(administered.length > 0),
    },
  ]);
  const show = (next: PeopleSearch): void => {
    void navigate({ search: peopleSearch({ ...next }), replace: true });
  };
  const columns: readonly Column<User>[] = [
    { name: 'Person', cell: (person) => <PersonCell person={person} /> },
    {
      name: isOrgAdmin ? 'Teams and roles' : 'Teams you share',
      cell: (person) => <TeamsCell person={person} />,
    },
    ...(lastLogins === undefined
      ? []
      : [
          {
            name: 'Last login',
            className: 'sm:w-32',
            cell: ({ id }: User) => <LoginCell at={lastLogins.get(id)} />,
          },
        ]),
    timeColumn('Account created'),
    actionsColumn((person) => <PersonMenu orgId={orgId} person={person} />),
  ];
  return (
    <Page
      {...pageTexts['/orgs/$orgId/people']}
      actions={
        <Button
          variant="primary"
          icon={Mail}
          shortcut="c"
          disabledReason={
            administered.length === 0 ? 'Only team admins and organization admins can do this.' : undefined
          }
          onClick={() => setInviting(true)}
        >
          Invite
        </Button>
      }
    >
      <PeopleFilters
        search={search}
        teams={isOrgAdmin ? teams : teams.filter(({ myRole }) => myRole !== null)}
        onChange={show}
      />
      {error !== null && <Failure error={error} retry={refetch} />}
      <Card>
        {data === undefined ? (
          <SkeletonRows label="people" />
        ) : data.total === 0 && isFiltered(search) ? (
          <EmptyState
            icon={Users}
            title="No one matches"
            action={<Button onClick={() => show({})}>Clear filters</Button>}
          />
        ) : (
          <>
            <Table caption="People" columns={columns} rows={data.people} keyOf={({ id }) => id} />
            <Pager
              page={data.page}
              limit={data.limit}
              total={data.total}
              onPage={(page) => show({ ...search, page })}
            />
          </>
        )}
      </Card>
      <PendingInvitations orgId={orgId} onSent={setSent} />
      <InviteDialog teams={administered} open={inviting} onOpenChange={setInviting} onSent={setSent} />
      <InvitationSentDialog invitation={sent} onClose={() => setSent(undefined)} />
    </Page>
  );
}

/** When the people of a page last logged in, for organization admins; undefined for others, and until it is known. */
function useLastLogins(
  orgId: string,
  people: readonly User[],
): ReadonlyMap<string, string | null> | undefined {
  const { may } = usePermissions({ orgId });
  const { data } = useQuery({
    ...reading('listLastLogins', {
      params: { orgID: orgId },
      query: { ids: people.map(({ id }) => id).join(',') },
    }),
    enabled: may('listLastLogins') && people.length > 0,
    placeholderData: keepPreviousData,
  });
  if (data === undefined) return undefined;
  return new Map(data.last_logins.map(({ user_id, last_login_at }) => [user_id, last_login_at]));
}

function PersonCell({ person }: { readonly person: User }) {
  const user = useUser();
  return (
    <span className="flex min-w-0 items-center gap-2.5">
      <Avatar name={person.email} />
      <span className="truncate">{person.email}</span>
      {person.id === user.id && <Badge>You</Badge>}
      {!person.is_verified && <Badge tone="warning">Not verified</Badge>}
    </span>
  );
}

function TeamsCell({ person }: { readonly person: User }) {
  const { teams = [], team_count: count = teams.length } = person;
  const defaultTeam = useOrgTeams().find(({ is_default }) => is_default === true);
  const isOrgAdmin = teams.some(({ id, role }) => id === defaultTeam?.id && role === 'admin');
  if (teams.length === 0) return <span className="text-faint">–</span>;
  return (
    <ul className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2">
      {isOrgAdmin && (
        <li>
          <Badge tone="accent">Organization admin</Badge>
        </li>
      )}
      {teams.map(({ id, name, role }) => (
        <li key={id} className="flex min-w-0 items-baseline gap-1">
          <Link
            to="/teams/$teamId"
            params={{ teamId: id }}
            className="inline-flex min-h-6 min-w-0 items-center underline-offset-4 hover:underline"
          >
            <span className="truncate">{name}</span>
          </Link>
          <span className="text-faint text-xs">{roleNames[role].toLowerCase()}</span>
        </li>
      ))}
      {count > teams.length && <li className="text-faint text-xs">and {count - teams.length} more</li>}
    </ul>
  );
}

function LoginCell({ at }: { readonly at: string | null | undefined }) {
  return <span className="text-muted">{at == null ? '–' : <Time timestamp={at} />}</span>;
}

interface PersonMenuProps {
  readonly orgId: string;
  readonly person: User;
}

function PersonMenu({ orgId, person }: PersonMenuProps) {
  const { reason } = usePermissions({ orgId });
  const queryClient = useQueryClient();
  const [leaving, setLeaving] = useState(false);
  const remove = async (): Promise<void> => {
    await api.call('removeOrgMember', { params: { orgID: orgId, userID: person.id } });
    await outdated(queryClient, 'listOrgPeople', 'listTeamMembers', 'listOrgTeams');
    toast({ title: `Removed ${person.email} from the organization` });
  };
  return (
    <span className="inline-flex">
      <CopyButton text={person.id} label={`Copy the user ID of ${person.email}`} />
      <Menu trigger={<IconButton icon={MoreHorizontal} label={`Actions for ${person.email}`} size="sm" />}>
        <MenuItem
          icon={UserMinus}
          tone="danger"
          disabledReason={reason('removeOrgMember')}
          onSelect={() => setLeaving(true)}
        >
          Remove from organization
        </MenuItem>
      </Menu>
      <ConfirmDialog
        open={leaving}
        onOpenChange={setLeaving}
        title={`Remove ${person.email}?`}
        description="This removes them from all teams in this organization. Their account and their work stay."
        confirmLabel="Remove"
        onConfirm={remove}
      />
    </span>
  );
}
