/** Moves a prompt with its versions, tags and payloads to another team. */
import type { Wire } from '@px0/contracts';
import { FormDialog, toast } from '../ui/mod.ts';
import { attempt } from './attempt.ts';
import { usePromptWrites } from './data/writes.ts';
import { useMoveTarget } from './move-target.tsx';

export interface MovePromptDialogProps {
  readonly prompt: Wire<'Prompt'>;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function MovePromptDialog({ prompt, open, onOpenChange }: MovePromptDialogProps) {
  const { target, disabledReason, field } = useMoveTarget([prompt]);
  const writes = usePromptWrites();
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
      disabledReason={disabledReason}
      onSubmit={move}
      size="sm"
    >
      {field}
    </FormDialog>
  );
}
