/** The choice between two texts of one draft, and what follows from each: what the saver saves and what the editor shows are always one text. */
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

/** Nothing, while nobody else has changed the draft. */
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
        toast({ title: 'The draft has your text now' });
      }}
      onTakeTheirs={() => {
        const mine = draft.text;
        settleOn(theirs);
        toast({
          title: 'The draft has their text',
          description: 'Yours can be had back.',
          action: { label: 'Use mine after all', run: () => editor.current?.replace(mine) },
        });
      }}
      onMerge={(text) => {
        settleOn(text);
        toast({ title: 'The draft has the merged text' });
      }}
      onSaveMineAsNew={onSaveMineAsNew}
    />
  );
}
