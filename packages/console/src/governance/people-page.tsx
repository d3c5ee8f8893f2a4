/** Everyone who is in at least one of the organization's teams. */
import type { Wire } from '@px0/contracts';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { MoreHorizontal, UserMinus } from 'lucide-react';
import { useState } from 'react';
import { api, outdated, reading, useUser } from '../api/mod.ts';
import {
  Avatar,
  actionsColumn,
  Badge,
  Card,
  type Column,
  ConfirmDialog,
  CopyButton,
  Failure,
  IconButton,
  Menu,
  MenuItem,
  Page,
  Pager,
  SkeletonRows,
  Table,
  timeColumn,
  toast,
} from '../ui/mod.ts';
import { usePermissions, usePresentOrganization } from '../workspace/mod.ts';

const route = getRouteApi('/shell/orgs/$orgId/people');
const perPage = 25;

type User = Wire<'User'>;

export function PeoplePage() {
  const { orgId } = route.useParams();
  usePresentOrganization(orgId);
  const user = useUser();
  const { reason } = usePermissions({ orgId });
  const queryClient = useQueryClient();
  const [page, setPage] = useState(1);
  const [leaving, setLeaving] = useState<User>();
  const { data, error, refetch } = useQuery({
    ...reading('listOrgPeople', { params: { orgID: orgId }, query: { page, limit: perPage } }),
    placeholderData: keepPreviousData,
  });
  const remove = async (): Promise<void> => {
    if (leaving === undefined) return;
    await api.call('removeOrgMember', { params: { orgID: orgId, userID: leaving.id } });
    await outdated(queryClient, 'listOrgPeople', 'listTeamMembers');
    toast({ title: `Removed ${leaving.email} from the organization` });
  };
  const columns: readonly Column<User>[] = [
    {
      name: 'Person',
      cell: (person) => (
        <span className="flex min-w-0 items-center gap-2.5">
          <Avatar name={person.email} />
          <span className="truncate">{person.email}</span>
          {person.id === user.id && <Badge>You</Badge>}
          {!person.is_verified && <Badge tone="warning">Not verified</Badge>}
        </span>
      ),
    },
    {
      name: 'Account',
      className: 'sm:w-36',
      cell: ({ is_admin }) => (is_admin ? 'Admin account' : 'Standard account'),
    },
    timeColumn('Account created'),
    actionsColumn((person) => (
      <span className="inline-flex">
        <CopyButton text={person.id} label={`Copy the user ID of ${person.email}`} />
        <Menu trigger={<IconButton icon={MoreHorizontal} label={`Actions for ${person.email}`} size="sm" />}>
          <MenuItem
            icon={UserMinus}
            tone="danger"
            disabledReason={reason('removeOrgMember')}
            onSelect={() => setLeaving(person)}
          >
            Remove from organization
          </MenuItem>
        </Menu>
      </span>
    )),
  ];
  return (
    <Page title="People" description="Everyone in this organization’s teams. Add people on a team’s page.">
      {error !== null && <Failure error={error} retry={refetch} />}
      <Card>
        {data === undefined ? (
          <SkeletonRows label="people" />
        ) : (
          <>
            <Table caption="People" columns={columns} rows={data.people} keyOf={({ id }) => id} />
            <Pager page={data.page} limit={data.limit} total={data.total} onPage={setPage} />
          </>
        )}
      </Card>
      <ConfirmDialog
        open={leaving !== undefined}
        onOpenChange={() => setLeaving(undefined)}
        title={`Remove ${leaving?.email ?? ''}?`}
        description="This removes them from all teams in this organization. Their account and their work stay."
        confirmLabel="Remove"
        onConfirm={remove}
      />
    </Page>
  );
}
