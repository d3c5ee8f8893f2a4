/**
 * Template actions inside of objects. An object is built with marks, plain words that YAML writes as they are; when it has been written, each mark
 * becomes the action that it stands for. All other text is literal: braces in it are escaped.
 */
import type { Mapping } from './kustomize-source.ts';
import { yamlText } from './yaml-text.ts';

const kinds = [
  /** An action, or plain text, in its place. */
  'inline',
  /** An action on a line of its own. */
  'line',
  /** A mapping or list below its key. */
  'block',
  /** The same, and without the key if it is empty. */
  'optional',
  /** Further entries or elements, if there are any. */
  'more',
  /** The text of a named template, below its key. */
  'include',
  /** The same as further entries of a mapping. */
  'spread',
] as const;

type Kind = (typeof kinds)[number];

/** A mark carries its text, as hexadecimal digits. */
const WORD = new RegExp(`PX0_MARK_(${kinds.join('|')})_([0-9a-f]+)_[0-9a-f]*_`);

/** @param salt tells marks of one text apart where they are keys of one mapping */
function mark(kind: Kind, text: string, salt = ''): string {
  return `PX0_MARK_${kind}_${hex(text)}_${hex(salt)}_`;
}

function hex(text: string): string {
  return Buffer.from(text).toString('hex');
}

/** The value of an expression; whoever wants a string quotes it. */
export function value(expression: string): string {
  return mark('inline', `{{ ${expression} }}`);
}

/** A key that may stand in a mapping twice, in the two branches of a condition. */
function keyIn(condition: string, name: string): string {
  return mark('inline', name, condition);
}

export function block(expression: string): string {
  return mark('block', expression);
}

export function optional(expression: string): string {
  return mark('optional', expression);
}

export function include(name: string): string {
  return mark('include', name);
}

/** The entries that a named template writes, to spread into a mapping. */
export function includedEntries(name: string): Mapping {
  return { [mark('spread', name)]: null };
}

/** Elements to append to a list. */
export function moreElements(expression: string): string {
  return mark('more', expression);
}

/** Entries to spread into a mapping. */
export function moreEntries(expression: string): Mapping {
  return { [mark('more', expression)]: null };
}

/** Elements that a list has under a condition. */
export function elementsIf(condition: string, elements: readonly unknown[]): unknown[] {
  return [line(`if ${condition}`), ...elements, line('end')];
}

/** Entries that a mapping has under a condition, and others, perhaps of the same keys, that it has otherwise. */
export function entriesIf(condition: string, entries: Mapping, otherwise: Mapping = {}): Mapping {
  const inBranch = (branch: string, some: Mapping) =>
    Object.fromEntries(
      Object.entries(some).map(([name, one]) => [keyIn(`${branch} ${condition}`, name), one]),
    );
  // A mapping may have several of these under one condition.
  const salt = `${condition} ${Object.keys(entries).join(' ')}`;
  const alternative =
    Object.keys(otherwise).length === 0 ? {} : { [line('else', salt)]: null, ...inBranch('else', otherwise) };
  return {
    [line(`if ${condition}`, salt)]: null,
    ...inBranch('if', entries),
    ...alternative,
    [line('end', salt)]: null,
  };
}

function line(action: string, salt = ''): string {
  return mark('line', `{{- ${action} }}`, salt);
}

/** YAML with the actions in it. */
export function templateText(object: unknown): string {
  return yamlText(object)
    .split('\n')
    .map((text) => withActions(text.replaceAll('{{', '{{ "{{" }}')))
    .join('\n');
}

function withActions(text: string): string {
  const found = WORD.exec(text);
  if (found === null) return text;
  const content = Buffer.from(found[2] ?? '', 'hex').toString();
  const [, indent = '', dashes = ''] = /^( *)((?:- )*)/.exec(text) ?? [];
  const below = indent.length + dashes.length + 2;
  switch (kinds.find((kind) => kind === found[1])) {
    case 'inline':
      return withActions(text.replace(WORD, () => content));
    case 'line':
      return content;
    case 'block':
      return text.replace(WORD, () => `{{- toYaml (${content}) | nindent ${below} }}`);
    case 'include':
      return text.replace(WORD, () => `{{- include "${content}" . | nindent ${below} }}`);
    case 'spread':
      return `${indent}{{- include "${content}" . | nindent ${indent.length} }}`;
    case 'more':
      return `${indent}{{- with ${content} }}\n${indent}{{- toYaml . | nindent ${indent.length} }}\n${indent}{{- end }}`;
    case 'optional': {
      if (dashes !== '') throw new Error(`the first entry of an element cannot be optional: ${text}`);
      const entry = text.replace(WORD, () => `{{- toYaml . | nindent ${below} }}`);
      return `${indent}{{- with ${content} }}\n${entry}\n${indent}{{- end }}`;
    }
    case undefined:
      throw new Error(`a mark of no kind: ${text}`);
  }
}
