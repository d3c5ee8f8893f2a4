/** The rows of a list that are selected: one by one, and with Shift all rows between two. */

export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** The row that was selected or deselected last; a range begins there. */
  readonly anchor: string | undefined;
}

export const nothingSelected: Selection = { ids: new Set(), anchor: undefined };

export interface Toggle {
  readonly id: string;
  /** Whether the rows since the anchor follow. */
  readonly isRange: boolean;
  /** The rows as they are shown. */
  readonly shown: readonly string[];
}

/** A range becomes what its last row becomes. */
export function toggled({ ids, anchor }: Selection, { id, isRange, shown }: Toggle): Selection {
  const isSelected = !ids.has(id);
  const next = new Set(ids);
  for (const one of isRange ? between(shown, anchor, id) : [id]) {
    if (isSelected) next.add(one);
    else next.delete(one);
  }
  return { ids: next, anchor: id };
}

function between(shown: readonly string[], anchor: string | undefined, id: string): readonly string[] {
  const ends = [anchor ?? id, id].map((one) => shown.indexOf(one));
  if (ends.includes(-1)) return [id];
  return shown.slice(Math.min(...ends), Math.max(...ends) + 1);
}
