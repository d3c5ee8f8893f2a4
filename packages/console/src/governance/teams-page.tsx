/** All teams of an organization, including those that the user is not in. */
import { useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { api, outdated, type Reply, reading } from '../api/mod.ts';
import { useCommands } from '../commands/mod.ts';
import {
  Avatar,
  Badge,
  Button,
  Card,
  type Column,
  CopyButton,
  FormDialog,
  Page,
  Table,
  TextField,
  timeColumn,
  toast,
} from '../ui/mod.ts';
import {
  usePermissions,
  usePresentOrganization,
  useWorkspace,
  type WorkspaceTeam,
} from '../workspace/mod.ts';
import { JoinButton } from './join-button.tsx';
import { roleNames } from './roles.ts';

const route = getRouteApi('/shell/orgs/$orgId/teams');

export function TeamsPage() {
  const { orgId } = route.useParams();
  usePresentOrganization(orgId);
  const { data } = useSuspenseQuery(reading('listOrgTeams', { params: { orgID: orgId } }));
  const { data: mine } = useSuspenseQuery(reading('listUserTeams'));
  const { organizations } = useWorkspace();
  const { may, reason } = usePermissions({ orgId });
  const [creating, setCreating] = useState(false);
  useCommands([
    {
      id: 'create-team',
      group: 'Organization',
      label: 'New team',
      icon: Plus,
      shortcut: 'c',
      run: () => setCreating(reason('createTeam') === undefined),
    },
  ]);
  // The list of teams does not wait for the numbers.
  const counts = useQuery({
    ...reading('countOrgPrompts', { params: { orgID: orgId } }),
    enabled: may('countOrgPrompts'),
  }).data?.counts;
  const roles = new Map(mine.teams.map((team) => [team.id, team.role ?? null] as const));
  const teams = data.teams.map((team) => ({ ...team, myRole: roles.get(team.id) ?? null }));
  return (
    <Page
      title="Teams"
      description={`All teams in ${organizations.find(({ id }) => id === orgId)?.name ?? 'this organization'}. Prompts belong to teams.`}
      actions={
        <Button
          variant="primary"
          icon={Plus}
          shortcut="c"
          disabledReason={reason('createTeam')}
          onClick={() => setCreating(true)}
        >
          New team
        </Button>
      }
    >
      <Card>
        <Table caption="Teams" columns={columnsWith(counts)} rows={teams} keyOf={({ id }) => id} />
      </Card>
      <CreateTeamDialog orgId={orgId} open={creating} onOpenChange={setCreating} />
    </Page>
  );
}

type Counts = Reply<'countOrgPrompts'>['counts'] | undefined;

/** `counts`: undefined until they are known. */
const columnsWith = (counts: Counts): readonly Column<WorkspaceTeam>[] => [
  {
    name: 'Team',
    cell: (team) => (
      <span className="flex min-w-0 items-center gap-2.5">
        <Avatar name={team.name} square />
        <Link
          to="/teams/$teamId"
          params={{ teamId: team.id }}
          className="truncate font-medium underline-offset-4 hover:underline"
        >
          {team.name}
        </Link>
        {team.is_default === true && <Badge>Default</Badge>}
      </span>
    ),
  },
  {
    name: 'Your role',
    cell: (team) =>
      team.myRole === null ? <JoinButton team={team} size="sm" /> : <span>{roleNames[team.myRole]}</span>,
  },
  {
    name: 'Members',
    className: 'sm:w-28',
    cell: ({ member_count }) => <span className="tabular-nums">{member_count ?? '–'}</span>,
  },
  {
    name: 'Prompts',
    className: 'sm:w-28',
    cell: ({ id }) => (
      <span className="tabular-nums">
        {counts === undefined ? '–' : (counts.find(({ team_id }) => team_id === id)?.active ?? 0)}
      </span>
    ),
  },
  timeColumn('Created'),
  {
    name: 'ID',
    nameHidden: true,
    align: 'end',
    cell: (team) => <CopyButton text={team.id} label={`Copy the ID of ${team.name}`} />,
  },
];

interface CreateTeamDialogProps {
  readonly orgId: string;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

function CreateTeamDialog({ orgId, open, onOpenChange }: CreateTeamDialogProps) {
  const [name, setName] = useState('');
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const create = async (): Promise<void> => {
    const { team } = await api.call('createTeam', { params: { orgID: orgId }, body: { name: name.trim() } });
    await outdated(queryClient, 'listOrgTeams', 'listUserTeams');
    setName('');
    toast({ title: `Created ${team.name}`, description: 'You are its admin. Add members here.' });
    await navigate({ to: '/teams/$teamId', params: { teamId: team.id } });
  };
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title="New team"
      description="You become its admin and first member."
      submitLabel="Create team"
      disabledReason={name.trim() === '' ? 'Enter a name' : undefined}
      onSubmit={create}
    >
      <TextField label="Name" value={name} onChange={setName} maxLength={255} autoComplete="off" autoFocus />
    </FormDialog>
  );
}
