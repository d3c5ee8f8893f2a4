/** Renaming, moving, leaving and deleting a team. */
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, outdated } from '../api/mod.ts';
import { Button, Card, ConfirmDialog, FormDialog, Select, SettingRow, TextField, toast } from '../ui/mod.ts';
import { usePermissions, useWorkspace, type WorkspaceTeam } from '../workspace/mod.ts';

interface TeamProps {
  readonly team: WorkspaceTeam;
}

type Question = 'rename' | 'move' | 'leave' | 'delete';

export function TeamSettings({ team }: TeamProps) {
  const { reason } = usePermissions({ teamId: team.id });
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
    toast({ title: `You have left ${team.name}` });
    await away();
  };
  const remove = async (): Promise<void> => {
    await api.call('deleteTeam', { params: { id: team.id } });
    toast({ title: `${team.name} was deleted` });
    await away();
  };
  const targets = organizations.filter(({ id, role }) => id !== team.org_id && role === 'ADMIN');
  const isDefault = team.is_default === true;
  return (
    <Card className="divide-y divide-line">
      <SettingRow title="Name" text="What people see in lists and switchers.">
        <Button disabledReason={reason('updateTeam')} onClick={() => setAsking('rename')}>
          Rename
        </Button>
      </SettingRow>
      <SettingRow
        title="Organization"
        text="Members and prompts move with the team; API keys of the old organization lose it."
      >
        <Button
          disabledReason={
            reason('updateTeam') ??
            (isDefault ? 'The default team stays with its organization' : undefined) ??
            (targets.length === 0 ? 'You are the admin of no other organization' : undefined)
          }
          onClick={() => setAsking('move')}
        >
          Move
        </Button>
      </SettingRow>
      <SettingRow title="Leave the team" text="You lose access to its prompts. An admin can add you again.">
        <Button
          variant="danger-quiet"
          disabledReason={team.myRole === null ? 'You are not a member' : undefined}
          onClick={() => setAsking('leave')}
        >
          Leave
        </Button>
      </SettingRow>
      <SettingRow title="Delete the team" text="Deletes its prompts with all versions, at once and for ever.">
        <Button
          variant="danger-quiet"
          disabledReason={
            reason('deleteTeam') ??
            (isDefault ? 'The default team stays as long as its organization' : undefined)
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
        description="Its prompts are no longer shown to you, and you can no longer render them."
        confirmLabel="Leave the team"
        onConfirm={leave}
      />
      <ConfirmDialog
        open={asking === 'delete'}
        onOpenChange={close}
        title={`Delete ${team.name}?`}
        description="All its prompts end at once, also for the applications that render them. This cannot be undone."
        confirmLabel="Delete the team"
        typed={team.name}
        onConfirm={remove}
      />
    </Card>
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
      title: `The team is now called ${name.trim()}`,
      action: { label: 'Undo', run: () => set(team.name).then(() => setName(team.name)) },
    });
  };
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title="Rename the team"
      submitLabel="Rename"
      disabledReason={name.trim() === '' ? 'Give it a name first' : undefined}
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
    toast({ title: `${team.name} was moved to ${targets.find(({ id }) => id === target)?.name ?? 'it'}` });
  };
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Move ${team.name}`}
      description="Its members come into the other organization with it."
      submitLabel="Move the team"
      onSubmit={move}
    >
      <Select
        label="To the organization"
        value={target}
        onChange={setTarget}
        options={targets.map(({ id, name }) => ({ value: id, label: name }))}
        className="w-full"
      />
    </FormDialog>
  );
}
