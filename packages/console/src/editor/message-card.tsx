/** One entry of a conversation: its role and actions above, its text or parts below. */
import {
  ArrowDown,
  ArrowUp,
  Copy,
  GripVertical,
  ImagePlus,
  MoreHorizontal,
  Trash2,
  TriangleAlert,
  Type,
} from 'lucide-react';
import { type KeyboardEvent, memo, type ReactNode, useState } from 'react';
import { type ChatEntry, faultText, type Role, type TemplateFault } from '../preview/mod.ts';
import { classes, IconButton, Menu, MenuItem, MenuSeparator, Select } from '../ui/mod.ts';
import type { CodeEditorHandle } from './code-editor.tsx';
import { partsOf, type Row, withParts } from './conversation.ts';
import { MessageBody } from './message-body.tsx';
import { PlaceholderFields } from './placeholder-fields.tsx';
import type { KnownVariables } from './template-completion.ts';

/** What a drag carries: the identity of a row. */
const DRAGGED = 'application/x-px0-row';

const roles = [
  { value: 'system', label: 'System' },
  { value: 'user', label: 'User' },
  { value: 'assistant', label: 'Assistant' },
] as const;

export interface MessageCardProps {
  readonly row: Row;
  readonly at: number;
  readonly count: number;
  readonly isReadOnly: boolean;
  /** Whether it is a system message after one of another role. */
  readonly isLateSystem: boolean;
  readonly faults: readonly TemplateFault[];
  readonly actions: CardActions;
}

/** What a card can do to the conversation; rows are given by their identity. */
export interface CardActions {
  readonly known: () => KnownVariables;
  readonly change: (id: number, entry: ChatEntry) => void;
  readonly move: (id: number, to: number) => void;
  /** Moves a row to the place of another one. */
  readonly drop: (id: number, target: number) => void;
  readonly duplicate: (id: number) => void;
  readonly remove: (id: number) => void;
  readonly setEditor: (id: number, part: number, editor: CodeEditorHandle | null) => void;
}

export const MessageCard = memo(function MessageCard(props: MessageCardProps) {
  const { row, at, isReadOnly, isLateSystem, faults, actions } = props;
  const { id, entry } = row;
  const onChange = (next: ChatEntry): void => actions.change(id, next);
  const [isTarget, setTarget] = useState(false);
  const moveByKey = (event: KeyboardEvent): void => {
    event.preventDefault();
    actions.move(id, event.key === 'ArrowUp' ? at - 1 : at + 1);
  };
  return (
    <li
      data-row={id}
      onKeyDownCapture={(event) => {
        if (isReadOnly || !isMove(event) || isInText(event)) return;
        // The role and the menu would open, too.
        event.stopPropagation();
        moveByKey(event);
      }}
      onKeyDown={(event) => {
        // In a text, the same keys move its lines, and the message where there is no line to pass. A key that is held down stops there.
        const isLeftOver = isInText(event) && !event.defaultPrevented && !event.repeat;
        if (!isReadOnly && isMove(event) && isLeftOver) moveByKey(event);
      }}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAGGED)) return;
        event.preventDefault();
        setTarget(true);
      }}
      onDragLeave={() => setTarget(false)}
      onDrop={(event) => {
        setTarget(false);
        const dragged = event.dataTransfer.getData(DRAGGED);
        if (dragged === '') return;
        event.preventDefault();
        actions.drop(Number(dragged), id);
      }}
      className={classes(
        'rounded-lg border bg-raised shadow-low transition-colors focus-within:border-accent',
        faults.every(({ kind }) => kind === 'hint') ? 'border-line-strong' : 'border-danger',
        isTarget && 'outline-2 outline-accent outline-offset-2',
      )}
    >
      <CardHead {...props} />
      {isLateSystem && (
        <Remark tone="warning">
          OpenAI accepts a system message here. Gemini rejects it, and so do some Anthropic models.
        </Remark>
      )}
      {faults.map((fault) => (
        <Remark
          key={`${fault.line}:${fault.column} ${fault.message}`}
          tone={fault.kind === 'form' || fault.kind === 'hint' ? 'warning' : 'danger'}
        >
          {fault.kind === 'form' ? '' : `Line ${fault.line}, column ${fault.column}: `}
          {faultText(fault)}
        </Remark>
      ))}
      {'placeholder' in entry ? (
        <PlaceholderFields at={at} entry={entry} isReadOnly={isReadOnly} onChange={onChange} />
      ) : (
        <MessageBody
          at={at}
          message={entry}
          isReadOnly={isReadOnly}
          faults={faults}
          known={actions.known}
          onEditor={(part, editor) => actions.setEditor(id, part, editor)}
          onChange={onChange}
        />
      )}
    </li>
  );
});

