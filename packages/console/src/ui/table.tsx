/**
 * Tables. On a phone each row becomes a block: its first cell is the heading, the other cells show the names of their columns, and the
 * actions are at the top right.
 */
import type { ReactNode } from 'react';
import { classes } from '../outline/mod.ts';

export interface Column<Row> {
  readonly name: string;
  /** Only screen readers get the heading. */
  readonly nameHidden?: boolean;
  readonly cell: (row: Row) => ReactNode;
  readonly align?: 'start' | 'end';
  readonly className?: string;
}

export interface TableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}

export function Table<Row>({ caption, columns, rows, keyOf }: TableProps<Row>) {
  return (
    <table className="w-full border-collapse text-sm max-sm:block">
      <caption className="sr-only">{caption}</caption>
      <thead className="max-sm:sr-only">
        <tr className="border-line border-b">
          {columns.map((column) => (
            <th
              key={column.name}
              scope="col"
              className={classes(
                'h-9 px-4 font-medium text-faint text-xs',
                column.align === 'end' ? 'text-right' : 'text-left',
                column.className,
              )}
            >
              <span className={column.nameHidden === true ? 'sr-only' : ''}>{column.name}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="divide-y divide-line max-sm:block">
        {rows.map((row) => (
          <tr key={keyOf(row)} className="relative transition-colors hover:bg-panel max-sm:block max-sm:py-2">
            {columns.map((column, index) => (
              <td
                key={column.name}
                className={classes(
                  'px-4 max-sm:flex max-sm:items-center max-sm:gap-3 max-sm:py-1 sm:h-13',
                  index === 0 && 'max-sm:min-h-9 max-sm:pr-24',
                  column.nameHidden === true && 'max-sm:absolute max-sm:top-2 max-sm:right-0',
                  column.align === 'end' && 'sm:text-right',
                  column.className,
                )}
              >
                {index > 0 && column.nameHidden !== true && (
                  <span aria-hidden="true" className="w-24 shrink-0 text-faint text-xs sm:hidden">
                    {column.name}
                  </span>
                )}
                <div className="min-w-0">{column.cell(row)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export interface PagerProps {
  readonly page: number;
  readonly limit: number;
  readonly total: number;
  readonly onPage: (page: number) => void;
}

/** Navigation through numbered pages. Renders nothing if there is one page. */
export function Pager({ page, limit, total, onPage }: PagerProps) {
  const last = Math.max(1, Math.ceil(total / limit));
  if (last === 1) return null;
  const first = (page - 1) * limit + 1;
  const button =
    'h-7 rounded-md border border-line-strong px-2.5 text-xs font-medium shadow-low hover:bg-hover disabled:opacity-45';
  return (
    <nav
      aria-label="Pagination"
      className="flex items-center justify-between border-line border-t px-4 py-2.5 text-muted text-xs"
    >
      <span className="tabular-nums">
        {first}–{Math.min(total, first + limit - 1)} of {total}
      </span>
      <span className="flex gap-2">
        <button type="button" className={button} disabled={page <= 1} onClick={() => onPage(page - 1)}>
          Previous
        </button>
        <button type="button" className={button} disabled={page >= last} onClick={() => onPage(page + 1)}>
          Next
        </button>
      </span>
    </nav>
  );
}
