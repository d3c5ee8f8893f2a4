/**
 * The code editor for templates and JSON: CodeMirror in a React component. CodeMirror owns the text while it is shown; the page
 * receives each change, and replaces the text only through the handle. Texts are exact in both directions, line endings included.
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
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import { faultText, type TemplateFault } from '../preview/mod.ts';
import { styleNonce } from '../ui/mod.ts';
import type { TextMark } from './contract-marks.ts';
import { editorTheme, jsonColours } from './editor-theme.ts';
import { exactText, exactTextOf, replacementBy } from './exact-text.ts';
import { type KnownVariables, templateCompletion } from './template-completion.ts';
import { templateHighlighting } from './template-highlighting.ts';

export interface CodeEditorHandle {
  focus(): void;
  /** Moves the cursor to a fault: behind the part that it speaks of, where what is missing is mostly written. */
  goTo(fault: Pick<TemplateFault, 'offset' | 'end'>): void;
  /** Replaces the text in one edit that the user can undo. */
  replace(text: string): void;
  /** The document, in which each line break is one character. */
  text(): string;
  /** Inserts at the cursor. */
  insert(text: string): void;
  /** Puts what was probably meant in place of the part at fault. */
  apply(fault: TemplateFault): void;
}

export interface CodeEditorProps {
  readonly ref?: Ref<CodeEditorHandle>;
  readonly language: 'template' | 'json';
  /** The initial text. Use `replace` to change it later. */
  readonly initialText: string;
  readonly label: string;
  readonly hint?: string;
  readonly isReadOnly?: boolean;
  /** What to underline in the text; the editor shows again what is another list. */
  readonly faults?: readonly TemplateFault[];
  /** Finds what to underline in the text. The editor asks again when it gets another function. */
  readonly marksIn?: (text: string) => readonly TextMark[];
  /** For completion; called when it opens. */
  readonly known?: () => KnownVariables;
  readonly onChange?: (text: string) => void;
  readonly className?: string;
}

const NONE: readonly TemplateFault[] = [];

export function CodeEditor(props: CodeEditorProps) {
  const {
    ref,
    language,
    initialText,
    label,
    hint,
    isReadOnly = false,
    faults = NONE,
    marksIn,
    className,
  } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef(props);
  latest.current = props;
  const firstText = useRef(initialText);
  const naming = useRef(new Compartment());

  useEffect(() => {
    if (host.current === null) return;
    const editor = new EditorView({
      parent: host.current,
      doc: firstText.current,
      extensions: [
        exactTextOf(firstText.current),
        common(isReadOnly, hint),
        naming.current.of(nameExtension(latest.current.label)),
        language === 'json'
          ? [json(), jsonColours]
          : [
              templateHighlighting,
              autocompletion({
                override: [
                  templateCompletion(
                    () => latest.current.known?.() ?? { fields: [], data: {}, definitions: [] },
                  ),
                ],
                icons: true,
              }),
            ],
        EditorView.updateListener.of((update) => {
          if (update.docChanged) latest.current.onChange?.(exactText(update.state));
        }),
      ],
    });
    view.current = editor;
    // CodeMirror measured the lines in the fallback font.
    void document.fonts.ready.then(() => editor.requestMeasure());
    return () => {
      firstText.current = exactText(editor.state);
      view.current = null;
      editor.destroy();
    };
  }, [language, isReadOnly, hint]);

  useEffect(() => {
    view.current?.dispatch({ effects: naming.current.reconfigure(nameExtension(label)) });
  }, [label]);

  useEffect(() => {
    if (view.current === null) return;
    if (marksIn === undefined) showFaults(view.current, faults);
    else showMarks(view.current, marksIn);
  }, [faults, marksIn]);

  useImperativeHandle(ref, () => ({
    focus: () => view.current?.focus(),
    goTo: (place) => view.current && goTo(view.current, place),
    replace: (text) => view.current && replace(view.current, text),
    text: () => view.current?.state.doc.toString() ?? '',
    insert: (text) => {
      view.current?.dispatch(view.current.state.replaceSelection(text));
      view.current?.focus();
    },
    apply: (fault) => view.current && apply(view.current, fault),
  }));

  return <div ref={host} className={className} data-language={language} />;
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

function showFaults(view: EditorView, faults: readonly TemplateFault[]): void {
  const diagnostics = faults
    .map((fault) => diagnosticOf(view, fault))
    .toSorted((one, other) => one.from - other.from);
  view.dispatch(setDiagnostics(view.state, diagnostics));
}

function showMarks(view: EditorView, marksIn: (text: string) => readonly TextMark[]): void {
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
function apply(view: EditorView, { offset, end = offset, suggestion }: TemplateFault): void {
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

function goTo(view: EditorView, { offset, end = offset }: Pick<TemplateFault, 'offset' | 'end'>): void {
  const anchor = Math.min(end, view.state.doc.length);
  view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
  view.focus();
}

function replace(view: EditorView, text: string): void {
  const replacement = replacementBy(view.state, text);
  if (replacement !== undefined) view.dispatch(replacement);
}
