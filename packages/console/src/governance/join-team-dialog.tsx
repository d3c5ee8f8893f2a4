/** Sends a request to join a team. The user enters its ID, since teams of other organizations are not listed. */
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
    toast({ title: 'Request sent', description: 'An admin of the team will review it.' });
  };
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title="Request to join a team"
      description="Ask an admin of the team for its ID. They find it on the team’s page."
      submitLabel="Send request"
      disabledReason={isUuid(id.trim()) ? undefined : 'Enter a team ID'}
      onSubmit={ask}
    >
      <TextField
        label="Team ID"
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
