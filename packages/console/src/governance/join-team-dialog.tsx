/** Asks the admins of a team to be let in. Teams of other organizations are not listed anywhere, so their id is asked for. */
import { useState } from 'react';
import { api } from '../api/mod.ts';
import { FormDialog, TextField, toast } from '../ui/mod.ts';
import { isUuid } from './uuid.ts';

export interface JoinTeamDialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function JoinTeamDialog({ open, onOpenChange }: JoinTeamDialogProps) {
  const [id, setId] = useState('');
  const ask = async (): Promise<void> => {
    await api.call('createJoinRequest', { params: { id: id.trim() } });
    setId('');
    toast({ title: 'Your request was sent', description: 'The team’s admins decide about it.' });
  };
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title="Ask to join a team"
      description="An admin of the team finds its id on the team’s page and can send it to you."
      submitLabel="Send the request"
      disabledReason={isUuid(id.trim()) ? undefined : 'Enter the id of a team first'}
      onSubmit={ask}
    >
      <TextField
        label="Team id"
        mono
        value={id}
        onChange={setId}
        placeholder="00000000-0000-0000-0000-000000000000"
        autoComplete="off"
        spellCheck={false}
        autoFocus
      />
    </FormDialog>
  );
}
