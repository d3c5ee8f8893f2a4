/** Works out what `.` and `$name` refer to at a position in a template, from its tokens. Completion builds on it. */
import { type HighlightToken, highlight } from '@px0/template';
import { isList, isObject, type JsonValue, valueAt } from '../json/mod.ts';
import type { Field } from '../preview/mod.ts';

/** Keys from the root; null for "each element". Undefined if unknown. */
export type ScopePath = readonly (string | null)[] | undefined;

export interface Scope {
  /** Whether the position is between `{{` and `}}`. */
  readonly isInAction: boolean;
  /** Whether only white space separates `{{` from the word at the position. */
  readonly isAtStart: boolean;
  readonly dot: ScopePath;
  readonly variables: ReadonlyMap<string, ScopePath>;
  /** The blocks that are open there, outermost first. */
  readonly openBlocks: readonly string[];
}

interface Block {
  readonly keyword: string;
  readonly outer: ScopePath;
  readonly outerVariables: ReadonlyMap<string, ScopePath>;
}

/** The scope at `wordStart`, the offset where the word at the cursor begins. */
export function scopeAt(text: string, wordStart: number): Scope {
  const tokens = highlight(text).filter(({ from }) => from < wordStart);
  let dot: ScopePath = [];
  let variables: ReadonlyMap<string, ScopePath> = new Map([['$', []]]);
  const blocks: Block[] = [];
  for (const action of actionsOf(tokens, text)) {
    if (!action.isClosed) continue;
    const [first] = action.tokens;
    const keyword = first?.kind === 'keyword' ? textOf(text, first) : undefined;
    if (keyword === 'end') {
      const block = blocks.pop();
      dot = block?.outer ?? [];
      variables = block?.outerVariables ?? variables;
    } else if (keyword === 'else') {
      dot = blocks.at(-1)?.outer ?? [];
    } else if (keyword !== undefined && ['if', 'range', 'with', 'define', 'block'].includes(keyword)) {
      blocks.push({ keyword, outer: dot, outerVariables: variables });
      const value = chainOf(text, action.tokens.slice(1), dot, variables);
      const element: ScopePath = value === undefined ? undefined : [...value, null];
      if (keyword === 'range') {
        dot = element;
        variables = declared(text, action.tokens, variables, element);
      } else {
        variables = declared(text, action.tokens, variables, value);
        if (keyword === 'with' || keyword === 'block') dot = value;
        if (keyword === 'define') dot = undefined;
      }
    } else {
      variables = declared(text, action.tokens, variables, chainOf(text, action.tokens, dot, variables));
    }
  }
  const last = tokens.findLast(({ kind }) => kind === 'delimiter');
  const isInAction = last !== undefined && textOf(text, last) === '{{';
  return {
    isInAction,
    isAtStart: isInAction && text.slice(last.to, wordStart).replace(/^-\s/, '').trim() === '',
    dot,
    variables,
    openBlocks: blocks.map(({ keyword }) => keyword),
  };
}

interface ActionTokens {
  readonly tokens: HighlightToken[];
  isClosed: boolean;
}

function actionsOf(tokens: readonly HighlightToken[], text: string): ActionTokens[] {
  const actions: ActionTokens[] = [];
  for (const token of tokens) {
    const isDelimiter = token.kind === 'delimiter';
    const last = actions.at(-1);
    if (isDelimiter && textOf(text, token) === '{{') actions.push({ tokens: [], isClosed: false });
    else if (isDelimiter && last !== undefined) last.isClosed = true;
    else if (last !== undefined && !last.isClosed) last.tokens.push(token);
  }
  return actions;
}

/** The path of a plain chain (`.a.b`, `$x.a`); undefined if the pipeline has anything else. */
function chainOf(
  text: string,
  tokens: readonly HighlightToken[],
  dot: ScopePath,
  variables: ReadonlyMap<string, ScopePath>,
): ScopePath {
  const assigned = tokens.findLastIndex((token) => token.kind === 'operator' && textOf(text, token) === ':=');
  const chain = tokens.slice(assigned + 1);
  // A block starts with the name of its template.
  const rest = chain[0]?.kind === 'string' ? chain.slice(1) : chain;
  const [head] = rest;
  if (head === undefined || rest.some(({ kind }) => kind !== 'field' && kind !== 'variable'))
    return undefined;
  const base = head.kind === 'variable' ? variables.get(textOf(text, head)) : dot;
  const fields = rest.filter(({ kind }) => kind === 'field').map((token) => textOf(text, token).slice(1));
  return base === undefined ? undefined : [...base, ...fields.filter((key) => key !== '')];
}

function declared(
  text: string,
  tokens: readonly HighlightToken[],
  variables: ReadonlyMap<string, ScopePath>,
  value: ScopePath,
): ReadonlyMap<string, ScopePath> {
  const assigned = tokens.findIndex((token) => token.kind === 'operator' && textOf(text, token) === ':=');
  if (assigned === -1) return variables;
  const names = tokens.slice(0, assigned).filter(({ kind }) => kind === 'variable');
  // If a range declares two variables, the first is the key.
  return new Map([
    ...variables,
    ...names.map((token, at): [string, ScopePath] => [
      textOf(text, token),
      at === names.length - 1 ? value : undefined,
    ]),
  ]);
}

function textOf(text: string, { from, to }: { from: number; to: number }): string {
  return text.slice(from, to);
}

export interface KnownKey {
  readonly key: string;
  readonly kind: Field['kind'];
  /** The value in the chosen payload. */
  readonly sample: JsonValue | undefined;
}

/** The keys at a path that the template reads or the chosen payload has. */
export function keysAt(fields: readonly Field[], data: JsonValue, path: ScopePath): readonly KnownKey[] {
  if (path === undefined) return [];
  let here: Pick<Field, 'children' | 'element'> | undefined = { children: fields, element: undefined };
  let sample: JsonValue | undefined = data;
  for (const key of path) {
    here = key === null ? here?.element : here?.children.find(({ label }) => label === key);
    if (key === null) sample = isList(sample) ? sample[0] : undefined;
    else sample = valueAt(sample, [key]);
  }
  const keys = new Map<string, KnownKey>();
  const values = isObject(sample) ? sample : {};
  for (const { label, kind } of here?.children ?? [])
    keys.set(label, { key: label, kind, sample: valueAt(values, [label]) });
  for (const [key, value] of Object.entries(values)) {
    if (!keys.has(key)) keys.set(key, { key, kind: kindOf(value), sample: value });
  }
  return [...keys.values()];
}

function kindOf(value: JsonValue): Field['kind'] {
  if (isList(value)) return 'list';
  return isObject(value) ? 'map' : 'scalar';
}

/** The names that a text defines for `template`, with `define` and `block`. */
export function definitionsIn(text: string): readonly string[] {
  const tokens = highlight(text);
  return tokens.flatMap((token, at) => {
    const next = tokens[at + 1]?.kind === 'text' ? tokens[at + 2] : tokens[at + 1];
    const isDefinition = token.kind === 'keyword' && ['define', 'block'].includes(textOf(text, token));
    return isDefinition && next?.kind === 'string' ? [textOf(text, next).slice(1, -1)] : [];
  });
}
