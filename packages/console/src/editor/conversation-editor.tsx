/** The column of messages. It owns the entries while it is shown, and replaces them all only through its handle. */
import { MessageSquarePlus, SquareDashed } from 'lucide-react';
import { type Ref, useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { type ChatEntry, lateSystemMessages, type TemplateFault } from '../preview/mod.ts';
import { Button, toast } from '../ui/mod.ts';
import type { CodeEditorHandle } from './code-editor.tsx';
import { entriesOf, freePlaceholder, moved, nextRole, type Row, rowOf, rowsOf } from './conversation.ts';
import { type CardActions, MessageCard } from './message-card.tsx';
import type { KnownVariables } from './template-completion.ts';

export interface ConversationEditorHandle {
  /** Moves the cursor to a fault. */
  goTo(fault: TemplateFault): void;
  /** Puts what was probably meant in place of the part at fault. */
  apply(fault: TemplateFault): void;
  /** Replaces all entries. */
  replace(entries: readonly ChatEntry[]): void;
}

export interface ConversationEditorProps {
  readonly ref?: Ref<ConversationEditorHandle>;
  /** The initial entries. Use `replace` to change them later. */
  readonly initialEntries: readonly ChatEntry[];
  readonly isReadOnly: boolean;
  readonly faults: readonly TemplateFault[];
  readonly known: () => KnownVariables;
  readonly onChange: (entries: readonly ChatEntry[]) => void;
}

const NONE: readonly TemplateFault[] = [];

export function ConversationEditor(props: ConversationEditorProps) {
  const { ref, initialEntries, isReadOnly, faults, known, onChange } = props;
  const byEntry = useMemo(() => Map.groupBy(faults, (fault) => fault.at?.entry), [faults]);
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
  const placeOf = (id: number): number => latest.current.findIndex((row) => row.id === id);
  const move = (id: number, to: number): void => {
    const from = placeOf(id);
    const next = moved(latest.current, from, to);
    if (next === latest.current) return;
    const focus = document.activeElement;
    if (focus instanceof HTMLElement && list.current?.contains(focus) === true)
      refocus.current = () => focus.focus();
    change(next);
    setNews(`${nameOf(next[to])} is now ${to + 1} of ${next.length}.`);
  };
  const add = (entry: ChatEntry, at = latest.current.length): void => {
    const row = rowOf(entry);
    const next = latest.current.toSpliced(at, 0, row);
    change(next);
    setAdded(row.id);
    setNews(`Added ${nameOf(row).toLowerCase()}, ${at + 1} of ${next.length}.`);
  };
  const duplicate = (id: number): void => {
    const at = placeOf(id);
    const row = latest.current[at];
    if (row !== undefined) add(copyOf(row.entry, latest.current), at + 1);
  };
  const remove = (id: number): void => {
    const at = placeOf(id);
    const row = latest.current[at];
    if (row === undefined) return;
    change(latest.current.toSpliced(at, 1));
    setNews(`Deleted ${nameOf(row).toLowerCase()} ${at + 1}.`);
    focusAfterRemoval(list.current, at);
    toast({
      title: `Deleted ${nameOf(row).toLowerCase()} ${at + 1}`,
      action: { label: 'Undo', run: () => change(latest.current.toSpliced(at, 0, row)) },
    });
  };
  const own: CardActions = {
    known,
    move,
    duplicate,
    remove,
    change: (id, entry) => change(latest.current.map((row) => (row.id === id ? { id, entry } : row))),
    drop: (id, target) => move(id, placeOf(target)),
    setEditor: (id, part, editor) => {
      const key = `${id}.${part}`;
      if (editor === null) editors.current.delete(key);
      else editors.current.set(key, editor);
    },
  };
  const actions = useStable(own);

  const rowAt = ({ at }: TemplateFault) => rows[at?.entry ?? 0]?.id;
  const editorAt = (fault: TemplateFault) => editors.current.get(`${rowAt(fault)}.${fault.at?.part ?? 0}`);
  useImperativeHandle(ref, () => ({
    apply: (fault) => editorAt(fault)?.apply(fault),
    goTo: (place) => {
      const id = rowAt(place);
      const editor = editorAt(place);
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
            faults={byEntry.get(at) ?? NONE}
            actions={actions}
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

/** The same functions in each render, which do what the latest ones do. A card then renders again only if its own message changes. */
function useStable(actions: CardActions): CardActions {
  const latest = useRef(actions);
  latest.current = actions;
  return useMemo(
    () => ({
      known: () => latest.current.known(),
      move: (...args) => latest.current.move(...args),
      duplicate: (...args) => latest.current.duplicate(...args),
      remove: (...args) => latest.current.remove(...args),
      change: (...args) => latest.current.change(...args),
      drop: (...args) => latest.current.drop(...args),
      setEditor: (...args) => latest.current.setEditor(...args),
    }),
    [],
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
