/** Completes variables (from the template and the chosen payload), functions and keywords inside actions. */
import {
  type Completion,
  type CompletionContext,
  type CompletionResult,
  type CompletionSource,
  snippet,
} from '@codemirror/autocomplete';
import type { EditorView } from '@codemirror/view';
import type { JsonValue } from '../json/mod.ts';
import type { Field } from '../preview/mod.ts';
import { keysAt, type Scope, type ScopePath, scopeAt } from './completion-scope.ts';
import { functionReference, keywordReference } from './function-reference.ts';

/** What the editor knows about the variables. */
export interface KnownVariables {
  readonly fields: readonly Field[];
  readonly data: JsonValue;
  /** The templates that the texts of the version define. */
  readonly definitions: readonly string[];
}

export function templateCompletion(known: () => KnownVariables): CompletionSource {
  return (context) => {
    const called = context.matchBefore(/\{\{-?\s*template\s+"[^"{}]*/);
    if (called !== null) return definitionResult(called, known().definitions);
    const word = context.matchBefore(/[$.\p{L}\p{N}_]*/u);
    const from = word?.from ?? context.pos;
    const text = context.state.doc.toString();
    const scope = scopeAt(text, from);
    if (!scope.isInAction) return null;
    return chainResult(from, word?.text ?? '', scope, known()) ?? wordResult(context, from, scope, known());
  };
}

/** In the name of a template that is called. */
function definitionResult(
  { from, text }: { readonly from: number; readonly text: string },
  definitions: readonly string[],
): CompletionResult {
  const options = definitions.map((label): Completion => ({ label, type: 'function' }));
  return { from: from + text.indexOf('"') + 1, options, validFor: /^[^"{}]*$/ };
}

/** After `.` or `$`: the keys below the path so far. */
function chainResult(
  from: number,
  word: string,
  scope: Scope,
  { fields, data }: KnownVariables,
): CompletionResult | null {
  if (word.startsWith('$') && !word.includes('.')) {
    const options = [...scope.variables.keys()].map((label) => ({ label, type: 'variable' }));
    return { from, options, validFor: /^\$[\p{L}\p{N}_]*$/u };
  }
  const lastDot = word.lastIndexOf('.');
  if (lastDot === -1 || /^\p{N}/u.test(word)) return null;
  const [head = '', ...keys] = word.slice(0, lastDot).split('.');
  const base = head === '' ? scope.dot : scope.variables.get(head);
  const path: ScopePath = base === undefined ? undefined : [...base, ...keys];
  const options = keysAt(fields, data, path).map(
    ({ key, kind, sample }): Completion => ({
      label: key,
      type: 'property',
      ...(kind === 'scalar' ? {} : { detail: kind }),
      ...(sample === undefined ? {} : { info: shownSample(sample) }),
    }),
  );
  return { from: from + lastDot + 1, options, validFor: /^[\p{L}\p{N}_]*$/u };
}

function wordResult(
  context: CompletionContext,
  from: number,
  scope: Scope,
  { fields, data }: KnownVariables,
): CompletionResult | null {
  if (context.pos === from && !context.explicit && !scope.isAtStart) return null;
  const functions = Object.entries(functionReference).map(
    ([label, { parameters, summary, example }]): Completion => ({
      label,
      type: 'function',
      detail: parameters,
      info: () => helpOf(`${label} ${parameters}`, summary, example),
    }),
  );
  const keywords = scope.isAtStart
    ? keywordReference
        .filter(({ word }) => !needsOpenBlock.has(word) || scope.openBlocks.length > 0)
        .map(
          ({ word, summary, snippet: template }): Completion => ({
            label: word,
            type: 'keyword',
            info: summary,
            boost: word === 'end' && scope.openBlocks.length > 0 ? 30 : 10,
            apply: (view, completion, start, end) => applyKeyword(view, completion, template, start, end),
          }),
        )
    : [];
  const variables = keysAt(fields, data, scope.dot).map(
    ({ key, kind }): Completion => ({
      label: `.${key}`,
      type: 'property',
      boost: 20,
      ...(kind === 'scalar' ? {} : { detail: kind }),
    }),
  );
  return { from, options: [...variables, ...keywords, ...functions], validFor: /^[\p{L}\p{N}_]*$/u };
}

const needsOpenBlock: ReadonlySet<string> = new Set(['else', 'else if', 'end']);

/** Inserts a keyword. The closing braces may already be there, since the editor adds them. */
function applyKeyword(
  view: EditorView,
  completion: Completion,
  template: string,
  from: number,
  to: number,
): void {
  const isClosed = /^\s*-?\}\}/.test(view.state.doc.sliceString(to, to + 20));
  snippet(isClosed ? template : `${template}}}`)(view, completion, from, to);
}

function helpOf(signature: string, summary: string, example: string): HTMLElement {
  const help = document.createElement('div');
  const line = (tag: 'code' | 'p', content: string) => {
    const element = document.createElement(tag);
    element.textContent = content;
    help.append(element);
  };
  line('code', signature);
  line('p', summary);
  line('code', example);
  return help;
}

function shownSample(sample: JsonValue): string {
  const text = JSON.stringify(sample);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
