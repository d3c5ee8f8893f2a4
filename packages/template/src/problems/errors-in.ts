/**
 * All errors of a text at once. The parser stops at the first, as Go's does; here each broken action is replaced, by what its author probably meant or by
 * one that does nothing, and the rest is read on. The text that is left at the end has no error, so that it can stand in for the broken one.
 */
import { TemplateSyntaxError } from '../errors.ts';
import { parse } from '../syntax/parser.ts';
import { positionIn, Source } from '../syntax/source.ts';
import { actionsIn } from './actions.ts';
import { brokenBlocks, keywordOf } from './blocks.ts';
import { goExpression } from './expression.ts';
import { foreignTag, type Tags } from './foreign-tags.ts';
import { oneLine, type TemplateProblem } from './problem.ts';
import { RepairedText, type Span } from './repaired-text.ts';

export interface TextErrors {
  /** In the order of the text. */
  readonly errors: readonly TemplateProblem[];
  /** The text without its errors; undefined if there are too many. */
  readonly repaired: string | undefined;
}

/** Each costs a reading of the text. */
const MOST_ERRORS = 20;

/** Characters that are read at most for the errors of one text, which keeps a browser busy for some seconds at worst. */
const MOST_READ = 2_000_000;

/** Never throws. Empty for a text that is right. */
export function errorsIn(text: string): TextErrors {
  if (failureOf(text) === undefined) return { errors: [], repaired: text };
  return new Search(text).errors();
}

function failureOf(text: string): TemplateSyntaxError | undefined {
  try {
    parse(new Source('prompt', text));
    return undefined;
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return error;
    throw error;
  }
}

class Search {
  readonly #written: string;
  readonly #repair: RepairedText;
  readonly #tags: Tags = { own: new Set() };
  readonly #found: TemplateProblem[] = [];
  /** The suggestions that the repaired text holds, by where they were written. */
  readonly #tried = new Map<number, number>();

  constructor(text: string) {
    this.#written = text;
    this.#repair = new RepairedText(text);
  }

