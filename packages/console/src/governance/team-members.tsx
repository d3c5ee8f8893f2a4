/** The members of a team: their roles, adding and removing them. */
import type { Wire } from '@px0/contracts';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { Lock, MoreHorizontal, UserMinus, UserPlus } from 'lucide-react';
import { useState } from 'react';
import { api, outdated, reading, useUser } from '../api/mod.ts';
import {
  Avatar,
  actionsColumn,
  Badge,
  Button,
  Card,
  type Column,
  CopyButton,
  EmptyState,
  Failure,
  IconButton,
  Menu,
  MenuItem,
  Pager,
  Select,
  SkeletonRows,
  Table,
  timeColumn,
  toast,
  toastError,
} from '../ui/mod.ts';
import { type TeamRole, usePermissions, type WorkspaceTeam } from '../workspace/mod.ts';
import { AddMemberDialog } from './add-member-dialog.tsx';
import { InvitationSentDialog } from './invitation-sent-dialog.tsx';
import type { SentInvitation } from './invitations.ts';
import { JoinButton } from './join-button.tsx';
import { PendingInvitations } from './pending-invitations.tsx';
import { roleNames, roleOptions, withArticle } from './roles.ts';

type Member = Wire<'TeamMemberResponse'>;

export function TeamMembers({ team }: { readonly team: WorkspaceTeam }) {
  const { may, reason } = usePermissions({ teamId: team.id });
  const [page, setPage] = useState(1);
  const [adding, setAdding] = useState(false);
  const [sent, setSent] = useState<SentInvitation>();
  const { data, error, refetch } = useQuery({
    ...reading('listTeamMembers', { params: { id: team.id }, query: { page } }),
    enabled: may('listTeamMembers'),
    placeholderData: keepPreviousData,
  });
  if (!may('listTeamMembers')) {
    return (
      <Card>
        <EmptyState
          icon={Lock}
          title="You can’t see this team’s members"
          action={<JoinButton team={team} variant="primary" />}
        >
          {memberCount(team.member_count)}
          Ask to join. An admin of the team will review your request.
        </EmptyState>
      </Card>
    );
  }
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-center justify-between gap-3">
        <p className="text-muted text-sm">
          {data === undefined ? ' ' : data.total === 1 ? '1 member' : `${data.total} members`}
        </p>
        <Button
          icon={UserPlus}
          variant="primary"
          disabledReason={reason('addTeamMember')}
          onClick={() => setAdding(true)}
        >
          Add member
        </Button>
      </div>
      {error !== null && <Failure error={error} retry={refetch} />}
      <Card>
        {data === undefined ? (
          <SkeletonRows label="members" rows={3} />
        ) : (
          <>
            <Table
              caption="Members"
              columns={columnsOf(team)}
              rows={data.members}
              keyOf={({ user_id }) => user_id}
            />
            <Pager page={data.page} limit={data.limit} total={data.total} onPage={setPage} />
          </>
        )}
      </Card>
      {team.org_id !== undefined && may('createInvitation') && (
        <PendingInvitations orgId={team.org_id} teamId={team.id} onSent={setSent} />
      )}
      <AddMemberDialog team={team} open={adding} onOpenChange={setAdding} onInvited={setSent} />
      <InvitationSentDialog invitation={sent} onClose={() => setSent(undefined)} />
    </div>
  );
}

function memberCount(count: number | undefined): string {
  if (count === undefined) return '';
  return count === 1 ? 'It has 1 member. ' : `It has ${count} members. `;
}

function columnsOf(team: WorkspaceTeam): readonly Column<Member>[] {
  return [
    { name: 'Person', cell: (member) => <PersonCell member={member} /> },
    { name: 'Role', className: 'sm:w-36', cell: (member) => <RoleCell team={team} member={member} /> },
    timeColumn('Joined'),
    actionsColumn((member) => <MemberMenu team={team} member={member} />),
  ];
}

function PersonCell({ member }: { readonly member: Member }) {
  const user = useUser();
  return (
    <span className="flex min-w-0 items-center gap-2.5">
      <Avatar name={member.email} />
      <span className="truncate">{member.email}</span>
      {member.user_id === user.id && <Badge>You</Badge>}
    </span>
  );
}

interface MemberProps {
  readonly team: WorkspaceTeam;
  readonly member: Member;
}

function RoleCell({ team, member }: MemberProps) {
  const { may } = usePermissions({ teamId: team.id });
  const user = useUser();
  const queryClient = useQueryClient();
  if (!may('updateTeamMemberRole')) return <span>{roleNames[member.role]}</span>;
  const set = (role: TeamRole) =>
    api.call('updateTeamMemberRole', {
      params: { id: team.id, userID: member.user_id },
      body: { role },
    });
  const refresh = async (): Promise<void> => {
    await outdated(queryClient, 'listTeamMembers', 'listOrgPeople');
    // The user's own role decides what the whole console offers.
    if (member.user_id === user.id) await outdated(queryClient, 'listUserTeams', 'listUserOrgs');
  };
  const change = async (role: TeamRole): Promise<void> => {
    try {
      await set(role);
      toast({
        title: `${member.email} is now ${withArticle(roleNames[role].toLowerCase())}`,
        action: {
          label: 'Undo',
          run: async () => {
            try {
              await set(member.role);
              await refresh();
            } catch (error) {
              toastError(error, 'Could not restore the role');
            }
          },
        },
      });
    } catch (error) {
      toastError(error, 'Could not change the role');
    }
    await refresh();
  };
  return (
    <Select
      label={`Role of ${member.email}`}
      labelHidden
      size="sm"
      value={member.role}
      onChange={(role) => void change(role)}
      options={roleOptions}
      className="w-28"
    />
  );
}

function MemberMenu({ team, member }: MemberProps) {
  const { reason } = usePermissions({ teamId: team.id });
  const user = useUser();
  const queryClient = useQueryClient();
  const remove = async (): Promise<void> => {
    const params = { id: team.id, userID: member.user_id };
    try {
      await api.call('removeTeamMember', { params });
      toast({
        title: `Removed ${member.email} from ${team.name}`,
        action: {
          label: 'Undo',
          run: async () => {
            try {
              await api.call('addTeamMember', { params: { id: team.id }, body: { user_id: member.user_id } });
              await api.call('updateTeamMemberRole', { params, body: { role: member.role } });
              await outdated(queryClient, 'listTeamMembers', 'listOrgPeople', 'listOrgTeams');
            } catch (error) {
              toastError(error, 'Could not add the member again');
            }
          },
        },
      });
    } catch (error) {
      toastError(error, 'Could not remove the member');
    }
    await outdated(queryClient, 'listTeamMembers', 'listOrgPeople', 'listOrgTeams');
  };
  return (
    <span className="inline-flex">
      <CopyButton text={member.user_id} label={`Copy the user ID of ${member.email}`} />
      <Menu trigger={<IconButton icon={MoreHorizontal} label={`Actions for ${member.email}`} size="sm" />}>
        <MenuItem
          icon={UserMinus}
          tone="danger"
          disabledReason={
            member.user_id === user.id ? 'To leave the team, go to its settings' : reason('removeTeamMember')
          }
          onSelect={() => void remove()}
        >
          Remove from team
        </MenuItem>
      </Menu>
    </span>
  );
}
