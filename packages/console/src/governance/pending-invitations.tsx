/** Invitations that nobody has accepted yet: send one again, or revoke it. */
import type { Wire } from '@px0/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Ban, MoreHorizontal, Send } from 'lucide-react';
import { api, outdated, reading } from '../api/mod.ts';
import {
  Avatar,
  actionsColumn,
  Card,
  type Column,
  IconButton,
  Menu,
  MenuItem,
  Section,
  Table,
  Time,
  toast,
  toastError,
} from '../ui/mod.ts';
import { useOrgTeams, usePermissions } from '../workspace/mod.ts';
import { invite, type SentInvitation } from './invitations.ts';
import { roleNames } from './roles.ts';

type Invitation = Wire<'Invitation'>;

export interface PendingInvitationsProps {
  readonly orgId: string;
  /** Only those to this team. */
  readonly teamId?: string;
  readonly onSent: (invitation: SentInvitation) => void;
}

/** Nothing without invitations that the user may revoke. */
export function PendingInvitations({ orgId, teamId, onSent }: PendingInvitationsProps) {
  const { may } = usePermissions({ orgId });
  const queryClient = useQueryClient();
  const teams = useOrgTeams();
  const { data } = useQuery({
    ...reading('listOrgInvitations', { params: { orgID: orgId } }),
    enabled: may('listOrgInvitations'),
  });
  const invitations = (data?.invitations ?? []).filter(
    (one) => teamId === undefined || one.team_id === teamId,
  );
  if (invitations.length === 0) return null;
  const again = async ({ team_id, email, role }: Invitation): Promise<void> => {
    try {
      onSent(await invite(queryClient, { teamId: team_id, email, role }));
    } catch (error) {
      toastError(error, 'Could not send the invitation again');
    }
  };
  const revoke = async ({ id, email }: Invitation): Promise<void> => {
    try {
      await api.call('revokeInvitation', { params: { id } });
      toast({ title: `Revoked the invitation of ${email}` });
    } catch (error) {
      toastError(error, 'Could not revoke the invitation');
    }
    await outdated(queryClient, 'listOrgInvitations');
  };
  const columns: readonly Column<Invitation>[] = [
    {
      name: 'Invited',
      cell: ({ email }) => (
        <span className="flex min-w-0 items-center gap-2.5">
          <Avatar name={email} />
          <span className="truncate">{email}</span>
        </span>
      ),
    },
    ...(teamId === undefined
      ? [
          {
            name: 'Team',
            cell: ({ team_id }: Invitation) => teams.find(({ id }) => id === team_id)?.name ?? '–',
          },
        ]
      : []),
    { name: 'Role', className: 'sm:w-28', cell: ({ role }) => roleNames[role] },
    {
      name: 'Expires',
      className: 'sm:w-36',
      cell: ({ expires_at }) => (
        <span className="text-muted">
          <Time timestamp={expires_at} />
        </span>
      ),
    },
    actionsColumn((invitation) => (
      <Menu
        trigger={
          <IconButton
            icon={MoreHorizontal}
            label={`Actions for the invitation of ${invitation.email}`}
            size="sm"
          />
        }
      >
        <MenuItem icon={Send} onSelect={() => void again(invitation)}>
          Send again
        </MenuItem>
        <MenuItem icon={Ban} tone="danger" onSelect={() => void revoke(invitation)}>
          Revoke
        </MenuItem>
      </Menu>
    )),
  ];
  return (
    <Section title="Pending invitations">
      <Card>
        <Table caption="Pending invitations" columns={columns} rows={invitations} keyOf={({ id }) => id} />
      </Card>
    </Section>
  );
}
