/** Table columns that several pages share. */
import type { ReactNode } from 'react';
import type { Column } from './table.tsx';
import { Time } from './time.tsx';

/** The creation time of a row. */
export function timeColumn<Row extends { readonly created_at: string }>(name: string): Column<Row> {
  return {
    name,
    className: 'sm:w-36',
    cell: ({ created_at }) => (
      <span className="text-muted">
        <Time timestamp={created_at} />
      </span>
    ),
  };
}

/** The actions of a row, at its end. */
export function actionsColumn<Row>(cell: (row: Row) => ReactNode): Column<Row> {
  return { name: 'Actions', nameHidden: true, align: 'end', className: 'sm:w-24', cell };
}
