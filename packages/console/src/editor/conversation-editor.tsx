/** The column of messages. It owns the entries while it is shown, and replaces them all only through its handle. */
import { MessageSquarePlus, SquareDashed } from 'lucide-react';
import { type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react';
import { type ChatEntry, lateSystemMessages, type TemplateFault } from '../preview/mod.ts';
import { Button, toast } from '../ui/mod.ts';
import type { CodeEditorHandle } from './code-editor.tsx';
import { entriesOf, freePlaceholder, moved, nextRole, type Row, rowOf, rowsOf } from './conversation.ts';
import { MessageCard } from './message-card.tsx';
import type { KnownVariables } from './template-completion.ts';

export interface ConversationEditorHandle {
  /** Moves the cursor to a fault. */
  goTo(fault: TemplateFault): void;
  /** Replaces all entries. */
  replace(entries: readonly ChatEntry[]): void;
}

export interface ConversationEditorProps {
  readonly ref?: Ref<ConversationEditorHandle>;
  /** The initial entries. Use `replace` to change them later. */
  readonly initialEntries: readonly ChatEntry[];
  readonly isReadOnly: boolean;
  readonly fault: TemplateFault | undefined;
  readonly known: () => KnownVariables;
  readonly onChange: (entries: readonly ChatEntry[]) => void;
}

export function ConversationEditor(props: ConversationEditorProps) {
  const { ref, initialEntries, isReadOnly, fault, known, onChange } = props;
  const [rows, setRows] = useState(() => rowsOf(initialEntries));
  const [news, setNews] = useState('');
  const list = useRef<HTMLOListElement>(null);
  const editors = useRef(new Map<string, CodeEditorHandle>());
  const refocus = useRef<() => void>(null);
  // A browser takes the focus from an element that moves.
  useLayoutEffect(() => {
    refocus.current?.();
    refocus.current = null;
  });
  const [added, setAdded] = useState<number>();
  useEffect(() => {
    if (added === undefined) return;
    const row = list.current?.querySelector(`[data-row="${added}"]`);
    row?.querySelector<HTMLElement>('input, .cm-content')?.focus();
    setAdded(undefined);
  }, [added]);

  // Two editors may change before the page renders again.
  const latest = useRef(rows);
  latest.current = rows;
  const change = (next: readonly Row[]): void => {
    latest.current = next;
    setRows(next);
    onChange(entriesOf(next));
  };
  const move = (from: number, to: number): void => {
    const next = moved(rows, from, to);
    if (next === rows) return;
    const focus = document.activeElement;
    if (focus instanceof HTMLElement && list.current?.contains(focus) === true)
      refocus.current = () => focus.focus();
    change(next);
    setNews(`${nameOf(rows[from])} is now ${to + 1} of ${rows.length}.`);
  };
  const add = (entry: ChatEntry, at = rows.length): void => {
    const row = rowOf(entry);
    change(rows.toSpliced(at, 0, row));
    setAdded(row.id);
    setNews(`Added ${nameOf(row).toLowerCase()}, ${at + 1} of ${rows.length + 1}.`);
  };
  const remove = (at: number): void => {
    const row = rows[at];
    if (row === undefined) return;
    change(rows.toSpliced(at, 1));
    setNews(`Deleted ${nameOf(row).toLowerCase()} ${at + 1}.`);
    focusAfterRemoval(list.current, at);
    toast({
      title: `Deleted ${nameOf(row).toLowerCase()} ${at + 1}`,
      action: { label: 'Undo', run: () => change(latest.current.toSpliced(at, 0, row)) },
    });
  };

  useImperativeHandle(ref, () => ({
    goTo: (place) => {
      const { entry = 0, part = 0 } = place.at ?? {};
      const id = rows[entry]?.id;
      const editor = editors.current.get(`${id}.${part}`);
      if (editor !== undefined) editor.goTo(place);
      else list.current?.querySelector<HTMLElement>(`[data-row="${id}"] input`)?.focus();
    },
    replace: (entries) => setRows(rowsOf(entries)),
  }));

  const late = lateSystemMessages(entriesOf(rows));
  return (
    <div className="min-h-0 flex-1 overflow-y-auto px-3 py-3 sm:px-4">
      <p role="status" className="sr-only">
        {news}
      </p>
      <ol ref={list} aria-label="Messages" className="flex flex-col gap-2.5">
        {rows.map((row, at) => (
          <MessageCard
            key={row.id}
            row={row}
            at={at}
            count={rows.length}
            isReadOnly={isReadOnly}
            isLateSystem={late.has(at)}
            fault={fault?.at?.entry === at ? fault : undefined}
            known={known}
            onEditor={(part, editor) => {
              const key = `${row.id}.${part}`;
              if (editor === null) editors.current.delete(key);
              else editors.current.set(key, editor);
            }}
            onChange={(entry) =>
              change(latest.current.map((one) => (one.id === row.id ? { id: row.id, entry } : one)))
            }
            onMove={(to) => move(at, to)}
            onDrop={(id) =>
              move(
                rows.findIndex((one) => one.id === id),
                at,
              )
            }
            onDuplicate={() => add(copyOf(row.entry, rows), at + 1)}
            onDelete={() => remove(at)}
          />
        ))}
      </ol>
      {!isReadOnly && (
        <div className="mt-3 flex flex-wrap gap-2">
          <Button icon={MessageSquarePlus} onClick={() => add({ role: nextRole(rows), template: '' })}>
            Add message
          </Button>
          <Button icon={SquareDashed} onClick={() => add({ placeholder: freePlaceholder(rows) })}>
            Add placeholder
          </Button>
        </div>
      )}
    </div>
  );
}

function nameOf(row: Row | undefined): string {
  return row !== undefined && 'placeholder' in row.entry ? 'Placeholder' : 'Message';
}

/** A placeholder’s name is used once. */
function copyOf(entry: ChatEntry, rows: readonly Row[]): ChatEntry {
  return 'placeholder' in entry ? { ...entry, placeholder: freePlaceholder(rows) } : entry;
}

/** The focus stays in the list, at the message that took the place, or on the button that adds one. */
function focusAfterRemoval(list: HTMLOListElement | null, at: number): void {
  requestAnimationFrame(() => {
    const cards = [...(list?.children ?? [])];
    const card = cards[at] ?? cards.at(-1) ?? list?.nextElementSibling;
    card?.querySelector<HTMLElement>('button:not([tabindex="-1"])')?.focus();
  });
}
