/** Applies the user's choice in a conflict. The saver and the editor always hold the same text afterwards. */
import type { RefObject } from 'react';
import { toast } from '../ui/mod.ts';
import type { CodeEditorHandle } from './code-editor.tsx';
import { ConflictDialog } from './conflict-dialog.tsx';
import type { Draft } from './use-draft.ts';

export interface DraftConflictProps {
  readonly draft: Draft;
  readonly editor: RefObject<CodeEditorHandle | null>;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly onSaveMineAsNew: () => Promise<void>;
}

/** Renders nothing unless someone else has changed the draft. */
export function DraftConflict({ draft, editor, open, onOpenChange, onSaveMineAsNew }: DraftConflictProps) {
  const { status } = draft;
  if (status.kind !== 'conflict') return null;
  const theirs = status.theirs.template;
  const settleOn = (text: string): void => {
    draft.resolveWith(text);
    editor.current?.replace(text);
    onOpenChange(false);
  };
  return (
    <ConflictDialog
      open={open}
      onOpenChange={onOpenChange}
      mine={draft.text}
      theirs={theirs}
      onKeepMine={() => {
        draft.keepMine();
        onOpenChange(false);
        toast({ title: 'Kept your text' });
      }}
      onTakeTheirs={() => {
        const mine = draft.text;
        settleOn(theirs);
        toast({
          title: 'Using their text',
          description: 'You can restore yours.',
          action: { label: 'Use mine instead', run: () => editor.current?.replace(mine) },
        });
      }}
      onMerge={(text) => {
        settleOn(text);
        toast({ title: 'Using the merged text' });
      }}
      onSaveMineAsNew={onSaveMineAsNew}
    />
  );
}
