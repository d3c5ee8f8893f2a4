/** The variables for the preview as JSON. */
import { problemTexts } from '@px0/input-contract/problem-text';
import { useMemo, useRef, useState } from 'react';
import { isObject, type JsonValue, parseJson, prettyJson } from '../json/mod.ts';
import type { ContractProblems } from '../preview/mod.ts';
import { CodeEditor, type CodeEditorHandle } from './code-editor.tsx';
import { contractMarks, type TextMark } from './contract-marks.ts';
import { blankVariables, type FormField } from './form-fields.ts';
import type { Payloads } from './use-payloads.ts';

export interface VariablesJsonProps {
  readonly fields: readonly FormField[];
  readonly values: Payloads;
  readonly problems: ContractProblems | undefined;
}

export function VariablesJson({ fields, values, problems }: VariablesJsonProps) {
  const [error, setError] = useState<string>();
  // Looking at it changes nothing: these are no values before the user edits them.
  const [names, setNames] = useState(() => (isEmpty(values.data) ? blankVariables(fields) : undefined));
  const editor = useRef<CodeEditorHandle>(null);
  const marksIn = useMemo(
    () => (text: string) =>
      problems === undefined || names !== undefined ? [] : contractMarks(text, problems),
    [problems, names],
  );
  const goTo = (message: string, find: (text: string) => readonly TextMark[]): void => {
    const text = editor.current?.text() ?? '';
    const place = find(text).find((mark) => mark.message === message);
    if (place !== undefined) editor.current?.goTo({ offset: place.from });
  };
  return (
    <div className="flex h-full min-h-40 flex-col">
      {error !== undefined && (
        <p role="status" className="border-line border-b bg-danger-soft px-3 py-1.5 text-danger-ink text-xs">
          {error}
        </p>
      )}
      {names !== undefined && (
        <p role="status" className="border-line border-b bg-info-soft px-3 py-1.5 text-info-ink text-xs">
          Variable names from this version. They become values when you edit them.
        </p>
      )}
      {names === undefined && error === undefined && problems !== undefined && (
        <JsonProblems problems={problems} onGoTo={(message) => goTo(message, marksIn)} />
      )}
      <CodeEditor
        ref={editor}
        language="json"
        label="Variables as JSON"
        marksIn={marksIn}
        initialText={prettyJson(names ?? values.data)}
        className="min-h-0 flex-1"
        onChange={(text) => {
          const parsed = parseJson(text);
          setNames(undefined);
          if (parsed.ok) values.change(parsed.value);
          setError(
            parsed.ok
              ? isObject(parsed.value)
                ? undefined
                : 'Renders require a JSON object.'
              : parsed.message,
          );
        }}
      />
    </div>
  );
}

function isEmpty(data: JsonValue): boolean {
  return isObject(data) && Object.keys(data).length === 0;
}

/** Problems listed above the JSON; the others are underlined in it, too. */
const MOST_LISTED = 5;

interface JsonProblemsProps {
  readonly problems: ContractProblems;
  readonly onGoTo: (message: string) => void;
}

/** What is underlined, as text for those who cannot see or point at it. Each leads to its place. */
function JsonProblems({ problems, onGoTo }: JsonProblemsProps) {
  const texts = problemTexts(problems).map(({ text }) => text);
  const others = texts.length - MOST_LISTED + (problems.more ?? 0);
  return (
    <div role="status" className="border-line border-b bg-warning-soft px-3 py-1.5 text-warning-ink text-xs">
      <p className="font-medium">The input schema does not accept these variables</p>
      <ul className="flex flex-col items-start">
        {texts.slice(0, MOST_LISTED).map((text) => (
          <li key={text} className="max-w-full">
            <button
              type="button"
              onClick={() => onGoTo(text)}
              className="min-h-6 max-w-full break-words rounded-sm text-left font-mono hover:underline"
            >
              {text}
            </button>
          </li>
        ))}
        {others > 0 && <li>and {others} more</li>}
      </ul>
    </div>
  );
}
