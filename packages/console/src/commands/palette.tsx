/**
 * The command palette: filters the offered commands, and shows what the offered sources suggest and find. The first command is selected
 * until the user selects another one, so that results which arrive late cannot leave the selection on a command further down.
 */

import * as Dialog from '@radix-ui/react-dialog';
import { CornerDownLeft, Search } from 'lucide-react';
import { type KeyboardEvent, type PointerEvent, useEffect, useId, useRef, useState } from 'react';
import { classes, Keys, Spinner } from '../ui/mod.ts';
import { fit, fitOf, rankedGroups } from './ranking.ts';
import { type Command, offeredCommands } from './registry.ts';
import { useFound } from './use-found.ts';

export interface PaletteProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function Palette({ open, onOpenChange }: PaletteProps) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 animate-fade-in bg-overlay" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-x-2 top-[10vh] z-40 mx-auto max-w-xl animate-pop-in overflow-hidden rounded-xl border border-line bg-raised shadow-high outline-none"
        >
          <Dialog.Title className="sr-only">Command palette</Dialog.Title>
          <Choices close={() => onOpenChange(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Choices({ close }: { readonly close: () => void }) {
  const id = useId();
  const [text, setText] = useState('');
  const wanted = text.trim();
  const [own] = useState(() => offeredCommands().filter((command) => command.isShortcutOnly !== true));
  const { suggested, recalled, found, isSettled } = useFound(wanted);
  const groups = rankedGroups(wanted, wanted === '' ? [...suggested, ...own] : [...own, ...recalled], found);
  const shown = groups.flatMap(({ commands }) => commands);
  const [chosen, setChosen] = useState<string>();
  const selected = shown.find((command) => command.id === chosen) ?? shown[0];
  const [isAwaited, setAwaited] = useState(false);
  const run = (command: Command): void => {
    close();
    void command.run();
  };
  const enter = (): void => {
    const isCertain = selected !== undefined && (wanted === '' || fitOf(wanted, selected) >= fit.certain);
    // Whoever types a name and Enter in one go means what the search will find, not what happened to fit first.
    if (!isSettled && chosen === undefined && !isCertain) setAwaited(true);
    else if (selected !== undefined) run(selected);
  };
  useEffect(() => {
    if (!isAwaited || !isSettled) return;
    setAwaited(false);
    enter();
  });
  const step = (by: 1 | -1): void => {
    if (selected === undefined) return;
    setChosen(shown.at((shown.indexOf(selected) + by) % shown.length)?.id);
  };
  return (
    <>
      <div className="flex items-center gap-2.5 border-line border-b px-4">
        {isAwaited ? (
          <Spinner className="size-4 shrink-0 text-faint" />
        ) : (
          <Search aria-hidden="true" className="size-4 shrink-0 text-faint" />
        )}
        <input
          role="combobox"
          aria-label="Search or jump to"
          aria-expanded
          aria-autocomplete="list"
          aria-controls={id}
          aria-activedescendant={selected && optionId(id, selected)}
          autoComplete="off"
          autoCorrect="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setChosen(undefined);
            setAwaited(false);
          }}
          onKeyDown={(event) => {
            const does = keyOf(event);
            if (does === undefined) return;
            event.preventDefault();
            if (does === 'enter') enter();
            else step(does);
          }}
          placeholder="Search or jump to…"
          className="h-12 w-full bg-transparent text-base outline-none placeholder:text-faint"
        />
      </div>
      <div
        id={id}
        role="listbox"
        aria-label="Commands"
        className="max-h-[min(60vh,26rem)] overflow-y-auto p-1.5"
      >
        {groups.map(({ name, commands }) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options, not of form fields
          <div key={name} role="group" aria-label={name}>
            <p aria-hidden="true" className="px-2.5 pt-2 pb-1 font-medium text-faint text-xs">
              {name}
            </p>
            {commands.map((command) => (
              <Option
                key={command.id}
                id={optionId(id, command)}
                command={command}
                isSelected={command === selected}
                onSelect={() => setChosen(command.id)}
                onRun={() => run(command)}
              />
            ))}
          </div>
        ))}
      </div>
      <p role="status" className={shown.length === 0 ? 'py-10 text-center text-muted text-sm' : 'sr-only'}>
        {shown.length === 0 && (isSettled ? `No results for “${wanted}”` : 'Searching…')}
      </p>
      <p className="flex items-center gap-3 border-line border-t bg-panel px-4 py-2 text-faint text-xs">
        <Keys combination="arrowup arrowdown" /> select
        <Keys combination="enter" /> run
        <Keys combination="escape" /> close
      </p>
    </>
  );
}

function optionId(list: string, { id }: Command): string {
  return `${list}-${id}`;
}

/** The next or previous command, the selected one, or a key of the text field. */
function keyOf(event: KeyboardEvent): 'enter' | 1 | -1 | undefined {
  // Enter confirms the text of an input method.
  if (event.nativeEvent.isComposing) return undefined;
  const { key, ctrlKey } = event;
  if (key === 'Enter') return 'enter';
  if (key === 'ArrowDown' || (ctrlKey && key === 'n')) return 1;
  if (key === 'ArrowUp' || (ctrlKey && key === 'p')) return -1;
  return undefined;
}

interface OptionProps {
  readonly id: string;
  readonly command: Command;
  readonly isSelected: boolean;
  readonly onSelect: () => void;
  readonly onRun: () => void;
}

function Option({ id, command, isSelected, onSelect, onRun }: OptionProps) {
  const own = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isSelected) own.current?.scrollIntoView({ block: 'nearest' });
  }, [isSelected]);
  const Icon = command.icon ?? CornerDownLeft;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the focus stays in the text field, which handles the keys
    <div
      ref={own}
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isSelected}
      // A list that moves below a pointer at rest selects nothing.
      onPointerMove={(event: PointerEvent) =>
        (event.movementX !== 0 || event.movementY !== 0) && !isSelected && onSelect()
      }
      // Keeps the focus in the text field.
      onPointerDown={(event) => event.preventDefault()}
      onClick={onRun}
      className={classes(
        'flex h-10 cursor-pointer items-center gap-3 rounded-md px-2.5 text-sm',
        isSelected && 'bg-hover',
      )}
    >
      <Icon aria-hidden="true" className="size-4 shrink-0 text-faint" />
      <span className="min-w-0 flex-1 truncate">{command.label}</span>
      {command.hint !== undefined && (
        <span className="max-w-[40%] truncate text-muted text-xs">{command.hint}</span>
      )}
      {command.shortcut !== undefined && <Keys combination={command.shortcut} />}
    </div>
  );
}
