/** Settings of an organization: its policies; rename it or delete it. */
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { SearchX } from 'lucide-react';
import { useState } from 'react';
import { api, outdated } from '../api/mod.ts';
import {
  Button,
  Card,
  ConfirmDialog,
  CopyButton,
  EmptyState,
  FormDialog,
  Page,
  SettingRow,
  TextField,
  toast,
} from '../ui/mod.ts';
import { usePermissions, usePresentOrganization, useWorkspace } from '../workspace/mod.ts';
import { PoliciesSettings } from './policies-settings.tsx';

const route = getRouteApi('/shell/orgs/$orgId/settings');

export function OrganizationSettingsPage() {
  const { orgId } = route.useParams();
  usePresentOrganization(orgId);
  const { organizations } = useWorkspace();
  const organization = organizations.find(({ id }) => id === orgId);
  if (organization === undefined) {
    return (
      <Page title="Organization settings">
        <EmptyState icon={SearchX} title="You are not in this organization">
          It may have been deleted, or you may have left all its teams.
        </EmptyState>
      </Page>
    );
  }
  return <Settings key={orgId} id={orgId} name={organization.name} />;
}

function Settings({ id, name }: { readonly id: string; readonly name: string }) {
  const { may, reason } = usePermissions({ orgId: id });
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState<'rename' | 'delete'>();
  const [next, setNext] = useState(name);
  const close = (): void => setAsking(undefined);
  const set = async (text: string): Promise<void> => {
    await api.call('updateOrg', { params: { id }, body: { name: text } });
    await outdated(queryClient, 'listUserOrgs');
  };
  const rename = async (): Promise<void> => {
    await set(next.trim());
    toast({
      title: `Renamed the organization to ${next.trim()}`,
      action: { label: 'Undo', run: () => set(name).then(() => setNext(name)) },
    });
  };
  const remove = async (): Promise<void> => {
    await api.call('deleteOrg', { params: { id } });
    toast({ title: `Deleted ${name}` });
    await navigate({ to: '/prompts' });
    await outdated(queryClient, 'listUserOrgs', 'listUserTeams', 'listOrgTeams', 'listPrompts');
  };
  return (
    <Page title="Organization settings" width="narrow">
      {may('listOrgPolicies') && <PoliciesSettings scope={{ kind: 'organization', orgId: id }} orgId={id} />}
      <Card className="divide-y divide-line">
        <SettingRow title="Name" text={name}>
          <Button disabledReason={reason('updateOrg')} onClick={() => setAsking('rename')}>
            Rename
          </Button>
        </SettingRow>
        <SettingRow title="ID" text={<code className="break-all text-xs">{id}</code>}>
          <CopyButton text={id} label="Copy organization ID" />
        </SettingRow>
        <SettingRow
          title="Delete organization"
          text="Deletes its teams, prompts and API keys, immediately and permanently. People keep their accounts."
        >
          <Button
            variant="danger-quiet"
            disabledReason={reason('deleteOrg')}
            onClick={() => setAsking('delete')}
          >
            Delete
          </Button>
        </SettingRow>
      </Card>
      <FormDialog
        open={asking === 'rename'}
        onOpenChange={close}
        title="Rename organization"
        submitLabel="Rename"
        disabledReason={next.trim() === '' ? 'Enter a name' : undefined}
        onSubmit={rename}
      >
        <TextField
          label="Name"
          value={next}
          onChange={setNext}
          maxLength={255}
          autoComplete="off"
          autoFocus
        />
      </FormDialog>
      <ConfirmDialog
        open={asking === 'delete'}
        onOpenChange={close}
        title={`Delete ${name}?`}
        description="This deletes all its teams, prompts and API keys. Applications that use them stop working immediately. You can’t undo this."
        confirmLabel="Delete organization"
        typed={name}
        onConfirm={remove}
      />
    </Page>
  );
}
