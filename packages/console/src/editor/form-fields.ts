/** The fields of the form for variables, with what the input schema says of each: its types, choices and description. */
import { isObject, type JsonObject, type JsonValue } from '../json/mod.ts';
import { emptyValue, type Field, type InputSchema, type JsonType, pathText } from '../preview/mod.ts';

export interface FormField extends Field {
  readonly children: readonly FormField[];
  readonly element: FormField | undefined;
  readonly hint: string | undefined;
  /** Undefined for any. */
  readonly types: readonly JsonType[] | undefined;
  /** The only values that are allowed, if they can be offered as a choice. */
  readonly choices: readonly JsonValue[] | undefined;
  /** Whether the schema demands it; a template may also need it only now and then. */
  readonly isDemanded: boolean;
}

/**
 * @param placeholders variables that hold messages of a conversation: their messages may have more keys than the schema names
 */
export function formFields(
  fields: readonly Field[],
  schema: InputSchema,
  placeholders: ReadonlySet<string>,
): readonly FormField[] {
  return childrenOf(fields, schema, []).map((field) =>
    placeholders.has(field.label) ? { ...field, children: [], element: undefined } : field,
  );
}

/** What the template reads first, then what only the schema names. */
function childrenOf(
  fields: readonly Field[],
  schema: InputSchema | undefined,
  above: readonly string[],
): readonly FormField[] {
  const properties = schema?.properties ?? {};
  const required = new Set(schema?.required);
  const known = new Set(fields.map(({ label }) => label));
  const own = [...Object.keys(properties), ...required].filter((key) => !known.has(key));
  const others = [...new Set(own)].map((key) => blankField(key, pathText([...above, key])));
  return [...fields, ...others].map((field) => ({
    ...formField(field, Object.hasOwn(properties, field.label) ? properties[field.label] : undefined, [
      ...above,
      field.label,
    ]),
    isDemanded: required.has(field.label),
  }));
}

function formField(field: Field, schema: InputSchema | undefined, at: readonly string[]): FormField {
  const types = schema?.type === undefined ? undefined : [schema.type].flat();
  const children = childrenOf(field.children, schema, at);
  const items = schema?.items;
  const description = schema?.['description'];
  const element = field.element ?? (items === undefined ? undefined : blankField('item', `${field.path}[]`));
  return {
    ...field,
    kind: kindOf(field, types, children),
    children,
    element: element === undefined ? undefined : formField(element, items, at),
    hint: typeof description === 'string' ? description : undefined,
    types,
    choices: choicesOf(schema),
    isDemanded: false,
  };
}

function blankField(label: string, path: string): Field {
  return { label, path, required: false, kind: 'scalar', children: [], element: undefined };
}

function kindOf(
  { kind }: Field,
  types: readonly JsonType[] | undefined,
  children: readonly FormField[],
): Field['kind'] {
  if (kind !== 'scalar' || types === undefined) return kind;
  const only = types.filter((type) => type !== 'null');
  if (only.length !== 1) return kind;
  if (only[0] === 'array') return 'list';
  return only[0] === 'object' && children.length > 0 ? 'map' : kind;
}

/** Lists and objects are no choice that can be read in one line. */
function choicesOf(schema: InputSchema | undefined): readonly JsonValue[] | undefined {
  const values = schema?.enum ?? (schema && Object.hasOwn(schema, 'const') ? [schema['const']] : undefined);
  if (values === undefined || values.length === 0) return undefined;
  return values.every((value) => typeof value !== 'object' || value === null)
    ? (values as readonly JsonValue[])
    : undefined;
}

/** The kind of input for a field that has no value yet. */
export function blankInput({ kind, types }: FormField): 'text' | 'number' | 'boolean' | 'json' {
  if (kind !== 'scalar') return 'json';
  const only = types?.filter((type) => type !== 'null') ?? [];
  if (only.length === 0) return 'text';
  if (only.every((type) => type === 'number' || type === 'integer')) return 'number';
  if (only.every((type) => type === 'boolean')) return 'boolean';
  return only.every((type) => type === 'array' || type === 'object') ? 'json' : 'text';
}

/** The value of a new item: one that the schema accepts, where that is simple. */
export function blankValue(field: FormField): JsonValue {
  const [first] = field.choices ?? [];
  if (first !== undefined) return first;
  const input = blankInput(field);
  if (field.kind === 'scalar' && input === 'number') return 0;
  if (field.kind === 'scalar' && input === 'boolean') return false;
  if (field.kind === 'map') {
    const needed = field.children.filter(({ required, isDemanded }) => required || isDemanded);
    return Object.fromEntries(needed.map((child) => [child.label, blankValue(child)]));
  }
  return field.types !== undefined && field.kind === 'scalar' && input === 'json'
    ? field.types.includes('object')
      ? {}
      : []
    : emptyValue(field);
}

/** What variables begin as: every name that is known, with an empty value that the schema accepts where that is simple. Undefined without names. */
export function blankVariables(fields: readonly FormField[]): JsonObject | undefined {
  return fields.length === 0
    ? undefined
    : Object.fromEntries(fields.map((field) => [field.label, blankExample(field)]));
}

/** As `blankValue`, with one item in lists, so that their keys are seen. */
function blankExample(field: FormField): JsonValue {
  const { kind, children, element } = field;
  if (kind === 'list' && element !== undefined && element.kind !== 'scalar') return [blankExample(element)];
  if (kind === 'map' && children.length > 0)
    return Object.fromEntries(children.map((child) => [child.label, blankExample(child)]));
  return blankValue(field);
}

/** The keys of an object that have no field: a form that leaves them out would hide them. */
export function otherKeys({ children }: FormField, value: JsonValue | undefined): readonly string[] {
  const known = new Set(children.map(({ label }) => label));
  return isObject(value) ? Object.keys(value).filter((key) => !known.has(key)) : [];
}
