/** Moves a prompt with its versions, tags and payloads to another team. */
import type { Wire } from '@px0/contracts';
import { useState } from 'react';
import { FormDialog, Select, toast } from '../ui/mod.ts';
import { attempt } from './attempt.ts';
import { usePromptWrites } from './data/writes.ts';
import { useTeamsWhere } from './team-rights.ts';

export interface MovePromptDialogProps {
  readonly prompt: Wire<'Prompt'>;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function MovePromptDialog({ prompt, open, onOpenChange }: MovePromptDialogProps) {
  const targets = useTeamsWhere('receivePrompt').filter(({ id }) => id !== prompt.team_id);
  const writes = usePromptWrites();
  const [chosen, setChosen] = useState('');
  const target = targets.find(({ id }) => id === chosen) ?? targets[0];
  const move = async (): Promise<void> => {
    if (target === undefined) return;
    const from = prompt.team_id;
    await writes.move(prompt.id, target.id);
    toast({
      title: `Moved “${prompt.name}” to ${target.name}`,
      action: { label: 'Undo', run: () => attempt(() => writes.move(prompt.id, from)) },
    });
  };
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Move “${prompt.name}”`}
      description="Its versions, tags and payloads move with it. API keys limited to the current team can no longer render it."
      submitLabel="Move prompt"
      disabledReason={target === undefined ? 'You are not an admin of another team' : undefined}
      onSubmit={move}
      size="sm"
    >
      {target === undefined ? (
        <p className="text-muted text-sm">You can only move prompts to teams where you are an admin.</p>
      ) : (
        <Select
          label="Move to"
          value={target.id}
          onChange={setChosen}
          options={targets.map(({ id, name }) => ({ value: id, label: name }))}
          className="w-full"
        />
      )}
    </FormDialog>
  );
}
