/** `j` and `k` go through the links of a list; Enter opens the one in focus, being a link's own key. */
import { type RefObject, useCallback } from 'react';
import { type Command, useCommands } from '../commands/mod.ts';

const links = 'a[data-row]';

export function useListKeys(list: RefObject<HTMLElement | null>, group: string): void {
  const step = useCallback(
    (by: 1 | -1) => {
      const rows = [...(list.current?.querySelectorAll<HTMLAnchorElement>(links) ?? [])];
      const at = rows.findIndex((row) => row.matches(':focus'));
      const next = at === -1 ? (by === 1 ? rows[0] : rows.at(-1)) : rows[at + by];
      next?.focus();
      next?.scrollIntoView({ block: 'nearest' });
    },
    [list],
  );
  const commands: Command[] = [
    {
      id: 'list-next',
      group,
      label: 'Next in the list',
      shortcut: 'j',
      isShortcutOnly: true,
      run: () => step(1),
    },
    {
      id: 'list-previous',
      group,
      label: 'Previous in the list',
      shortcut: 'k',
      isShortcutOnly: true,
      run: () => step(-1),
    },
  ];
  useCommands(commands);
}
