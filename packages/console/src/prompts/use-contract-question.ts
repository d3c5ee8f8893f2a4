/**
 * Asks whether a version may break the input contract. What the user confirms is the list that they see: if px0 finds another one when
 * the version goes live, because somebody made another version live meanwhile or switched the contract on, it asks again.
 */
import type { Wire } from '@px0/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { outdated, reading } from '../api/mod.ts';
import { isConfirmed } from './contract-breaks.ts';
import type { ContractChangesProps } from './contract-changes.tsx';
import { promptReading } from './data/readings.ts';
import { refusedBreaks } from './data/refused-breaks.ts';

export interface ContractQuestion {
  /** What the dialog shows. */
  readonly changes: ContractChangesProps;
  /** Why the version cannot go live yet. */
  readonly missing: string | undefined;
  /** Runs a promotion; a second time, with breaks allowed, if it is refused for those that the user has confirmed. */
  readonly ask: <T>(promote: (allowBreak: boolean) => Promise<T>) => Promise<T>;
}

export function useContractQuestion(
  promptId: string,
  check: Wire<'VersionCheck'> | undefined,
  to: 'stable' | 'live',
): ContractQuestion {
  const queryClient = useQueryClient();
  // Read when the dialog opens, since somebody may have changed it.
  const policy = useQuery({ ...promptReading(promptId), staleTime: 0 }).data?.prompt.contract ?? 'off';
  // It only helps to decide, so the dialog does without it when it cannot be had.
  const { data: users } = useQuery(reading('listPromptServices', { params: { id: promptId }, query: {} }));
  const [late, setLate] = useState<readonly string[]>();
  const [confirmed, setConfirmed] = useState<readonly string[]>();
  const breaks = late ?? check?.contract?.breaks ?? [];
  const isWatched = policy !== 'off' || late !== undefined;
  // A refusal shows that it is about to go live, whatever the page knew: somebody else may have marked it stable.
  const goesLive = to === 'live' || late !== undefined;
  const isAsked = goesLive && breaks.length > 0 && isWatched;
  // A confirmation of other breaks than these counts for nothing.
  const isAgreed = confirmed !== undefined && confirmed.join('\n') === breaks.join('\n');
  return {
    changes: {
      breaks,
      notices: check?.contract?.notices ?? [],
      services: users?.services ?? [],
      effect: !isWatched ? 'none' : goesLive ? 'asks' : 'later',
      isLate: late !== undefined,
      isConfirmed: isAgreed,
      onConfirm: (agrees) => setConfirmed(agrees ? breaks : undefined),
    },
    missing: isAsked && !isAgreed ? 'Confirm that it breaks the contract' : undefined,
    ask: async (promote) => {
      try {
        return await promote(false);
      } catch (error) {
        const refused = refusedBreaks(error);
        if (refused === undefined) throw error;
        if (isAgreed && isConfirmed(refused, breaks)) return await promote(true);
        setLate(refused);
        setConfirmed(undefined);
        void outdated(queryClient, 'getPrompt', 'listVersions', 'checkVersion');
        throw error;
      }
    },
  };
}
