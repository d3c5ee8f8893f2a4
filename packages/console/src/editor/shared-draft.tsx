/** Shares a draft that cannot be saved, by a link, and asks whoever opens such a link whether the text shall come into the editor. */
import { type RefObject, useEffect, useState } from 'react';
import { DiffView } from '../diff/mod.ts';
import { prettyJson } from '../json/mod.ts';
import { bodyText, type Content, isSameObject } from '../preview/mod.ts';
import { Button, Callout, CopyButton, copyText, Dialog, toast } from '../ui/mod.ts';
import { draftLink, type LinkedDraft, linkedDraft } from './draft-link.ts';
import type { Draft } from './use-draft.ts';
import type { VersionEditorHandle } from './version-editor.tsx';

/** Copies a link to the draft as it is in the editor. */
export async function shareDraft(content: Content): Promise<void> {
  const link = await draftLink(`${location.origin}${location.pathname}`, content);
  if (link === undefined) {
    toast({
      tone: 'danger',
      title: 'This draft is too long for a link',
      description: 'Copy the text and send it, or fix the errors to save it.',
    });
  } else if (await copyText(link)) {
    toast({
      title: 'Copied a link to your text',
      description: 'Anyone who opens it can compare your text with the saved draft. px0 does not store it.',
    });
  }
}

export interface SharedDraftProps {
  readonly draft: Draft;
  readonly editor: RefObject<VersionEditorHandle | null>;
  readonly isEditable: boolean;
}

/** Renders nothing unless the address holds a draft. */
export function SharedDraft({ draft, editor, isEditable }: SharedDraftProps) {
  const [linked, setLinked] = useState<LinkedDraft>({ kind: 'none' });
  useEffect(() => {
    let isShown = true;
    void linkedDraft(location.hash).then((found) => {
      if (isShown) setLinked(found);
    });
    return () => {
      isShown = false;
    };
  }, []);
  const close = (): void => {
    setLinked({ kind: 'none' });
    // A reload shall not ask again.
    history.replaceState(history.state, '', `${location.pathname}${location.search}`);
  };
  if (linked.kind === 'none') return null;
  if (linked.kind === 'unreadable')
    return (
      <SharedDialog onClose={close}>
        <Callout tone="warning">
          px0 can’t read the text in this link. The link was probably cut off; ask for it again.
        </Callout>
      </SharedDialog>
    );
  const { content } = linked;
  const mine = draft.content;
  const take = (): void => {
    draft.edit(content);
    editor.current?.replace(content);
    close();
    toast({
      title: 'The editor shows the shared text',
      action: {
        label: 'Undo',
        run: () => {
          draft.edit(mine);
          editor.current?.replace(mine);
        },
      },
    });
  };
  return (
    <SharedDialog
      onClose={close}
      {...(isEditable && {
        action: (
          <Button variant="primary" onClick={take}>
            Edit the shared text
          </Button>
        ),
      })}
    >
      <Difference mine={mine} shared={content} />
    </SharedDialog>
  );
}

interface SharedDialogProps {
  readonly onClose: () => void;
  readonly action?: React.ReactNode;
  readonly children: React.ReactNode;
}

function SharedDialog({ onClose, action, children }: SharedDialogProps) {
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      size="xl"
      title="Someone shared unsaved text with you"
      description="It comes from the link and is not saved. Your draft stays as it is until you edit the shared text."
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            Ignore it
          </Button>
          {action}
        </>
      }
    >
      {children}
    </Dialog>
  );
}

function Difference({ mine, shared }: { readonly mine: Content; readonly shared: Content }) {
  const text = bodyText(shared.body);
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <div className="self-end">
        <CopyButton text={text} label="Copy shared text" labelled />
      </div>
      <DiffView
        left={bodyText(mine.body)}
        right={text}
        leftLabel="This version"
        rightLabel="Shared text"
        layout="unified"
        equalNote="The text is the same."
      />
      {!isSameObject(mine.config, shared.config) && (
        <DiffView
          left={prettyJson(mine.config)}
          right={prettyJson(shared.config)}
          leftLabel="Configuration"
          rightLabel="Shared configuration"
          layout="unified"
        />
      )}
      {!isSameObject(mine.schema, shared.schema) && (
        <DiffView
          left={prettyJson(mine.schema)}
          right={prettyJson(shared.schema)}
          leftLabel="Input schema"
          rightLabel="Shared input schema"
          layout="unified"
        />
      )}
      {mine.note !== shared.note && (
        <DiffView
          left={mine.note}
          right={shared.note}
          leftLabel="Note"
          rightLabel="Shared note"
          layout="unified"
        />
      )}
    </div>
  );
}
