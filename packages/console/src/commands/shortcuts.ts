/**
 * Runs the command for the pressed keys. Single letters do nothing in text fields and while a dialog or menu is open, and the user can
 * turn them off (WCAG 2.1.4), since speech input triggers them by accident.
 */
import { useEffect, useSyncExternalStore } from 'react';
import { type Command, offeredCommands } from './registry.ts';

const storageKey = 'px0.letter-shortcuts';
/** How long the first key of `g p` waits for the second. */
const sequenceMs = 1_200;
const listeners = new Set<() => void>();

export function useLetterShortcuts(): readonly [isOn: boolean, set: (isOn: boolean) => void] {
  const isOn = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => areLettersOn(),
  );
  return [isOn, setLetters];
}

function areLettersOn(): boolean {
  return localStorage.getItem(storageKey) !== 'off';
}

function setLetters(isOn: boolean): void {
  localStorage.setItem(storageKey, isOn ? 'on' : 'off');
  for (const listener of listeners) listener();
}

/** Use once, in the shell. */
export function useShortcutKeys(): void {
  useEffect(() => {
    let before: { readonly key: string; readonly at: number } | undefined;
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || event.repeat) return;
      const pressed = combinationOf(event);
      if (pressed === undefined) return;
      const isPlain = !pressed.includes('+');
      if (isPlain && (isWriting(event.target) || isCovered() || !areLettersOn())) return;
      const sequence =
        before !== undefined && event.timeStamp - before.at < sequenceMs
          ? `${before.key} ${pressed}`
          : undefined;
      before = { key: pressed, at: event.timeStamp };
      const commands = offeredCommands();
      const command = find(commands, sequence) ?? find(commands, pressed);
      if (command === undefined) return;
      before = undefined;
      event.preventDefault();
      void command.run();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}

function find(commands: readonly Command[], shortcut: string | undefined): Command | undefined {
  return shortcut === undefined ? undefined : commands.find((command) => command.shortcut === shortcut);
}

function combinationOf(event: KeyboardEvent): string | undefined {
  if (['Control', 'Meta', 'Alt', 'Shift'].includes(event.key)) return undefined;
  const key = event.key.toLowerCase();
  const isMod = event.metaKey || event.ctrlKey;
  if (event.altKey) return undefined;
  // The character already tells whether Shift was pressed (`?`), except for letters and named keys.
  const shifted = event.shiftKey && (/^[a-z]$/.test(key) || key.length > 1);
  return `${isMod ? 'mod+' : ''}${shifted ? 'shift+' : ''}${key}`;
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.closest('input:not([type="checkbox"]), textarea, select, [role="textbox"]') !== null)
  );
}

function isCovered(): boolean {
  return (
    document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]') !== null
  );
}
