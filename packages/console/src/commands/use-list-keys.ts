/** Moves the focus through the links of a list with `j` and `k`. Enter opens the focused link, as for any link. */
import { type RefObject, useCallback } from 'react';
import { type Command, useCommands } from './registry.ts';

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
      label: 'Next item',
      shortcut: 'j',
      isShortcutOnly: true,
      run: () => step(1),
    },
    {
      id: 'list-previous',
      group,
      label: 'Previous item',
      shortcut: 'k',
      isShortcutOnly: true,
      run: () => step(-1),
    },
  ];
  useCommands(commands);
}
