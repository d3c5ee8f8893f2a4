/** Asks to join a team of the user's organization. px0 remembers the request until an admin decides. */
import { useQueryClient } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { api, isApiError, outdated } from '../api/mod.ts';
import { Button, toast, toastError } from '../ui/mod.ts';
import type { WorkspaceTeam } from '../workspace/mod.ts';

export interface JoinButtonProps {
  readonly team: WorkspaceTeam;
  readonly size?: 'sm' | 'md';
  readonly variant?: 'primary' | 'secondary';
}

export function JoinButton({ team, size = 'md', variant = 'secondary' }: JoinButtonProps) {
  const queryClient = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const [wasAsked, setWasAsked] = useState(false);
  const isPending = wasAsked || team.is_join_requested === true;
  const ask = async (): Promise<void> => {
    setAsking(true);
    try {
      await api.call('createJoinRequest', { params: { id: team.id } });
      toast({ title: 'Request sent', description: `An admin of ${team.name} will review it.` });
      setWasAsked(true);
    } catch (error) {
      // Asked elsewhere.
      if (isApiError(error, 'joinRequestPending')) setWasAsked(true);
      else toastError(error, 'Could not send the request');
    } finally {
      setAsking(false);
      await outdated(queryClient, 'listOrgTeams');
    }
  };
  return (
    <Button
      size={size}
      variant={variant}
      icon={UserPlus}
      loading={isAsking}
      disabledReason={isPending ? 'Waiting for an admin of the team' : undefined}
      onClick={() => void ask()}
    >
      {isPending ? 'Requested' : 'Ask to join'}
    </Button>
  );
}
