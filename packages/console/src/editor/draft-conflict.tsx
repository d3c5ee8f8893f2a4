/** Applies the user's choice in a conflict. The saver and the editor always hold the same content afterwards. */
import type { RefObject } from 'react';
import type { Content } from '../preview/mod.ts';
import { toast } from '../ui/mod.ts';
import { ConflictDialog } from './conflict-dialog.tsx';
import type { Draft } from './use-draft.ts';
import type { VersionEditorHandle } from './version-editor.tsx';

export interface DraftConflictProps {
  readonly draft: Draft;
  readonly editor: RefObject<VersionEditorHandle | null>;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly onSaveMineAsNew: () => Promise<void>;
}

/** Renders nothing unless someone else has changed the draft. */
export function DraftConflict({ draft, editor, open, onOpenChange, onSaveMineAsNew }: DraftConflictProps) {
  const { status } = draft;
  if (status.kind !== 'conflict') return null;
  const theirs = status.theirs.content;
  const settleOn = (content: Content): void => {
    draft.resolveWith(content);
    editor.current?.replace(content);
    onOpenChange(false);
  };
  return (
    <ConflictDialog
      open={open}
      onOpenChange={onOpenChange}
      mine={draft.content}
      theirs={theirs}
      onKeepMine={() => {
        draft.keepMine();
        onOpenChange(false);
        toast({ title: 'Kept your text' });
      }}
      onTakeTheirs={() => {
        const mine = draft.content;
        settleOn(theirs);
        toast({
          title: 'Using their text',
          description: 'You can restore yours.',
          action: {
            label: 'Use mine instead',
            run: () => {
              draft.edit(mine);
              editor.current?.replace(mine);
            },
          },
        });
      }}
      onMerge={(merged) => {
        settleOn(merged);
        toast({ title: 'Using the merged text' });
      }}
      onSaveMineAsNew={onSaveMineAsNew}
    />
  );
}
