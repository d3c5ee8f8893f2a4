/**
 * The exact text of an editor. A CodeMirror document has a single kind of line break, so this extension tracks the text's own line endings
 * through every change, undo and redo included. A line ending that the user does not edit is saved as it was read.
 * See docs/decisions/085-exact-editing.md.
 */
import { invertedEffects } from '@codemirror/commands';
import {
  type EditorState,
  type Extension,
  MapMode,
  StateEffect,
  StateField,
  type Text,
  type Transaction,
  type TransactionSpec,
} from '@codemirror/state';
import {
  editedEnds,
  type LineEdit,
  type LineEnd,
  linesOf,
  prevailingEnd,
  textOf,
  withLineFeeds,
} from '../text/mod.ts';

interface Kept {
  /** One for each line break of the document; undefined if all are LF, as in most texts. */
  readonly ends: readonly LineEnd[] | undefined;
  /** The ending of new lines in a document without line breaks. */
  readonly habit: LineEnd;
}

/** The kinds of line breaks, by their offsets in the document after the transaction. */
interface PlacedEnd {
  readonly at: number;
  readonly end: LineEnd;
}

const placeEnds = StateEffect.define<readonly PlacedEnd[]>({
  map: (placed, changes) =>
    placed.flatMap(({ at, end }) => {
      const now = changes.mapPos(at, 1, MapMode.TrackAfter);
      return now === null ? [] : [{ at: now, end }];
    }),
});

const keptEnds = StateField.define<Kept>({
  create: () => ({ ends: undefined, habit: '\n' }),
  update(kept, transaction) {
    const placed = placedBy(transaction);
    if (!transaction.docChanged && placed.length === 0) return kept;
    const hasOnlyLf = kept.ends === undefined && kept.habit === '\n';
    if (hasOnlyLf && placed.every(({ end }) => end === '\n')) return kept;
    const ends = withPlaced(edited(kept, transaction), transaction.newDoc, placed);
    return { ends: ends.every((end) => end === '\n') ? undefined : ends, habit: kept.habit };
  },
});

function keptOf(text: string): Kept {
  const { ends } = linesOf(text);
  return { ends: text.includes('\r') ? ends : undefined, habit: prevailingEnd(ends) };
}

/** The extension for an editor that starts with this text. `exactText` then returns the text with its line endings. */
export function exactTextOf(text: string): Extension {
  return [
    keptEnds.init(() => keptOf(text)),
    invertedEffects.of((transaction) => {
      const lost = lostEnds(transaction);
      return lost.length === 0 ? [] : [placeEnds.of(lost)];
    }),
  ];
}

export function exactText(state: EditorState): string {
  const { ends } = state.field(keptEnds);
  return ends === undefined ? state.doc.toString() : textOf({ lines: [...state.doc.iterLines()], ends });
}

/** Replaces the whole text, line endings included, in one undoable change. Undefined if the text is already the same. */
export function replacementBy(state: EditorState, text: string): TransactionSpec | undefined {
  if (exactText(state) === text) return undefined;
  const { lines, ends } = linesOf(text);
  const placed: PlacedEnd[] = [];
  let at = 0;
  for (const [line, end] of ends.entries()) {
    at += (lines[line] ?? '').length;
    placed.push({ at, end });
    at++;
  }
  return {
    changes: { from: 0, to: state.doc.length, insert: withLineFeeds(text) },
    effects: placeEnds.of(placed),
  };
}

function placedBy(transaction: Transaction): readonly PlacedEnd[] {
  return transaction.effects.flatMap((effect) => (effect.is(placeEnds) ? effect.value : []));
}

function edited({ ends, habit }: Kept, { startState, changes }: Transaction): readonly LineEnd[] {
  const before = ends ?? new Array<LineEnd>(startState.doc.lines - 1).fill('\n');
  return editedEnds(before, lineEdits(startState.doc, changes), habit);
}

function lineEdits(doc: Text, changes: Transaction['changes']): readonly LineEdit[] {
  const edits: LineEdit[] = [];
  changes.iterChanges((from, to, _newFrom, _newTo, inserted) => {
    edits.push({
      from: doc.lineAt(from).number - 1,
      to: doc.lineAt(to).number - 1,
      added: inserted.lines - 1,
    });
  });
  return edits;
}

function withPlaced(ends: readonly LineEnd[], doc: Text, placed: readonly PlacedEnd[]): readonly LineEnd[] {
  if (placed.length === 0) return ends;
  const now = [...ends];
  for (const { at, end } of placed) {
    if (at >= doc.length) continue;
    const { number, to } = doc.lineAt(at);
    // Changes undone in the same step may have removed the line break.
    if (to === at) now[number - 1] = end;
  }
  return now;
}

/** The line breaks that a transaction removes, by their offsets before it. */
function lostEnds({ startState, changes }: Transaction): readonly PlacedEnd[] {
  const { doc } = startState;
  const { ends } = startState.field(keptEnds);
  const lost: PlacedEnd[] = [];
  changes.iterChanges((from, to) => {
    for (let line = doc.lineAt(from); line.to < to; line = doc.line(line.number + 1)) {
      lost.push({ at: line.to, end: ends?.[line.number - 1] ?? '\n' });
    }
  });
  return lost;
}