/** What is open above the card, such as the list of roles, keeps its keys. */
function isMove({ currentTarget, target, key, altKey, ctrlKey, metaKey, shiftKey }: KeyboardEvent): boolean {
  if (!altKey || ctrlKey || metaKey || shiftKey) return false;
  return (key === 'ArrowUp' || key === 'ArrowDown') && currentTarget.contains(Object(target));
}

function isInText({ target }: KeyboardEvent): boolean {
  return target instanceof Element && target.closest('.cm-editor') !== null;
}

function CardHead({ row, at, count, isReadOnly, actions }: MessageCardProps) {
  const { id, entry } = row;
  const onChange = (next: ChatEntry): void => actions.change(id, next);
  const name = 'placeholder' in entry ? `placeholder ${at + 1}` : `message ${at + 1}`;
  return (
    <header className="flex items-center gap-1.5 border-line border-b px-2 py-1.5">
      {!isReadOnly && (
        <span
          aria-hidden="true"
          title="Drag to reorder, or press Alt+↑ and Alt+↓"
          draggable
          onDragStart={(event) => {
            event.dataTransfer.setData(DRAGGED, String(id));
            event.dataTransfer.effectAllowed = 'move';
            const card = event.currentTarget.closest('li');
            if (card !== null) event.dataTransfer.setDragImage(card, 12, 12);
          }}
          className="grid size-6 shrink-0 cursor-grab place-items-center text-faint hover:text-fg"
        >
          <GripVertical className="size-4" />
        </span>
      )}
      <span title={`“message ${at}” in error messages`} className="text-faint text-xs tabular-nums">
        {at + 1}
      </span>
      {'placeholder' in entry ? (
        <span className="font-medium text-sm">Placeholder</span>
      ) : isReadOnly ? (
        <span className="font-medium text-sm">{labelOf(entry.role)}</span>
      ) : (
        <Select
          label={`Role of ${name}`}
          labelHidden
          size="sm"
          value={entry.role}
          onChange={(role) => onChange({ ...entry, role })}
          options={roles.map((one) => ({
            ...one,
            ...(one.value === 'system' && 'parts' in entry && { hint: 'Single text only', disabled: true }),
          }))}
        />
      )}
      {!isReadOnly && (
        <span className="ml-auto flex items-center">
          <IconButton
            icon={Copy}
            size="sm"
            label={`Duplicate ${name}`}
            onClick={() => actions.duplicate(id)}
          />
          <IconButton icon={Trash2} size="sm" label={`Delete ${name}`} onClick={() => actions.remove(id)} />
          <Menu trigger={<IconButton icon={MoreHorizontal} size="sm" label={`Actions for ${name}`} />}>
            <MenuItem
              icon={ArrowUp}
              shortcut="alt+arrowup"
              disabledReason={at === 0 ? 'It is the first' : undefined}
              onSelect={() => actions.move(id, at - 1)}
            >
              Move up
            </MenuItem>
            <MenuItem
              icon={ArrowDown}
              shortcut="alt+arrowdown"
              disabledReason={at === count - 1 ? 'It is the last' : undefined}
              onSelect={() => actions.move(id, at + 1)}
            >
              Move down
            </MenuItem>
            {!('placeholder' in entry) && <PartItems entry={entry} onChange={onChange} />}
          </Menu>
        </span>
      )}
    </header>
  );
}

interface PartItemsProps {
  readonly entry: Exclude<ChatEntry, { readonly placeholder: string }>;
  readonly onChange: (entry: ChatEntry) => void;
}

function PartItems({ entry, onChange }: PartItemsProps) {
  const reason = entry.role === 'system' ? 'A system message is one text' : undefined;
  const parts = partsOf(entry);
  return (
    <>
      <MenuSeparator />
      <MenuItem
        icon={ImagePlus}
        disabledReason={reason}
        onSelect={() => onChange(withParts(entry, [...parts, { type: 'media', url: '' }]))}
      >
        Add media
      </MenuItem>
      <MenuItem
        icon={Type}
        disabledReason={reason}
        onSelect={() => onChange(withParts(entry, [...parts, { type: 'text', template: '' }]))}
      >
        Add text part
      </MenuItem>
    </>
  );
}

function Remark({ tone, children }: { readonly tone: 'warning' | 'danger'; readonly children: ReactNode }) {
  return (
    <p
      className={classes(
        'flex items-start gap-2 border-line border-b px-3 py-1.5 text-xs',
        tone === 'danger' ? 'bg-danger-soft text-danger-ink' : 'bg-warning-soft text-warning-ink',
      )}
    >
      <TriangleAlert aria-hidden="true" className="mt-0.5 size-3.5 shrink-0" />
      <span className="min-w-0 break-words">{children}</span>
    </p>
  );
}

function labelOf(role: Role): string {
  return roles.find(({ value }) => value === role)?.label ?? role;
}
