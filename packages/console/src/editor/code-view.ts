/**
 * CodeMirror, set up for templates and JSON. It is most of the editor's script, so it loads once the page shows the text.
 */
import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching } from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  placeholder,
} from '@codemirror/view';
import { highlight } from '@px0/template';
import { faultText, type TemplateFault } from '../preview/mod.ts';
import { styleNonce } from '../ui/mod.ts';
import type { CodeEditorProps } from './code-editor-props.ts';
import type { TextMark } from './contract-marks.ts';
import { editorTheme, jsonColours } from './editor-theme.ts';
import { exactText, exactTextOf, replacementBy } from './exact-text.ts';
import { templateCompletion } from './template-completion.ts';
import { templateHighlighting } from './template-highlighting.ts';

export type { EditorView } from '@codemirror/view';
export { exactText } from './exact-text.ts';

const naming = new Compartment();

/** Shows a text in an element. `latest` returns the present props of the component. */
export function viewIn(parent: HTMLElement, text: string, latest: () => CodeEditorProps): EditorView {
  const { language, isReadOnly = false, hint, label } = latest();
  const view = new EditorView({
    parent,
    doc: text,
    extensions: [
      exactTextOf(text),
      common(isReadOnly, hint),
      naming.of(nameExtension(label)),
      language === 'json'
        ? [json(), jsonColours]
        : [
            templateHighlighting,
            autocompletion({
              override: [
                templateCompletion(() => latest().known?.() ?? { fields: [], data: {}, definitions: [] }),
              ],
              icons: true,
            }),
          ],
      EditorView.updateListener.of((update) => {
        if (update.docChanged) latest().onChange?.(exactText(update.state));
      }),
    ],
  });
  // CodeMirror measured the lines in the fallback font.
  void document.fonts.ready.then(() => view.requestMeasure());
  return view;
}

export function name(view: EditorView, label: string): void {
  view.dispatch({ effects: naming.reconfigure(nameExtension(label)) });
}

function nameExtension(label: string): Extension {
  return EditorView.contentAttributes.of({ 'aria-label': label });
}

function common(isReadOnly: boolean, hint: string | undefined): Extension {
  return [
    lineNumbers(),
    highlightSpecialChars(),
    history(),
    drawSelection(),
    bracketMatching(),
    closeBrackets(),
    search({ top: true }),
    highlightSelectionMatches(),
    lintGutter(),
    EditorView.lineWrapping,
    EditorState.readOnly.of(isReadOnly),
    isReadOnly ? [] : [highlightActiveLine(), highlightActiveLineGutter()],
    hint === undefined ? [] : placeholder(hint),
    EditorView.contentAttributes.of({
      'aria-readonly': String(isReadOnly),
      spellcheck: 'true',
      autocapitalize: 'off',
      autocorrect: 'off',
    }),
    nonceExtension(),
    // Tab moves the focus out of the editor, as it does elsewhere. While a completion is open, it accepts it.
    keymap.of([
      { key: 'Tab', run: acceptCompletion },
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...completionKeymap,
      ...lintKeymap,
    ]),
    editorTheme,
  ];
}

/** CodeMirror adds a style sheet, which the content security policy allows only with the page's nonce. */
function nonceExtension(): Extension {
  const nonce = styleNonce();
  return nonce === '' ? [] : EditorView.cspNonce.of(nonce);
}

export function showFaults(view: EditorView, faults: readonly TemplateFault[]): void {
  const diagnostics = faults
    .map((fault) => diagnosticOf(view, fault))
    .toSorted((one, other) => one.from - other.from);
  view.dispatch(setDiagnostics(view.state, diagnostics));
}

export function showMarks(view: EditorView, marksIn: (text: string) => readonly TextMark[]): void {
  const marks = marksIn(view.state.doc.toString());
  view.dispatch(
    setDiagnostics(
      view.state,
      marks.map((mark) => ({ ...mark, severity: 'warning' })),
    ),
  );
}

function diagnosticOf(view: EditorView, fault: TemplateFault): Diagnostic {
  const text = view.state.doc.toString();
  const offset = Math.min(fault.offset, text.length);
  const end = fault.end ?? highlight(text).find(({ from, to }) => from <= offset && offset < to)?.to;
  const lineEnd = view.state.doc.lineAt(offset).to;
  // At the end of the text, underline the last character.
  const from = offset === text.length && offset > 0 ? offset - 1 : offset;
  const { suggestion } = fault;
  return {
    from,
    to: Math.max(Math.min(end ?? from + 1, Math.max(lineEnd, from)), Math.min(from + 1, text.length)),
    severity: fault.kind === 'execution' || fault.kind === 'hint' ? 'warning' : 'error',
    message: `Line ${fault.line}, column ${fault.column}: ${faultText(fault)}`,
    ...(suggestion !== undefined &&
      !view.state.readOnly && {
        actions: [{ name: `Use ${suggestion}`, apply: () => apply(view, fault) }],
      }),
  };
}

/** In one edit that the user can undo. */
export function apply(view: EditorView, { offset, end = offset, suggestion }: TemplateFault): void {
  if (suggestion === undefined || view.state.readOnly) return;
  const { length } = view.state.doc;
  const from = Math.min(offset, length);
  view.dispatch({
    changes: { from, to: Math.min(end, length), insert: suggestion },
    selection: { anchor: from + suggestion.length },
    scrollIntoView: true,
  });
  view.focus();
}

export function goTo(
  view: EditorView,
  { offset, end = offset }: Pick<TemplateFault, 'offset' | 'end'>,
): void {
  const anchor = Math.min(end, view.state.doc.length);
  view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
  view.focus();
}

export function replace(view: EditorView, text: string): void {
  const replacement = replacementBy(view.state, text);
  if (replacement !== undefined) view.dispatch(replacement);
}
