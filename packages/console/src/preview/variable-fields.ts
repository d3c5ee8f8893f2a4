/**
 * The fields of a template's form: a tree, inferred from the variables that the template reads. The fields own no data. They read
 * and write one JSON value, so the form and the JSON view cannot differ, and keys without a field are kept.
 */
import type { TemplateVariable } from '@px0/template';
import {
  isList,
  isObject,
  type JsonObject,
  type JsonPath,
  type JsonValue,
  valueAt,
  withValueAt,
} from '../json/mod.ts';

/** A key of a map, or null for "each element". */
type Segment = string | null;

export interface Field {
  /** The last key, or `item` for the elements of a list. */
  readonly label: string;
  /** In the notation of the template language, for example `messages[].role`. */
  readonly path: string;
  readonly required: boolean;
  readonly kind: 'scalar' | 'list' | 'map';
  /** The known keys of a map. */
  readonly children: readonly Field[];
  /** The form of a list's elements. */
  readonly element: Field | undefined;
}

interface Draft {
  readonly label: string;
  readonly path: string;
  required: boolean;
  shape: TemplateVariable['shape'] | undefined;
  readonly children: Map<string, Draft>;
  element: Draft | undefined;
}

/** The fields of a template, in the order of first use. */
export function fieldsOf(variables: readonly TemplateVariable[]): readonly Field[] {
  const root = newDraft('', '');
  for (const { path, required, shape } of variables) {
    let draft = root;
    let walked = '';
    for (const segment of segmentsOf(path)) {
      walked = segment === null ? `${walked}[]` : joined(walked, segment);
      draft = segment === null ? elementOf(draft, walked) : childOf(draft, segment, walked);
    }
    draft.required ||= required;
    draft.shape = shape;
  }
  return [...root.children.values()].map(finished);
}

/** The keys of a variable's path: `messages[].role` is `messages`, each element, `role`. */
export function segmentsOf(path: string): Segment[] {
  const segments: Segment[] = [];
  const pattern = /\[\]|\["(?:[^"\\]|\\.)*"\]|[^.[\]]+/gu;
  for (const [match] of path.matchAll(pattern)) {
    if (match === '[]') segments.push(null);
    else if (match.startsWith('["')) segments.push(String(JSON.parse(match.slice(1, -1))));
    else segments.push(match);
  }
  return segments;
}

function joined(parent: string, key: string): string {
  if (!/^[\p{L}_][\p{L}\p{Nd}_]*$/u.test(key)) return `${parent}[${JSON.stringify(key)}]`;
  return parent === '' ? key : `${parent}.${key}`;
}

function newDraft(label: string, path: string): Draft {
  return { label, path, required: false, shape: undefined, children: new Map(), element: undefined };
}

function childOf(parent: Draft, key: string, path: string): Draft {
  const child = parent.children.get(key) ?? newDraft(key, path);
  parent.children.set(key, child);
  return child;
}

function elementOf(parent: Draft, path: string): Draft {
  parent.element ??= newDraft('item', path);
  return parent.element;
}

function finished(draft: Draft): Field {
  const kind = kindOf(draft);
  return {
    label: draft.label,
    path: draft.path,
    required: draft.required,
    kind,
    children: [...draft.children.values()].map(finished),
    element: draft.element === undefined ? undefined : finished(draft.element),
  };
}

/** What the template reads below a value says more about its kind than how it uses the value itself. */
function kindOf({ children, element, shape }: Draft): Field['kind'] {
  if (element !== undefined) return 'list';
  if (children.size > 0) return 'map';
  return shape ?? 'scalar';
}

/** The initial value of a new field: empty, but of the right kind. */
export function emptyValue(field: Field): JsonValue {
  if (field.kind === 'list') return [];
  if (field.kind === 'scalar') return '';
  let value: JsonValue = {};
  for (const child of field.children)
    if (child.required) value = withValueAt(value, [child.label], emptyValue(child));
  return value;
}

/** The paths of missing required values. Elements of lists are given by index. */
export function missingPaths(fields: readonly Field[], data: JsonValue): readonly string[] {
  const missing: string[] = [];
  for (const field of fields) collectMissing(field, data, [field.label], missing);
  return missing;
}

function collectMissing(field: Field, data: JsonValue, at: JsonPath, missing: string[]): void {
  const value = valueAt(data, at);
  if (value === undefined) {
    if (field.required) missing.push(pathText(at));
    return;
  }
  collectBelow(field, data, at, missing);
}

/** Ignores a value of the wrong kind: it is not missing, and the render reports it. */
function collectBelow(field: Field, data: JsonValue, at: JsonPath, missing: string[]): void {
  const value = valueAt(data, at);
  if (isList(value) && field.element !== undefined) {
    for (const index of value.keys()) collectBelow(field.element, data, [...at, index], missing);
  } else if (isObject(value)) {
    for (const child of field.children) collectMissing(child, data, [...at, child.label], missing);
  }
}

/** `messages[0].role`. */
export function pathText(path: JsonPath): string {
  let text = '';
  for (const key of path) text = typeof key === 'number' ? `${text}[${key}]` : joined(text, key);
  return text;
}

/** Fills in a visible placeholder, `‹name›`, for every missing required value, so that the preview works before the user enters values. */
export function withPlaceholders(fields: readonly Field[], data: JsonValue): JsonValue {
  let filled = isObject(data) ? data : {};
  for (const field of fields) {
    const value = Object.hasOwn(filled, field.label) ? filled[field.label] : undefined;
    const placeholder = placeholderFor(field, value);
    if (placeholder !== undefined) filled = asObject(withValueAt(filled, [field.label], placeholder));
  }
  return filled;
}

function placeholderFor(field: Field, value: JsonValue | undefined): JsonValue | undefined {
  if (value === undefined) return field.required ? wholePlaceholder(field) : undefined;
  const { element } = field;
  if (isList(value) && element !== undefined)
    return value.map((item) => placeholderFor(element, item) ?? item);
  if (isObject(value) && field.children.length > 0) return withPlaceholders(field.children, value);
  return value;
}

function wholePlaceholder(field: Field): JsonValue {
  if (field.kind === 'scalar') return `‹${field.label}›`;
  if (field.kind === 'map') return withPlaceholders(field.children, {});
  if (field.element === undefined || field.element.kind === 'scalar') return [`‹${field.label}›`];
  return [wholePlaceholder(field.element)];
}

function asObject(value: JsonValue): JsonObject {
  return isObject(value) ? value : {};
}

/** Top-level keys of the data that the template does not read: probably misspelled, or for another version. */
export function unusedKeys(fields: readonly Field[], data: JsonValue): readonly string[] {
  const known = new Set(fields.map(({ label }) => label));
  return isObject(data) ? Object.keys(data).filter((key) => !known.has(key)) : [];
}
