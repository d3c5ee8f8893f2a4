/**
 * Resolves a conflict between two people who edited the same draft: shows both texts and lets the user choose one or merge them. Closing
 * the dialog chooses nothing, and the user can still get the other text back.
 */
import { useState } from 'react';
import { type DiffLayout, DiffView, LayoutChoice } from '../diff/mod.ts';
import { prettyJson } from '../json/mod.ts';
import { bodyText, type Content, isSameObject } from '../preview/mod.ts';
import { Button, CopyButton, Dialog, Tabs, useIsWide } from '../ui/mod.ts';
import { CodeEditor } from './code-editor.tsx';
import { bodyFrom } from './content-text.ts';

export interface ConflictDialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly mine: Content;
  readonly theirs: Content;
  readonly onKeepMine: () => void;
  readonly onTakeTheirs: () => void;
  readonly onMerge: (content: Content) => void;
  readonly onSaveMineAsNew: () => Promise<void>;
}

type View = 'diff' | 'theirs' | 'mine' | 'merge';

export function ConflictDialog(props: ConflictDialogProps) {
  const { open, onOpenChange, mine, theirs, onKeepMine, onTakeTheirs, onMerge, onSaveMineAsNew } = props;
  const isWide = useIsWide('md');
  const [chosenLayout, setLayout] = useState<DiffLayout>('split');
  const [view, setView] = useState<View>('diff');
  const [merged, setMerged] = useState<string>();
  const [copying, setCopying] = useState(false);
  const [unreadable, setUnreadable] = useState<string>();
  const [mineText, theirText] = [bodyText(mine.body), bodyText(theirs.body)];
  const layout = isWide ? chosenLayout : 'unified';
  const saveAsNew = async (): Promise<void> => {
    setCopying(true);
    await onSaveMineAsNew();
    setCopying(false);
  };
  const merge = (): void => {
    const body = bodyFrom(merged ?? mineText, mine.body);
    if (body.ok) onMerge({ ...mine, body: body.body });
    else setUnreadable(body.reason);
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      size="xl"
      title="Someone else changed this draft"
      description="Your text was not saved, and neither text is lost. Choose the one to keep."
      footer={
        view === 'merge' ? (
          <Button variant="primary" onClick={merge}>
            Use merged text
          </Button>
        ) : (
          <>
            <Button variant="ghost" loading={copying} onClick={() => void saveAsNew()}>
              Save mine as a new draft
            </Button>
            <Button onClick={onTakeTheirs}>Use theirs</Button>
            <Button variant="primary" onClick={onKeepMine}>
              Keep mine
            </Button>
          </>
        )
      }
    >
      <Tabs
        label="Versions of the text"
        value={view}
        onChange={setView}
        tabs={[
          {
            value: 'diff',
            label: 'Diff',
            content: (
              <div className="flex flex-col gap-2">
                {isWide && (
                  <div className="self-end">
                    <LayoutChoice value={layout} onChange={setLayout} />
                  </div>
                )}
                <DiffView
                  left={theirText}
                  right={mineText}
                  leftLabel="Theirs (saved)"
                  rightLabel="Mine (not saved)"
                  layout={layout}
                />
                {!isSameObject(mine.config, theirs.config) && (
                  <DiffView
                    left={prettyJson(theirs.config)}
                    right={prettyJson(mine.config)}
                    leftLabel="Their configuration"
                    rightLabel="My configuration"
                    layout={layout}
                  />
                )}
                {!isSameObject(mine.schema, theirs.schema) && (
                  <DiffView
                    left={prettyJson(theirs.schema)}
                    right={prettyJson(mine.schema)}
                    leftLabel="Their input schema"
                    rightLabel="My input schema"
                    layout={layout}
                  />
                )}
                {mine.note !== theirs.note && (
                  <DiffView
                    left={theirs.note}
                    right={mine.note}
                    leftLabel="Their note"
                    rightLabel="My note"
                    layout={layout}
                  />
                )}
              </div>
            ),
          },
          { value: 'theirs', label: 'Theirs', content: <Whole text={theirText} label="Their text" /> },
          { value: 'mine', label: 'Mine', content: <Whole text={mineText} label="My text" /> },
          {
            value: 'merge',
            label: 'Merge',
            content: (
              <div className="grid gap-x-3 gap-y-2 lg:grid-cols-2">
                <p className="text-muted text-sm lg:col-span-2">
                  The merged text starts as yours. Add what you want from theirs. The configuration, the input
                  schema and the note stay yours.
                </p>
                {unreadable !== undefined && (
                  <p role="alert" className="text-danger-ink text-sm lg:col-span-2">
                    {unreadable}
                  </p>
                )}
                <Whole text={theirText} label="Their text" />
                <CodeEditor
                  language="template"
                  label="Merged text"
                  initialText={merged ?? mineText}
                  onChange={setMerged}
                  className="h-80 overflow-hidden rounded-lg border border-line"
                />
              </div>
            ),
          },
        ]}
      />
    </Dialog>
  );
}

function Whole({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <div className="relative">
      <div className="absolute top-2 right-2 z-10">
        <CopyButton text={text} label={`Copy ${label.toLowerCase()}`} />
      </div>
      <CodeEditor
        language="template"
        label={label}
        initialText={text}
        isReadOnly
        className="h-80 overflow-hidden rounded-lg border border-line bg-panel"
      />
    </div>
  );
}
