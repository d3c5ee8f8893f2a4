/**
 * The form of a template: a tree of fields, inferred from the variables that it reads. The form never owns data: it reads
 * and writes one JSON value, so that form and JSON view cannot drift apart, and keys that no field knows are kept.
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
  /** As the template language writes it, for example `messages[].role`. */
  readonly path: string;
  readonly required: boolean;
  readonly kind: 'scalar' | 'list' | 'map';
  /** Of a map: its known keys. */
  readonly children: readonly Field[];
  /** Of a list: what its elements look like. */
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

/** The fields of a template, in the order in which it first reads them. */
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

/** What is read below it says more than how it is used itself. */
function kindOf({ children, element, shape }: Draft): Field['kind'] {
  if (element !== undefined) return 'list';
  if (children.size > 0) return 'map';
  return shape ?? 'scalar';
}

/** What a field that nobody has filled in becomes when it is added: empty, but of the right form. */
export function emptyValue(field: Field): JsonValue {
  if (field.kind === 'list') return [];
  if (field.kind === 'scalar') return '';
  let value: JsonValue = {};
  for (const child of field.children)
    if (child.required) value = withValueAt(value, [child.label], emptyValue(child));
  return value;
}

/** Where a template would fail for want of a value: paths of the language, elements by their number. */
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

/** A value of another form than the field's is not missing, it is wrong: the render says so. */
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

/**
 * The data with a visible stand-in, `‹name›`, for every required value that is missing, so that a preview can be shown
 * before anything is filled in. Values that are there stay as they are.
 */
export function withStandIns(fields: readonly Field[], data: JsonValue): JsonValue {
  let filled = isObject(data) ? data : {};
  for (const field of fields) {
    const value = Object.hasOwn(filled, field.label) ? filled[field.label] : undefined;
    const standIn = standInFor(field, value);
    if (standIn !== undefined) filled = asObject(withValueAt(filled, [field.label], standIn));
  }
  return filled;
}

function standInFor(field: Field, value: JsonValue | undefined): JsonValue | undefined {
  if (value === undefined) return field.required ? wholeStandIn(field) : undefined;
  const { element } = field;
  if (isList(value) && element !== undefined) return value.map((item) => standInFor(element, item) ?? item);
  if (isObject(value) && field.children.length > 0) return withStandIns(field.children, value);
  return value;
}

function wholeStandIn(field: Field): JsonValue {
  if (field.kind === 'scalar') return `‹${field.label}›`;
  if (field.kind === 'map') return withStandIns(field.children, {});
  if (field.element === undefined || field.element.kind === 'scalar') return [`‹${field.label}›`];
  return [wholeStandIn(field.element)];
}

function asObject(value: JsonValue): JsonObject {
  return isObject(value) ? value : {};
}

/** Keys of the data that the template does not read, at the top: probably misspelt, or of another version. */
export function unusedKeys(fields: readonly Field[], data: JsonValue): readonly string[] {
  const known = new Set(fields.map(({ label }) => label));
  return isObject(data) ? Object.keys(data).filter((key) => !known.has(key)) : [];
}
