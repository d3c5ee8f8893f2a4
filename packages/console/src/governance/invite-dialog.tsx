/** Invites a person to a team by email, whether or not they have an account. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { FormDialog, Select, TextField } from '../ui/mod.ts';
import type { TeamRole, WorkspaceTeam } from '../workspace/mod.ts';
import { invite, type SentInvitation } from './invitations.ts';
import { roleOptions } from './roles.ts';

export interface InviteDialogProps {
  /** Those that the user may invite to. */
  readonly teams: readonly WorkspaceTeam[];
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly onSent: (invitation: SentInvitation) => void;
}

export function InviteDialog(props: InviteDialogProps) {
  // Unmounting the dialog resets its fields.
  return props.open && <OpenDialog {...props} />;
}

function OpenDialog({ teams, open, onOpenChange, onSent }: InviteDialogProps) {
  const queryClient = useQueryClient();
  const [email, setEmail] = useState('');
  const [chosen, setChosen] = useState<string>();
  const [role, setRole] = useState<TeamRole>('editor');
  const teamId = chosen ?? (teams.find(({ is_default }) => is_default !== true) ?? teams[0])?.id;
  const send = async (): Promise<void> => {
    if (teamId !== undefined) onSent(await invite(queryClient, { teamId, email: email.trim(), role }));
  };
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title="Invite someone"
      description="They get an email with a link. They can use it with an account that they have, or create one."
      submitLabel="Send invitation"
      disabledReason={email.trim() === '' ? 'Enter an email' : undefined}
      onSubmit={send}
    >
      <TextField
        label="Email"
        type="email"
        value={email}
        onChange={setEmail}
        autoComplete="off"
        spellCheck={false}
        autoFocus
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Select
          label="Team"
          value={teamId ?? ''}
          onChange={setChosen}
          options={teams.map(({ id, name }) => ({ value: id, label: name }))}
          className="w-full"
        />
        <Select label="Role" value={role} onChange={setRole} options={roleOptions} className="w-full" />
      </div>
    </FormDialog>
  );
}
