/** The organization's API keys. A key's secret is shown once, right after it is created. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { KeyRound, Lock, Plus } from 'lucide-react';
import { useState } from 'react';
import { api, outdated, reading } from '../api/mod.ts';
import { useCommands } from '../commands/mod.ts';
import { pageTexts } from '../frame/mod.ts';
import {
  Button,
  Callout,
  Card,
  ConfirmDialog,
  EmptyState,
  Failure,
  Page,
  SkeletonRows,
  timeText,
  toast,
} from '../ui/mod.ts';
import { usePermissions, usePresentOrganization } from '../workspace/mod.ts';
import { CreateKeyDialog } from './create-key-dialog.tsx';
import { expiryOf, isMatch, SOON_DAYS } from './key-list.ts';
import { type Key, KeysTable } from './keys-table.tsx';
import { RotateKeyDialog } from './rotate-key-dialog.tsx';
import { SearchField } from './search-field.tsx';
import { SecretDialog, type ShownSecret } from './secret-dialog.tsx';

const route = getRouteApi('/shell/orgs/$orgId/keys');

export function KeysPage() {
  const { orgId } = route.useParams();
  usePresentOrganization(orgId);
  const { may } = usePermissions({ orgId });
  if (may('listAPIKeys')) return <Keys key={orgId} orgId={orgId} />;
  return (
    <Page {...texts}>
      <Card>
        <EmptyState icon={Lock} title="Only organization admins can manage API keys">
          Ask an admin for a key for your application.
        </EmptyState>
      </Card>
    </Page>
  );
}

const texts = pageTexts['/orgs/$orgId/keys'];

function Keys({ orgId }: { readonly orgId: string }) {
  const { may, reason } = usePermissions({ orgId });
  const queryClient = useQueryClient();
  const [typed, setTyped] = useState('');
  const [onlySoon, setOnlySoon] = useState(false);
  const [creating, setCreating] = useState(false);
  const [secret, setSecret] = useState<ShownSecret>();
  const [rotating, setRotating] = useState<Key>();
  const [deleting, setDeleting] = useState<Key>();
  const { data, error, refetch } = useQuery(reading('listAPIKeys', { query: { org_id: orgId } }));
  useCommands([
    {
      id: 'create-key',
      group: 'Organization',
      label: 'New API key',
      icon: Plus,
      shortcut: 'c',
      run: () => setCreating(may('createAPIKey')),
    },
  ]);
  const remove = async (): Promise<void> => {
    if (deleting === undefined) return;
    await api.call('deleteAPIKey', { params: { id: deleting.id } });
    await outdated(queryClient, 'listAPIKeys');
    toast({ title: `Deleted ${deleting.name}`, description: 'px0 no longer accepts this key.' });
  };
  const create = (
    <Button
      variant="primary"
      icon={Plus}
      shortcut="c"
      disabledReason={reason('createAPIKey')}
      onClick={() => setCreating(true)}
    >
      New API key
    </Button>
  );
  const keys = data?.api_keys ?? [];
  const soon = keys.filter((key) => expiryOf(key) === 'soon');
  const shown = (onlySoon && soon.length > 0 ? soon : keys).filter((key) => isMatch(key, typed));
  const showAll = (): void => {
    setTyped('');
    setOnlySoon(false);
  };
  return (
    <Page {...texts} actions={create}>
      {error !== null && <Failure error={error} retry={refetch} />}
      {soon.length > 0 && (
        <Callout
          tone="warning"
          action={
            <Button size="sm" onClick={() => setOnlySoon(!onlySoon)}>
              {onlySoon ? 'Show all' : 'Show'}
            </Button>
          }
        >
          {soon.length === 1 ? '1 key expires' : `${soon.length} keys expire`} within {SOON_DAYS} days. Rotate{' '}
          {soon.length === 1 ? 'it' : 'them'} before your applications lose access.
        </Callout>
      )}
      {keys.length > 1 && (
        <SearchField
          label="Search by name or key"
          placeholder="Search by name, or paste a key that you found"
          value={typed}
          onChange={setTyped}
          className="sm:max-w-sm"
        />
      )}
      <Card>
        {data === undefined ? (
          <SkeletonRows label="API keys" rows={3} />
        ) : keys.length === 0 ? (
          <EmptyState icon={KeyRound} title="No API keys yet" action={create}>
            An application sends its key with each render:{' '}
            <code className="text-xs">Authorization: Bearer ak_…</code>. Create one key for each application,
            so that you can revoke each on its own.
          </EmptyState>
        ) : shown.length === 0 ? (
          <EmptyState
            icon={KeyRound}
            title="No keys match"
            action={<Button onClick={showAll}>Show all</Button>}
          />
        ) : (
          <KeysTable orgId={orgId} keys={shown} onRotate={setRotating} onDelete={setDeleting} />
        )}
      </Card>
      <CreateKeyDialog orgId={orgId} open={creating} onOpenChange={setCreating} onCreated={setSecret} />
      {rotating && (
        <RotateKeyDialog
          apiKey={rotating}
          open
          onOpenChange={() => setRotating(undefined)}
          onRotated={setSecret}
        />
      )}
      <ConfirmDialog
        open={deleting !== undefined}
        onOpenChange={() => setDeleting(undefined)}
        title={`Delete ${deleting?.name ?? ''}?`}
        description={
          deleting?.last_used_at == null
            ? 'This key has never been used. It stops working immediately.'
            : `Last used ${timeText(deleting.last_used_at)}. Applications that use this key stop working immediately.`
        }
        confirmLabel="Delete key"
        onConfirm={remove}
      />
      <SecretDialog secret={secret} onClose={() => setSecret(undefined)} />
    </Page>
  );
}