  errors(): TextErrors {
    const isReadable = this.#closeActions() && this.#translateTags() && this.#closeBlocks();
    let failure = isReadable ? failureOf(this.#repair.text) : undefined;
    // What is found before costs no reading of its own.
    let budget = Math.min(MOST_ERRORS, Math.ceil(MOST_READ / this.#written.length));
    while (failure !== undefined && budget > 0 && this.#mend(failure)) {
      failure = failureOf(this.#repair.text);
      budget -= 1;
    }
    if (failure !== undefined && this.#found.length === 0) this.#note(failure);
    return {
      errors: this.#found.toSorted((one, other) => one.from - other.from).slice(0, MOST_ERRORS),
      repaired: isReadable && failure === undefined ? this.#repair.text : undefined,
    };
  }

  // The next three are false if there is too much to mend: what each costs grows with the number.

  /** `{{.name` and `{{.name}`. */
  #closeActions(): boolean {
    const open = actionsIn(this.#written).filter(({ isClosed }) => !isClosed);
    // From the end, so that places before it stay.
    for (const { start, end } of open.slice(0, MOST_ERRORS).toReversed()) {
      const written = this.#written.slice(start, end);
      const head = openHead.exec(written)?.[0] ?? '';
      const isWord = /[\p{L}\p{N}_]"?$/u.test(head);
      const to = start + (isWord ? head.length + (written[head.length] === '}' ? 1 : 0) : written.length);
      const meant = isWord ? (rewritten(`${head}}}`, this.#tags) ?? `${head}}}`) : undefined;
      const shown = oneLine(this.#written.slice(start, to).trimEnd());
      this.#replace({ from: start, to }, `${shown} has no closing }}`, meant, fillerFor(written));
    }
    return open.length <= MOST_ERRORS;
  }

  /** `{{#if x}}`, `{{endfor}}`, `{{{name}}}`. */
  #translateTags(): boolean {
    const edits: (() => void)[] = [];
    const text = this.#repair.text;
    for (const action of actionsIn(text)) {
      if (edits.length > MOST_ERRORS) break;
      if (this.#repair.isReplaced(action.start)) continue;
      const written = text.slice(action.start, action.end);
      const [, threefold] = /^\{\{\{([^{}]+)\}\}$/u.exec(written) ?? [];
      if (threefold !== undefined) {
        const to = action.end + (text[action.end] === '}' ? 1 : 0);
        const meant = rewritten(`{{${threefold}}}`, this.#tags) ?? `{{${threefold}}}`;
        edits.push(() =>
          this.#replace({ from: action.start, to }, 'Three braces are not needed', meant, ' '),
        );
        continue;
      }
      const { inner, around } = partsOf(written);
      if (inner.startsWith('/*')) continue;
      const tag = foreignTag(inner, this.#tags);
      if (tag === undefined || /^(?:else if|end)\b/.test(inner)) continue;
      // A comment stands between its braces without spaces.
      const meant = tag.text?.startsWith('/*') === true ? `{{${tag.text}}}` : tag.text && around(tag.text);
      const message = `${oneLine(written)} belongs to another template language`;
      const filler = /^(?:#|\^|for |unless |each )/.test(inner) ? '{{if 0}}' : ' ';
      edits.push(() => this.#replace({ from: action.start, to: action.end }, message, meant, filler));
    }
    for (const edit of edits.slice(0, MOST_ERRORS).toReversed()) edit();
    return edits.length <= MOST_ERRORS;
  }

  /** `{{if .x}}` without an end, and an end without a beginning. */
  #closeBlocks(): boolean {
    const text = this.#repair.text;
    const { open, stray } = brokenBlocks(text, actionsIn(text));
    const unended = open.slice(0, MOST_ERRORS).map(({ start, end }) => ({
      ...this.#repair.original({ from: start, to: end }),
      message: `${oneLine(text.slice(start, end))} has no {{end}}`,
    }));
    for (const { start, end, reason } of stray.slice(0, MOST_ERRORS).toReversed())
      this.#replace({ from: start, to: end }, `${oneLine(text.slice(start, end))} ${reason}`, undefined, ' ');
    for (const problem of unended) {
      this.#found.push(problem);
      this.#repair.append('{{end}}');
    }
    return Math.max(open.length, stray.length) <= MOST_ERRORS;
  }

  /** A failure that is in no action, such as a text that is too large. */
  #note(failure: TemplateSyntaxError): void {
    const from = Math.min(positionIn(this.#written, failure), this.#written.length - 1);
    this.#found.push({ from, to: from + 1, message: reasonOf(failure) });
  }

  /** Notes what the parser stopped at, and takes it out of its way. False if that is not possible. */
  #mend(failure: TemplateSyntaxError): boolean {
    const text = this.#repair.text;
    const offset = positionIn(text, failure);
    const action = actionsIn(text).findLast(({ start }) => start <= offset);
    if (action === undefined) return false;
    const { start: from, end: to } = action;
    const written = text.slice(from, to);
    if (this.#repair.isReplaced(from)) return this.#giveUp({ from, to }, failure, written);
    const meant = rewritten(written, this.#tags);
    const message = inWords(reasonOf(failure), meant);
    this.#replace({ from, to }, message, meant === written ? undefined : meant, fillerFor(written));
    return true;
  }

  /** A suggestion that does not help is none. */
  #giveUp(span: Span, failure: TemplateSyntaxError, written: string): boolean {
    const { from: start } = this.#repair.original(span);
    const at = this.#tried.get(start);
    const problem = at === undefined ? undefined : this.#found[at];
    if (at === undefined || problem === undefined) return false;
    this.#tried.delete(start);
    // What a loop of another language declares is not declared here.
    if (!/^undefined variable/.test(reasonOf(failure))) {
      const { suggestion: _, ...plain } = problem;
      this.#found[at] = plain;
    }
    this.#repair.replace(span, fillerFor(written));
    return true;
  }

  /** Of a part of the repaired text. */
  #replace(span: Span, message: string, meant: string | undefined, filler: string): void {
    const place = this.#repair.original(span);
    if (meant !== undefined) this.#tried.set(place.from, this.#found.length);
    this.#found.push({ ...place, message, ...(meant !== undefined && { suggestion: meant }) });
    this.#repair.replace(span, meant ?? filler);
  }
}

/** The parser's words, without the place. */
function reasonOf({ message }: TemplateSyntaxError): string {
  return message.replace(/^template: [^:]*:\d+: /, '').replace(/ started at [^:]*:\d+$/, '');
}

/** In plainer words, where there are any. Whoever searches for the others finds those of the parser. */
function inWords(reason: string, meant: string | undefined): string {
  if (reason === 'missing value for command') return 'There is nothing between the braces';
  const [, name] = /^function "(.+)" not defined$/u.exec(reason) ?? [];
  if (name === undefined) return reason;
  const isVariable = meant?.includes(`.${name}`) === true || meant?.includes(`$${name}`) === true;
  return isVariable ? `“${name}” is not a function` : `There is no function “${name}”`;
}

/** What can be told of an action that is not closed: a keyword, a name, and a function behind it. */
const openHead =
  /^\{\{-?\s*(?:(?:else )?(?:if|with|range)\s+|template\s+)?[.$"]?[\p{L}\p{N}_.]+"?(?: \|[\p{L} ]+)?/u;

interface Parts {
  readonly inner: string;
  /** The same action around another text. */
  readonly around: (inner: string) => string;
}

function partsOf(action: string): Parts {
  const [, open = '{{', inner = '', close = '}}'] =
    /^(\{\{(?:-\s)?\s*)(.*?)(\s*(?:\s-)?\}\})$/su.exec(action) ?? [];
  return { inner, around: (text) => `${open}${text}${close}` };
}

const heads =
  /^(?:(?:else )?(?:if|with)|range)\s+|^(?:range\s+)?\$[\p{L}\p{N}_]+(?:\s*,\s*\$[\p{L}\p{N}_]+)?\s*:?=\s*/u;

/** The action in this language. Undefined if it is not understood. */
function rewritten(action: string, tags: Tags): string | undefined {
  const { inner, around } = partsOf(action);
  if (/^end\b/.test(inner)) return around('end');
  const [head = ''] = heads.exec(inner) ?? [];
  const expression = goExpression(inner.slice(head.length), tags.own);
  return expression === undefined ? undefined : around(`${head}${expression}`);
}

/** An action that does nothing, but leaves blocks and variables as they are. */
function fillerFor(action: string): string {
  const { inner } = partsOf(action);
  const [declared = ''] = /\$[\p{L}\p{N}_]+(?:\s*,\s*\$[\p{L}\p{N}_]+)?\s*:=/u.exec(inner) ?? [];
  switch (keywordOf(action)) {
    case 'if':
    case 'define':
    case 'block':
      return `{{if ${declared.includes(',') ? '' : declared} 0}}`;
    case 'with':
      return `{{with ${declared.includes(',') ? '' : declared} ""}}`;
    case 'range':
      return `{{range ${declared} ""}}`;
    case 'else':
      return inner === 'else' ? ' ' : /^else\s+if\b/.test(inner) ? '{{else if 0}}' : '{{else}}';
    case 'end':
      return '{{end}}';
    default:
      return declared === '' || declared.includes(',') ? ' ' : `{{${declared} 0}}`;
  }
}
