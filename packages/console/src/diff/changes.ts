/** Steps through the changes of a diff that is shown: scrolls to each, and marks its first row. */
import { type RefObject, useCallback, useEffect, useState } from 'react';
import { useCommands } from '../commands/mod.ts';
import type { DiffLayout } from './layout.ts';
import { isFirstOfChange, type Row } from './text-diff.ts';

export interface Changes {
  readonly count: number;
  /** The change that the user has stepped to, from 0. */
  readonly at: number | undefined;
  readonly step: (by: 1 | -1) => void;
}

export function useChanges(
  table: RefObject<HTMLTableElement | null>,
  rows: readonly Row[],
  layout: DiffLayout,
  hasKeys: boolean,
): Changes {
  const count = rows.filter((_, at) => isFirstOfChange(rows, at)).length;
  const [current, setCurrent] = useState<{ readonly rows: readonly Row[]; readonly at: number }>();
  const at = current?.rows === rows ? current.at : undefined;
  const step = useCallback(
    (by: 1 | -1) => {
      const next = at === undefined ? (by === 1 ? 0 : count - 1) : at + by;
      if (next >= 0 && next < count) setCurrent({ rows, at: next });
    },
    [rows, count, at],
  );
  // The rows are not rendered again for this: a diff may have thousands.
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows and another layout are other elements.
  useEffect(() => {
    const row = at === undefined ? undefined : table.current?.querySelectorAll('tr[data-change]')[at];
    row?.setAttribute('data-current', '');
    row?.scrollIntoView({ block: 'center' });
    return () => row?.removeAttribute('data-current');
  }, [table, rows, layout, at]);
  const commands = [
    { id: 'next-change', label: 'Next change', shortcut: 'j', run: () => step(1) },
    { id: 'previous-change', label: 'Previous change', shortcut: 'k', run: () => step(-1) },
  ];
  useCommands(hasKeys && count > 1 ? commands.map((one) => ({ ...one, group: 'Compare' })) : []);
  return { count, at, step };
}
