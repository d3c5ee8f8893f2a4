/** Renames or moves a folder, with all that is in it and below it. */
import { useState } from 'react';
import { FormDialog, toast } from '../ui/mod.ts';
import { usePromptWrites } from './data/writes.ts';
import { FolderField } from './folder-field.tsx';
import { tidyFolder } from './folder-tree.ts';

export interface MoveFolderDialogProps {
  readonly teamId: string;
  readonly path: string;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  /** Called with the folder's new path. */
  readonly onMoved: (path: string) => void;
}

export function MoveFolderDialog({ teamId, path, open, onOpenChange, onMoved }: MoveFolderDialogProps) {
  const writes = usePromptWrites();
  const [text, setText] = useState(path);
  const to = tidyFolder(text);
  const move = async (): Promise<void> => {
    const { moved } = await writes.moveFolder(teamId, path, to);
    toast({ title: moved === 1 ? 'Moved 1 prompt' : `Moved ${moved} prompts` });
    onMoved(to);
  };
  return (
    <FormDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Rename or move “${path}”`}
      description="All prompts in the folder and below it move. A folder that exists there takes them in."
      submitLabel="Move folder"
      disabledReason={
        to === path
          ? 'The folder is there now'
          : to.startsWith(`${path}/`)
            ? 'A folder cannot be moved into itself'
            : undefined
      }
      onSubmit={move}
      size="sm"
    >
      <FolderField teamId={teamId} label="New path" value={text} onChange={setText} autoFocus />
    </FormDialog>
  );
}
