/** All teams of an organization, including those that the user is not in. */
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Plus, UserPlus } from 'lucide-react';
import { useState } from 'react';
import { api, outdated, reading } from '../api/mod.ts';
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
  toastError,
} from '../ui/mod.ts';
import {
  usePermissions,
  usePresentOrganization,
  useWorkspace,
  type WorkspaceTeam,
} from '../workspace/mod.ts';
import { roleNames } from './roles.ts';

const route = getRouteApi('/shell/orgs/$orgId/teams');

export function TeamsPage() {
  const { orgId } = route.useParams();
  usePresentOrganization(orgId);
  const { data } = useSuspenseQuery(reading('listOrgTeams', { params: { orgID: orgId } }));
  const { data: mine } = useSuspenseQuery(reading('listUserTeams'));
  const { organizations } = useWorkspace();
  const { reason } = usePermissions({ orgId });
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
        <Table caption="Teams" columns={columns} rows={teams} keyOf={({ id }) => id} />
      </Card>
      <CreateTeamDialog orgId={orgId} open={creating} onOpenChange={setCreating} />
    </Page>
  );
}

const columns: readonly Column<WorkspaceTeam>[] = [
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
      team.myRole === null ? <JoinButton team={team} /> : <span>{roleNames[team.myRole]}</span>,
  },
  timeColumn('Created'),
  {
    name: 'ID',
    nameHidden: true,
    align: 'end',
    cell: (team) => <CopyButton text={team.id} label={`Copy the ID of ${team.name}`} />,
  },
];

function JoinButton({ team }: { readonly team: WorkspaceTeam }) {
  const [state, setState] = useState<'idle' | 'asking' | 'asked'>('idle');
  const ask = async (): Promise<void> => {
    setState('asking');
    try {
      await api.call('createJoinRequest', { params: { id: team.id } });
      toast({ title: 'Request sent', description: `An admin of ${team.name} will review it.` });
      setState('asked');
    } catch (error) {
      toastError(error, 'Could not send the request');
      setState('idle');
    }
  };
  return (
    <Button
      size="sm"
      icon={UserPlus}
      loading={state === 'asking'}
      disabledReason={state === 'asked' ? 'Waiting for an admin' : undefined}
      onClick={() => void ask()}
    >
      {state === 'asked' ? 'Requested' : 'Request to join'}
    </Button>
  );
}

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
