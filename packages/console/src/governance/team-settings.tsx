/** Settings of a team: its policies; rename, move, leave or delete it. */
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, outdated } from '../api/mod.ts';
import { Button, Card, ConfirmDialog, FormDialog, Select, SettingRow, TextField, toast } from '../ui/mod.ts';
import { usePermissions, useWorkspace, type WorkspaceTeam } from '../workspace/mod.ts';
import { PoliciesSettings } from './policies-settings.tsx';

interface TeamProps {
  readonly team: WorkspaceTeam;
}

type Question = 'rename' | 'move' | 'leave' | 'delete';

export function TeamSettings({ team }: TeamProps) {
  const { may, reason } = usePermissions({ teamId: team.id });
  const { organizations } = useWorkspace();
  const [asking, setAsking] = useState<Question>();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const close = (): void => setAsking(undefined);
  const away = async (): Promise<void> => {
    await navigate(
      team.org_id === undefined
        ? { to: '/prompts' }
        : { to: '/orgs/$orgId/teams', params: { orgId: team.org_id } },
    );
    await outdated(queryClient, 'listUserTeams', 'listUserOrgs', 'listOrgTeams', 'listPrompts');
  };
  const leave = async (): Promise<void> => {
    await api.call('leaveTeam', { params: { teamID: team.id } });
    toast({ title: `You left ${team.name}` });
    await away();
  };
  const remove = async (): Promise<void> => {
    await api.call('deleteTeam', { params: { id: team.id } });
    toast({ title: `Deleted ${team.name}` });
    await away();
  };
  const targets = organizations.filter(({ id, role }) => id !== team.org_id && role === 'ADMIN');
  const isDefault = team.is_default === true;
  return (
    <div className="flex flex-col gap-8">
      {may('listTeamPolicies') && (
        <PoliciesSettings scope={{ kind: 'team', teamId: team.id }} orgId={team.org_id} />
      )}
      <Card className="divide-y divide-line">
        <SettingRow title="Name" text="Shown in lists and menus.">
          <Button disabledReason={reason('updateTeam')} onClick={() => setAsking('rename')}>
            Rename
          </Button>
        </SettingRow>
        <SettingRow
          title="Organization"
          text="Members and prompts move with the team. API keys of this organization lose access to it."
        >
          <Button
            disabledReason={
              reason('updateTeam') ??
              (isDefault ? 'You can’t move the default team' : undefined) ??
              (targets.length === 0 ? 'You are not an admin of another organization' : undefined)
            }
            onClick={() => setAsking('move')}
          >
            Move
          </Button>
        </SettingRow>
        <SettingRow title="Leave team" text="You lose access to its prompts. An admin can add you again.">
          <Button
            variant="danger-quiet"
            disabledReason={team.myRole === null ? 'You are not a member' : undefined}
            onClick={() => setAsking('leave')}
          >
            Leave
          </Button>
        </SettingRow>
        <SettingRow
          title="Delete team"
          text="Deletes its prompts and all their versions, immediately and permanently."
        >
          <Button
            variant="danger-quiet"
            disabledReason={
              reason('deleteTeam') ?? (isDefault ? 'You can’t delete the default team' : undefined)
            }
            onClick={() => setAsking('delete')}
          >
            Delete
          </Button>
        </SettingRow>
        <RenameDialog team={team} open={asking === 'rename'} onOpenChange={close} />
        {targets[0] && (
          <MoveDialog
            team={team}
            targets={targets}
            first={targets[0].id}
            open={asking === 'move'}
            onOpenChange={close}
          />
        )}
        <ConfirmDialog
          open={asking === 'leave'}
          onOpenChange={close}
          title={`Leave ${team.name}?`}
          description="You will no longer be able to see or render its prompts."
          confirmLabel="Leave team"
          onConfirm={leave}
        />
        <ConfirmDialog
          open={asking === 'delete'}
          onOpenChange={close}
          title={`Delete ${team.name}?`}
          description="This deletes all its prompts. Applications can no longer render them. You can’t undo this."
          confirmLabel="Delete team"
          typed={team.name}
          onConfirm={remove}
        />
      </Card>
    </div>
  );
}

interface DialogProps extends TeamProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

function RenameDialog({ team, open, onOpenChange }: DialogProps) {
  const queryClient = useQueryClient();
  const [name, setName] = useState(team.name);
  const set = async (next: string): Promise<void> => {
    await api.call('updateTeam', { params: { id: team.id }, body: { name: next } });
    await outdated(queryClient, 'listUserTeams', 'listOrgTeams');
  };
  const rename = async (): Promise<void> => {
    await set(name.trim());
    toast({
      title: `Renamed the team to ${name.trim()}`,
      action: { label: 'Undo', run: () => set(team.name).then(() => setName(team.name)) },
    });
  };
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title="Rename team"
      submitLabel="Rename"
      disabledReason={name.trim() === '' ? 'Enter a name' : undefined}
      onSubmit={rename}
    >
      <TextField label="Name" value={name} onChange={setName} maxLength={255} autoComplete="off" autoFocus />
    </FormDialog>
  );
}

interface MoveDialogProps extends DialogProps {
  readonly targets: readonly { readonly id: string; readonly name: string }[];
  readonly first: string;
}

function MoveDialog({ team, targets, first, open, onOpenChange }: MoveDialogProps) {
  const queryClient = useQueryClient();
  const [target, setTarget] = useState(first);
  const move = async (): Promise<void> => {
    await api.call('updateTeam', { params: { id: team.id }, body: { name: team.name, org_id: target } });
    await outdated(queryClient, 'listUserTeams', 'listUserOrgs', 'listOrgTeams', 'listOrgPeople');
    toast({
      title: `Moved ${team.name} to ${targets.find(({ id }) => id === target)?.name ?? 'the organization'}`,
    });
  };
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Move ${team.name}`}
      description="Its members join the new organization."
      submitLabel="Move team"
      onSubmit={move}
    >
      <Select
        label="Move to"
        value={target}
        onChange={setTarget}
        options={targets.map(({ id, name }) => ({ value: id, label: name }))}
        className="w-full"
      />
    </FormDialog>
  );
}
