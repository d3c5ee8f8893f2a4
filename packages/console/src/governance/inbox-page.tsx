/** What waits for the user, as one list: join requests for their teams and change requests that they could review. */
import type { Wire } from '@px0/contracts';
import { useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Check, Inbox, Mail, UserPlus, X } from 'lucide-react';
import { useRef, useState } from 'react';
import { api, outdated, reading } from '../api/mod.ts';
import { useListKeys } from '../commands/mod.ts';
import { pageTexts } from '../frame/mod.ts';
import {
  BrokenBanner,
  type ChangeRequest,
  isUnacknowledged,
  RequestRow,
  waitingReading,
} from '../review/mod.ts';
import {
  Avatar,
  Badge,
  Button,
  buttonClasses,
  Card,
  EmptyState,
  Failure,
  Page,
  Time,
  toast,
  toastError,
} from '../ui/mod.ts';
import { JoinTeamDialog } from './join-team-dialog.tsx';

type Waiting =
  | { readonly at: string; readonly join: Wire<'InboxItem'> }
  | { readonly at: string; readonly change: ChangeRequest };

/** Both kinds by time, the newest first. What went against a policy stays on top. */
function merged(joins: readonly Wire<'InboxItem'>[], changes: readonly ChangeRequest[]): readonly Waiting[] {
  const all: Waiting[] = [
    ...joins.map((join) => ({ at: join.created_at, join })),
    ...changes.map((change) => ({ at: change.created_at, change })),
  ];
  const isFirst = (one: Waiting) => 'change' in one && isUnacknowledged(one.change);
  return all.toSorted(
    (one, other) =>
      Number(isFirst(other)) - Number(isFirst(one)) || Date.parse(other.at) - Date.parse(one.at),
  );
}

export function InboxPage() {
  const { inbox } = useSuspenseQuery(reading('getAdminInbox')).data;
  // Each kind has its own service: one of them is enough to show what it knows.
  const { data, error, refetch } = useQuery(waitingReading());
  const [joining, setJoining] = useState(false);
  const list = useRef<HTMLUListElement>(null);
  useListKeys(list, 'Inbox');
  const waiting = merged(inbox, data?.change_requests ?? []);
  return (
    <Page
      {...pageTexts['/inbox']}
      actions={
        <>
          <Link to="/invitation" className={buttonClasses('secondary')}>
            <Mail aria-hidden="true" className="size-3.5" />
            Accept an invitation
          </Link>
          <Button icon={UserPlus} onClick={() => setJoining(true)}>
            Request to join a team
          </Button>
        </>
      }
    >
      <BrokenBanner />
      {error !== null && <Failure error={error} retry={refetch} />}
      <Card>
        {waiting.length === 0 ? (
          <EmptyState icon={Inbox} title="No pending requests">
            Changes to review and requests to join your teams appear here. You invite people on the People
            page.
          </EmptyState>
        ) : (
          <ul ref={list} aria-label="Inbox" className="divide-y divide-line">
            {waiting.map((one) =>
              'join' in one ? (
                <Request key={one.join.id} item={one.join} />
              ) : (
                <li key={one.change.id}>
                  <RequestRow request={one.change} showsPrompt>
                    <Badge tone="outline">Change request</Badge>
                  </RequestRow>
                </li>
              ),
            )}
          </ul>
        )}
      </Card>
      <JoinTeamDialog open={joining} onOpenChange={setJoining} />
    </Page>
  );
}

function Request({ item }: { readonly item: Wire<'InboxItem'> }) {
  const queryClient = useQueryClient();
  const [deciding, setDeciding] = useState<'approved' | 'rejected'>();
  const { user_email: email, team } = item.payload;
  const decide = async (status: 'approved' | 'rejected'): Promise<void> => {
    setDeciding(status);
    try {
      await api.call('resolveJoinRequest', { params: { id: item.id }, body: { status } });
      toast({
        title: status === 'approved' ? `Added ${email} to ${team.name}` : `Rejected ${email}’s request`,
        ...(status === 'approved' && {
          description: 'Their role is editor. You can change it on the team’s page.',
        }),
      });
    } catch (error) {
      // Another admin may have decided first; the refreshed list shows it.
      toastError(error, 'Could not resolve the request');
    } finally {
      await outdated(queryClient, 'getAdminInbox', 'listTeamMembers', 'listOrgPeople');
      setDeciding(undefined);
    }
  };
  return (
    <li className="flex flex-col gap-3 px-4 py-3.5 sm:flex-row sm:items-center">
      <div className="flex min-w-0 flex-1 items-center gap-3">
        <Avatar name={email} />
        <div className="min-w-0">
          <p className="break-words text-sm">
            <span className="font-medium">{email}</span> wants to join{' '}
            <span className="font-medium">{team.name}</span>
          </p>
          <p className="text-faint text-xs">
            <Time timestamp={item.created_at} />
          </p>
        </div>
      </div>
      <div className="flex gap-2">
        <Button
          icon={X}
          loading={deciding === 'rejected'}
          aria-label={`Reject ${email}`}
          onClick={() => void decide('rejected')}
        >
          Reject
        </Button>
        <Button
          variant="primary"
          icon={Check}
          loading={deciding === 'approved'}
          aria-label={`Approve ${email}`}
          onClick={() => void decide('approved')}
        >
          Approve
        </Button>
      </div>
    </li>
  );
}
