/** Join requests for the user's teams, and the dialog for sending one. */
import type { Wire } from '@px0/contracts';
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Check, Inbox, UserPlus, X } from 'lucide-react';
import { useState } from 'react';
import { api, outdated, reading } from '../api/mod.ts';
import { Avatar, Button, Card, EmptyState, Page, Time, toast, toastError } from '../ui/mod.ts';
import { JoinTeamDialog } from './join-team-dialog.tsx';

export function InboxPage() {
  const { inbox } = useSuspenseQuery(reading('getAdminInbox')).data;
  const [joining, setJoining] = useState(false);
  return (
    <Page
      title="Inbox"
      description="Requests to join the teams you administer."
      actions={
        <Button icon={UserPlus} onClick={() => setJoining(true)}>
          Request to join a team
        </Button>
      }
    >
      <Card>
        {inbox.length === 0 ? (
          <EmptyState icon={Inbox} title="No pending requests">
            Requests to join your teams appear here. To invite someone, send them the team ID from the team’s
            page.
          </EmptyState>
        ) : (
          <ul className="divide-y divide-line">
            {inbox.map((item) => (
              <Request key={item.id} item={item} />
            ))}
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
