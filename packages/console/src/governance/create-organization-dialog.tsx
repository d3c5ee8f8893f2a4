/** Creates an organization. Its creator becomes the admin of its default team. */
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, outdated } from '../api/mod.ts';
import { FormDialog, TextField, toast } from '../ui/mod.ts';
import { useWorkspace } from '../workspace/mod.ts';

export interface CreateOrganizationDialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function CreateOrganizationDialog({ open, onOpenChange }: CreateOrganizationDialogProps) {
  const [name, setName] = useState('');
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { selectOrganization } = useWorkspace();
  const create = async (): Promise<void> => {
    const { org } = await api.call('createOrg', { body: { name: name.trim() } });
    await outdated(queryClient, 'listUserOrgs', 'listUserTeams');
    selectOrganization(org.id);
    setName('');
    toast({
      title: `Created ${org.name}`,
      description: 'You are the admin of its default team.',
    });
    await navigate({ to: '/orgs/$orgId/teams', params: { orgId: org.id } });
  };
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title="New organization"
      description="An organization owns teams and API keys. You become the admin of its default team."
      submitLabel="Create organization"
      disabledReason={name.trim() === '' ? 'Enter a name' : undefined}
      onSubmit={create}
    >
      <TextField label="Name" value={name} onChange={setName} maxLength={255} autoComplete="off" autoFocus />
    </FormDialog>
  );
}
