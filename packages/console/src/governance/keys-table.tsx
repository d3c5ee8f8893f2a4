/** The table of API keys: which key it is, what it may do, who made it, and until when it works. */
import type { Wire } from '@px0/contracts';
import { MoreHorizontal, RotateCw, Trash2 } from 'lucide-react';
import { useUser } from '../api/mod.ts';
import {
  actionsColumn,
  Badge,
  type Column,
  IconButton,
  Menu,
  MenuItem,
  MenuSeparator,
  Table,
  Time,
  timeText,
} from '../ui/mod.ts';
import { useAddresses, useOrgTeams } from '../workspace/mod.ts';
import { limitsTexts } from './key-limits.ts';
import { expiryOf } from './key-list.ts';
import { operationNames } from './roles.ts';

export type Key = Wire<'APIKey'>;

export interface KeysTableProps {
  readonly orgId: string;
  readonly keys: readonly Key[];
  readonly onRotate: (key: Key) => void;
  readonly onDelete: (key: Key) => void;
}

export function KeysTable({ orgId, keys, onRotate, onDelete }: KeysTableProps) {
  const user = useUser();
  const { addressOf, isWhole } = useAddresses(
    orgId,
    keys.map(({ created_by }) => created_by ?? null),
  );
  const creator = (id: string | undefined): string => {
    if (id === undefined) return '–';
    if (id === user.id) return 'you';
    return addressOf(id) ?? (isWhole ? 'Former member' : '…');
  };
  const columns: readonly Column<Key>[] = [
    { name: 'Name', cell: (key) => <NameCell apiKey={key} /> },
    { name: 'Permissions', cell: ({ operation }) => operationNames[operation] },
    { name: 'Scope', cell: (key) => <ScopeCell apiKey={key} /> },
    {
      name: 'Last used',
      className: 'sm:w-28',
      cell: ({ last_used_at }) => (
        <span className="text-muted">
          {last_used_at === null ? 'Never' : <Time timestamp={last_used_at} />}
        </span>
      ),
    },
    {
      name: 'Created',
      className: 'sm:w-40',
      cell: ({ created_at, created_by }) => (
        <span className="flex min-w-0 flex-col">
          <span className="text-muted">
            <Time timestamp={created_at} />
          </span>
          <span className="truncate text-faint text-xs">by {creator(created_by)}</span>
        </span>
      ),
    },
    actionsColumn((key) => (
      <Menu trigger={<IconButton icon={MoreHorizontal} label={`Actions for ${key.name}`} size="sm" />}>
        <MenuItem icon={RotateCw} onSelect={() => onRotate(key)}>
          Rotate
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={Trash2} tone="danger" onSelect={() => onDelete(key)}>
          Delete
        </MenuItem>
      </Menu>
    )),
  ];
  return <Table caption="API keys" columns={columns} rows={keys} keyOf={({ id }) => id} />;
}

function NameCell({ apiKey: { name, prefix, expires_at } }: { readonly apiKey: Key }) {
  return (
    <span className="flex min-w-0 flex-col gap-0.5 py-1.5">
      <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
        <span className="truncate font-medium">{name}</span>
        <ExpiryBadge at={expires_at ?? null} />
      </span>
      {prefix !== undefined && <code className="text-faint text-xs">{prefix}…</code>}
    </span>
  );
}

function ScopeCell({ apiKey: { team_id, team_ids, limits } }: { readonly apiKey: Key }) {
  const teams = useOrgTeams();
  const ids = team_ids ?? (team_id === undefined ? undefined : [team_id]);
  const names = ids?.map((id) => teams.find((team) => team.id === id)?.name ?? '1 team');
  return (
    <span className="flex min-w-0 flex-col">
      <span className="break-words">{names === undefined ? 'All teams' : names.join(', ')}</span>
      {limitsTexts(limits).map((text) => (
        <span key={text} className="break-words text-faint text-xs">
          {text}
        </span>
      ))}
    </span>
  );
}

function ExpiryBadge({ at }: { readonly at: string | null }) {
  if (at === null) return null;
  const expiry = expiryOf({ expires_at: at });
  if (expiry === 'expired') return <Badge tone="danger">Expired</Badge>;
  return <Badge tone={expiry === 'soon' ? 'warning' : 'neutral'}>Expires {timeText(at)}</Badge>;
}
