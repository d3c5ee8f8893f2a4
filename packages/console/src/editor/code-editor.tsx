/**
 * The code editor for templates and JSON: CodeMirror in a React component. CodeMirror owns the text while it is shown; the page
 * receives each change, and replaces the text only through the handle. Texts are exact in both directions, line endings included.
 * Until CodeMirror has loaded, the text stands there as it will, and what the handle was asked for waits.
 */
import { type Ref, useCallback, useEffect, useImperativeHandle, useRef, useState } from 'react';
import type { TemplateFault } from '../preview/mod.ts';
import { classes, toastError } from '../ui/mod.ts';
import type { CodeEditorProps } from './code-editor-props.ts';
import type { EditorView } from './code-view.ts';

export type { CodeEditorHandle } from './code-editor-props.ts';

type CodeView = typeof import('./code-view.ts');

const NONE: readonly TemplateFault[] = [];

let loaded: CodeView | undefined;

async function load(): Promise<CodeView> {
  loaded ??= await import('./code-view.ts');
  // Evaluating CodeMirror is a long task, and putting it in place another.
  await new Promise((resolve) => setTimeout(resolve));
  return loaded;
}

/** CodeMirror, while it shows the text. */
interface Shown {
  readonly code: CodeView;
  readonly view: EditorView;
}

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
  const plain = useRef<HTMLPreElement>(null);
  const [shown, setShown] = useState<Shown>();
  const latest = useRef(props);
  latest.current = props;
  const text = useRef(initialText);
  const present = useRef<Shown>(undefined);
  const waiting = useRef<((shown: Shown) => void)[]>([]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: these are read when the view is made, which others need anew
  useEffect(() => {
    let isOver = false;
    const begin = (code: CodeView): void => {
      if (isOver || host.current === null) return;
      // In the same frame, so that nothing moves.
      if (plain.current !== null) plain.current.hidden = true;
      const view = code.viewIn(host.current, text.current, () => latest.current);
      present.current = { code, view };
      setShown(present.current);
      for (const action of waiting.current.splice(0)) action(present.current);
    };
    if (loaded === undefined) {
      load().then(begin, (error: unknown) => toastError(error, 'Could not load the editor'));
    } else begin(loaded);
    return () => {
      isOver = true;
      if (present.current === undefined) return;
      const { code, view } = present.current;
      text.current = code.exactText(view.state);
      present.current = undefined;
      view.destroy();
      setShown(undefined);
    };
  }, [language, isReadOnly, hint]);

  useEffect(() => shown?.code.name(shown.view, label), [shown, label]);

  useEffect(() => {
    if (marksIn === undefined) shown?.code.showFaults(shown.view, faults);
    else shown?.code.showMarks(shown.view, marksIn);
  }, [shown, faults, marksIn]);

  const act = useCallback((action: (shown: Shown) => void): void => {
    if (present.current === undefined) waiting.current.push(action);
    else action(present.current);
  }, []);

  useImperativeHandle(ref, () => ({
    focus: () => act(({ view }) => view.focus()),
    goTo: (place) => act(({ code, view }) => code.goTo(view, place)),
    replace: (next) => act(({ code, view }) => code.replace(view, next)),
    text: () => present.current?.view.state.doc.toString() ?? text.current.replaceAll(/\r\n?/g, '\n'),
    insert: (inserted) =>
      act(({ view }) => {
        view.dispatch(view.state.replaceSelection(inserted));
        view.focus();
      }),
    apply: (fault) => act(({ code, view }) => code.apply(view, fault)),
  }));

  return (
    <div ref={host} className={className} data-language={language}>
      {shown === undefined && <PlainText ref={plain} text={text.current} hint={hint} />}
    </div>
  );
}

interface PlainTextProps {
  readonly ref: Ref<HTMLPreElement>;
  readonly text: string;
  readonly hint: string | undefined;
}

/** The text in the place and the size that it has in CodeMirror. */
function PlainText({ ref, text, hint = '' }: PlainTextProps) {
  const isEmpty = text === '';
  return (
    <pre
      ref={ref}
      className={classes(
        'h-full overflow-hidden whitespace-break-spaces py-3 pr-4 pl-16 font-mono text-[13px] leading-[21px] [overflow-wrap:anywhere]',
        isEmpty && 'text-faint',
      )}
    >
      {isEmpty ? hint : text}
    </pre>
  );
}
