/** Moves a prompt to another folder of its team. Its slug stays, so no caller notices. */
import type { Wire } from '@px0/contracts';
import { useState } from 'react';
import { FormDialog, toast } from '../ui/mod.ts';
import { attempt } from './attempt.ts';
import { type PromptWrites, usePromptWrites } from './data/writes.ts';
import { FolderField } from './folder-field.tsx';
import { tidyFolder } from './folder-tree.ts';

type Moved = Pick<Wire<'Prompt'>, 'id' | 'name' | 'folder'>;

export interface MoveToFolderDialogProps {
  readonly prompt: Wire<'Prompt'>;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function MoveToFolderDialog({ prompt, open, onOpenChange }: MoveToFolderDialogProps) {
  const writes = usePromptWrites();
  const [path, setPath] = useState(prompt.folder);
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Move “${prompt.name}” to a folder`}
      submitLabel="Move prompt"
      disabledReason={tidyFolder(path) === prompt.folder ? 'The prompt is in this folder' : undefined}
      onSubmit={() => moveToFolder(writes, prompt, tidyFolder(path))}
      size="sm"
    >
      <FolderField teamId={prompt.team_id} label="Folder" value={path} onChange={setPath} autoFocus />
    </FormDialog>
  );
}

/** Moves the prompt and offers to undo that. */
export async function moveToFolder(writes: PromptWrites, prompt: Moved, folder: string): Promise<void> {
  if (folder === prompt.folder) return;
  await writes.setFolder(prompt.id, folder);
  toast({
    title:
      folder === '' ? `Moved “${prompt.name}” out of its folder` : `Moved “${prompt.name}” to “${folder}”`,
    action: { label: 'Undo', run: () => attempt(() => writes.setFolder(prompt.id, prompt.folder)) },
  });
}
