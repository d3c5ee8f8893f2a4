/** Join requests that wait for the person's decision, and the way to ask to be let into a team oneself. */
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
      description="Requests to join the teams that you administer."
      actions={
        <Button icon={UserPlus} onClick={() => setJoining(true)}>
          Ask to join a team
        </Button>
      }
    >
      <Card>
        {inbox.length === 0 ? (
          <EmptyState icon={Inbox} title="Nothing waits for you">
            When somebody asks to join one of your teams, you decide here. Give them the team’s id: it is on
            the team’s page, with a button that copies it.
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
        title: status === 'approved' ? `${email} is in ${team.name}` : `The request of ${email} was rejected`,
        ...(status === 'approved' && {
          description: 'As an editor. You can change the role on the team’s page.',
        }),
      });
    } catch (error) {
      // Another admin may have been quicker; the list then shows it.
      toastError(error, 'The request was not decided');
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
            <span className="font-medium">{email}</span> asks to join{' '}
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
