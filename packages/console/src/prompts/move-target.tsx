/** The choice of the team that prompts move to. */
import type { Wire } from '@px0/contracts';
import { type ReactNode, useState } from 'react';
import { Select } from '../ui/mod.ts';
import { useTeamsWhere } from './team-rights.ts';

export interface MoveTarget {
  /** Undefined if the user may move the prompts nowhere. */
  readonly target: { readonly id: string; readonly name: string } | undefined;
  /** Why they cannot be moved. */
  readonly disabledReason: string | undefined;
  readonly field: ReactNode;
}

export function useMoveTarget(prompts: readonly Pick<Wire<'Prompt'>, 'team_id'>[]): MoveTarget {
  const targets = useTeamsWhere('receivePrompt').filter(({ id }) =>
    prompts.some(({ team_id }) => team_id !== id),
  );
  const [chosen, setChosen] = useState('');
  const target = targets.find(({ id }) => id === chosen) ?? targets[0];
  if (target === undefined) {
    return {
      target,
      disabledReason: 'You are not an admin of another team',
      field: <p className="text-muted text-sm">You can only move prompts to teams where you are an admin.</p>,
    };
  }
  return {
    target,
    disabledReason: undefined,
    field: (
      <Select
        label="Move to"
        value={target.id}
        onChange={setChosen}
        options={targets.map(({ id, name }) => ({ value: id, label: name }))}
        className="w-full"
      />
    ),
  };
}
