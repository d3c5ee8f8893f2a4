/** The organization's API keys. A key's secret is shown once, right after it is created. */
import type { Wire } from '@px0/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { KeyRound, Lock, MoreHorizontal, Plus, RotateCw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { api, outdated, reading } from '../api/mod.ts';
import { useCommands } from '../commands/mod.ts';
import {
  actionsColumn,
  Badge,
  Button,
  Card,
  type Column,
  ConfirmDialog,
  EmptyState,
  Failure,
  IconButton,
  Menu,
  MenuItem,
  MenuSeparator,
  Page,
  SkeletonRows,
  Table,
  Time,
  timeColumn,
  timeText,
  toast,
} from '../ui/mod.ts';
import { useOrgTeams, usePermissions, usePresentOrganization } from '../workspace/mod.ts';
import { CreateKeyDialog } from './create-key-dialog.tsx';
import { limitsTexts } from './key-limits.ts';
import { operationNames } from './roles.ts';
import { RotateKeyDialog } from './rotate-key-dialog.tsx';
import { SecretDialog, type ShownSecret } from './secret-dialog.tsx';

const route = getRouteApi('/shell/orgs/$orgId/keys');

type Key = Wire<'APIKey'>;

export function KeysPage() {
  const { orgId } = route.useParams();
  usePresentOrganization(orgId);
  const { may, reason } = usePermissions({ orgId });
  const queryClient = useQueryClient();
  const teams = useOrgTeams();
  const [creating, setCreating] = useState(false);
  const [secret, setSecret] = useState<ShownSecret>();
  const [rotating, setRotating] = useState<Key>();
  const [deleting, setDeleting] = useState<Key>();
  const { data, error, refetch } = useQuery({
    ...reading('listAPIKeys', { query: { org_id: orgId } }),
    enabled: may('listAPIKeys'),
  });
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
  const nameOfTeam = (id: string): string => teams.find((team) => team.id === id)?.name ?? '1 team';
  const columns: readonly Column<Key>[] = [
    {
      name: 'Name',
      cell: (key) => (
        <span className="flex min-w-0 items-center gap-2">
          <span className="truncate font-medium">{key.name}</span>
          <Expiry at={key.expires_at ?? null} />
        </span>
      ),
    },
    { name: 'Permissions', cell: ({ operation }) => operationNames[operation] },
    {
      name: 'Scope',
      cell: ({ team_id, limits }) => (
        <span className="flex min-w-0 flex-col">
          <span className="truncate">{team_id === undefined ? 'All teams' : nameOfTeam(team_id)}</span>
          {limitsTexts(limits).map((text) => (
            <span key={text} className="break-words text-faint text-xs">
              {text}
            </span>
          ))}
        </span>
      ),
    },
    {
      name: 'Last used',
      className: 'sm:w-32',
      cell: ({ last_used_at }) => (
        <span className="text-muted">
          {last_used_at === null ? 'Never' : <Time timestamp={last_used_at} />}
        </span>
      ),
    },
    timeColumn('Created'),
    actionsColumn((key) => (
      <Menu trigger={<IconButton icon={MoreHorizontal} label={`Actions for ${key.name}`} size="sm" />}>
        <MenuItem icon={RotateCw} onSelect={() => setRotating(key)}>
          Rotate
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={Trash2} tone="danger" onSelect={() => setDeleting(key)}>
          Delete
        </MenuItem>
      </Menu>
    )),
  ];
  return (
    <Page
      title="API keys"
      description="Keys that your applications use to render prompts. They belong to the organization, not to a person."
      {...(may('listAPIKeys') && { actions: create })}
    >
      {error !== null && <Failure error={error} retry={refetch} />}
      <Card>
        {!may('listAPIKeys') ? (
          <EmptyState icon={Lock} title="Only organization admins can manage API keys">
            Ask an admin for a key for your application.
          </EmptyState>
        ) : data === undefined ? (
          <SkeletonRows label="API keys" rows={3} />
        ) : data.api_keys.length === 0 ? (
          <EmptyState icon={KeyRound} title="No API keys yet" action={create}>
            An application sends its key with each render:{' '}
            <code className="text-xs">Authorization: Bearer ak_…</code>. Create one key for each application,
            so that you can revoke each on its own.
          </EmptyState>
        ) : (
          <Table caption="API keys" columns={columns} rows={data.api_keys} keyOf={({ id }) => id} />
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

function Expiry({ at }: { readonly at: string | null }) {
  if (at === null) return null;
  const left = Date.parse(at) - Date.now();
  if (left <= 0) return <Badge tone="danger">Expired</Badge>;
  const isSoon = left < 7 * 24 * 3_600_000;
  return <Badge tone={isSoon ? 'warning' : 'neutral'}>Expires {timeText(at)}</Badge>;
}
