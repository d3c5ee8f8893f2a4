/** Highlights the template language with its own tokens, in the visible range only. */
import { RangeSetBuilder } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import { type HighlightKind, highlight } from '@px0/template';

const marks: { readonly [Kind in Exclude<HighlightKind, 'text'>]: Decoration } = {
  delimiter: mark('delimiter'),
  comment: mark('comment'),
  keyword: mark('keyword'),
  function: mark('function'),
  identifier: mark('identifier'),
  field: mark('field'),
  variable: mark('variable'),
  string: mark('string'),
  number: mark('number'),
  constant: mark('constant'),
  operator: mark('operator'),
  error: mark('error'),
};

function mark(kind: string): Decoration {
  return Decoration.mark({ class: `tok-${kind}` });
}

function marksInView(view: EditorView): DecorationSet {
  const tokens = highlight(view.state.doc.toString()).filter(({ kind }) => kind !== 'text');
  const builder = new RangeSetBuilder<Decoration>();
  let next = 0;
  for (const { from, to } of view.visibleRanges) {
    for (; next < tokens.length; next++) {
      const token = tokens[next];
      if (token === undefined || token.from >= to) break;
      if (token.to > from && token.kind !== 'text') builder.add(token.from, token.to, marks[token.kind]);
    }
  }
  return builder.finish();
}

export const templateHighlighting = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = marksInView(view);
    }

    update(update: ViewUpdate): void {
      if (update.docChanged || update.viewportChanged) this.decorations = marksInView(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);
