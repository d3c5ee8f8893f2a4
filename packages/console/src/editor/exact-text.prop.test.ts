import { history, redo, redoDepth, undo, undoDepth } from '@codemirror/commands';
import { EditorState, type TransactionSpec } from '@codemirror/state';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { exactText, exactTextOf, replacementBy } from './exact-text.ts';

/**
 * The model: a text is a list of characters, in which a line break of whatever kind is one. Nothing of the editor is used.
 */
type Model = readonly string[];

const read = (text: string): Model => text.match(/\r\n|./gs) ?? [];
const isBreak = (character: string | undefined): boolean => /^[\r\n]/.test(character ?? '');

function written(model: Model): string {
  return model.map((one, at) => (one === '\r' && model[at + 1] === '\n' ? '\r\n' : one)).join('');
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** Edits are in order and apart from each other. */
function edited(model: Model, edits: readonly Edit[], habit: string): Model {
  let result = [...model];
  for (const { from, to, insert } of edits.toReversed()) {
    const near = model.slice(from).find(isBreak) ?? model.slice(0, from).findLast(isBreak) ?? habit;
    const inserted = read(insert).map((one) => (isBreak(one) ? near : one));
    result = [...result.slice(0, from), ...inserted, ...result.slice(to)];
  }
  return result;
}

/** The most frequent kind of line break. */
function habitOf(model: Model): string {
  const count = (end: string) => model.filter((one) => one === end).length;
  const [lf, crlf, cr] = [count('\n'), count('\r\n'), count('\r')];
  if (crlf > lf && crlf >= cr) return '\r\n';
  return cr > lf ? '\r' : '\n';
}

const character = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('\r\n', '\r', '\n') },
  { weight: 3, arbitrary: fc.constantFrom('a', 'b', '{', '}') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\u2028', '\u2029', '\u0085', '\ufeff', '\u00a0', '\t', '\v', '\f'),
  },
);
const text = fc.array(character, { maxLength: 14 }).map((all) => all.join(''));
const windowsText = fc.array(fc.constantFrom('\r\n', 'a', 'b'), { maxLength: 14 }).map((all) => all.join(''));

type Step =
  | { readonly kind: 'edit'; readonly places: readonly (readonly [number, number, string])[] }
  | { readonly kind: 'undo' }
  | { readonly kind: 'redo' }
  | { readonly kind: 'replace'; readonly by: string };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      // Several places at once: several cursors, or everything that a search found.
      places: fc.array(fc.tuple(fc.nat(20), fc.nat(3), fc.oneof(fc.constant(''), text)), {
        minLength: 1,
        maxLength: 3,
      }),
    }),
  },
  { weight: 3, arbitrary: fc.constantFrom({ kind: 'undo' as const }, { kind: 'redo' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('replace' as const), by: text }) },
);

function editsAt(places: readonly (readonly [number, number, string])[], length: number): Edit[] {
  const edits: Edit[] = [];
  let next = 0;
  for (const [gap, deleted, insert] of places) {
    const from = Math.min(next + (edits.length === 0 ? gap % (length + 1) : (gap % 4) + 1), length);
    const to = Math.min(from + deleted, length);
    if (from < next || (edits.length > 0 && from === next)) break;
    edits.push({ from, to, insert });
    next = to;
  }
  return edits;
}

class Editor {
  state: EditorState;

  constructor(opened: string, newGroupDelay: number) {
    this.state = EditorState.create({
      doc: opened,
      extensions: [exactTextOf(opened), history({ newGroupDelay })],
    });
  }

  get text(): string {
    return exactText(this.state);
  }

  send(spec: TransactionSpec | undefined): void {
    if (spec !== undefined) this.state = this.state.update(spec).state;
  }

  back(): void {
    undo({ state: this.state, dispatch: ({ state }) => (this.state = state) });
  }

  again(): void {
    redo({ state: this.state, dispatch: ({ state }) => (this.state = state) });
  }
}

it('the text is the one of a model after every edit, undo and redo', () => {
  fc.assert(
    fc.property(fc.oneof(text, windowsText), fc.array(step, { maxLength: 8 }), (opened, steps) => {
      // Each edit is undone alone.
      const editor = new Editor(opened, -1);
      const habit = habitOf(read(opened));
      let done: Model[] = [read(opened)];
      let undone: Model[] = [];
      for (const one of steps) {
        const present = done.at(-1) ?? [];
        if (one.kind === 'undo') {
          editor.back();
          if (done.length > 1) undone = [...undone, ...done.splice(-1)];
        } else if (one.kind === 'redo') {
          editor.again();
          done = [...done, ...undone.splice(-1)];
        } else {
          const edits = one.kind === 'edit' ? editsAt(one.places, present.length) : [];
          const spec =
            one.kind === 'edit'
              ? { changes: edits.map((edit) => ({ ...edit })) }
              : replacementBy(editor.state, one.by);
          const depth = undoDepth(editor.state);
          editor.send(spec);
          if (undoDepth(editor.state) > depth) {
            done = [...done, one.kind === 'edit' ? edited(present, edits, habit) : read(one.by)];
            undone = [];
          }
        }
        expect(editor.text).toBe(written(done.at(-1) ?? []));
      }
    }),
  );
});

it('edits that are undone in one go leave the text that was opened, and redone the text that was there', () => {
  fc.assert(
    fc.property(fc.oneof(text, windowsText), fc.array(step, { maxLength: 8 }), (opened, steps) => {
      const editor = new Editor(opened, 1e9);
      for (const one of steps) {
        if (one.kind === 'edit') {
          const changes = editsAt(one.places, editor.state.doc.length);
          editor.send({ changes, userEvent: 'input.type' });
        } else if (one.kind === 'replace') editor.send(replacementBy(editor.state, one.by));
      }
      const last = editor.text;
      while (undoDepth(editor.state) > 0) editor.back();
      expect(editor.text).toBe(opened);
      while (redoDepth(editor.state) > 0) editor.again();
      expect(editor.text).toBe(last);
    }),
  );
});

it('what is shown is what is read again', () => {
  fc.assert(
    fc.property(text, fc.array(step, { maxLength: 5 }), (opened, steps) => {
      const editor = new Editor(opened, -1);
      for (const one of steps) {
        if (one.kind === 'edit') editor.send({ changes: editsAt(one.places, editor.state.doc.length) });
      }
      expect(EditorState.create({ doc: editor.text }).doc.toJSON()).toEqual(editor.state.doc.toJSON());
    }),
  );
});

it('a text that is there already is not replaced; one with other line ends is', () => {
  const editor = new Editor('a\r\nb', -1);
  expect(replacementBy(editor.state, 'a\r\nb')).toBeUndefined();
  editor.send(replacementBy(editor.state, 'a\nb'));
  expect(editor.text).toBe('a\nb');
  editor.back();
  expect(editor.text).toBe('a\r\nb');
});

it('an emptied text remembers how its lines ended', () => {
  const editor = new Editor('a\r\nb\r\n', -1);
  editor.send({ changes: { from: 0, to: editor.state.doc.length } });
  editor.send({ changes: { from: 0, insert: 'x\ny' } });
  expect(editor.text).toBe('x\r\ny');
});
