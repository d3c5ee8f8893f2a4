/**
 * The form for a version's variables, built from what its template reads and its input schema says. It edits one JSON value and keeps the
 * parts that have no field. A value that the schema does not accept is marked, with the words of the API, and stays.
 */
import { Braces, Plus, Trash2, X } from 'lucide-react';
import { useId } from 'react';
import {
  ExactNumber,
  isList,
  isObject,
  type JsonPath,
  type JsonValue,
  parseJson,
  valueAt,
  withoutValueAt,
  withValueAt,
} from '../json/mod.ts';
import { pathText, unusedKeys } from '../preview/mod.ts';
import { retyped, withLineFeeds } from '../text/mod.ts';
import { Badge, Button, classes, IconButton, inputClasses, Menu, MenuChoice } from '../ui/mod.ts';
import { blankInput, blankValue, type FormField, otherKeys } from './form-fields.ts';
import type { ProblemsByPath } from './problems-by-path.ts';
import { ChoiceInput, describedBy, JsonInput, NumberInput, numberIn } from './variable-inputs.tsx';

export interface VariablesFormProps {
  readonly fields: readonly FormField[];
  readonly data: JsonValue;
  /** What the input schema does not accept. */
  readonly problems: ProblemsByPath;
  readonly onChange: (data: JsonValue) => void;
}

export function VariablesForm({ fields, data, problems, onChange }: VariablesFormProps) {
  const unused = unusedKeys(fields, data);
  const refused = unused.flatMap((key) => problems.at(pathText([key])));
  if (fields.length === 0 && unused.length === 0) {
    return (
      <div className="px-2 py-6 text-center">
        <p className="font-medium text-sm">No variables yet</p>
        <p className="mt-1 text-muted text-sm">
          Add <code className="rounded bg-sunken px-1 py-0.5 text-xs">{'{{.name}}'}</code> to the template,
          and a field appears here.
        </p>
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-3.5">
      {fields.map((field) => (
        <FieldView
          key={field.path}
          field={field}
          label={field.label}
          at={[field.label]}
          data={data}
          problems={problems}
          onChange={onChange}
        />
      ))}
      {unused.length > 0 && (
        <section aria-label="Unused values" className="flex flex-col gap-1.5 border-line border-t pt-3">
          <h3 className="text-faint text-xs">Not used by this template</h3>
          <ul className="flex flex-wrap gap-1.5">
            {unused.map((key) => (
              <li
                key={key}
                className={classes(
                  'inline-flex h-6 items-center gap-1 rounded-full border pl-2 font-mono text-xs',
                  problems.at(pathText([key])).length > 0
                    ? 'border-danger text-danger-ink'
                    : 'border-line text-muted',
                )}
              >
                {key}
                <button
                  type="button"
                  aria-label={`Remove ${key}`}
                  onClick={() => onChange(withoutValueAt(data, [key]))}
                  className="grid size-6 place-items-center rounded-full text-faint hover:bg-hover hover:text-fg"
                >
                  <X aria-hidden="true" className="size-3" />
                </button>
              </li>
            ))}
          </ul>
          <Problems texts={refused} />
        </section>
      )}
    </div>
  );
}

/** What is wrong with a value, below its input. */
function Problems({ id, texts }: { readonly id?: string; readonly texts: readonly string[] }) {
  if (texts.length === 0) return null;
  return (
    <ul id={id} className="flex flex-col break-words text-danger-ink text-xs">
      {texts.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

function Hint({ id, field: { hint } }: { readonly id?: string; readonly field: FormField }) {
  if (hint === undefined) return null;
  return (
    <p id={id} className="break-words text-faint text-xs">
      {hint}
    </p>
  );
}

interface FieldViewProps {
  readonly field: FormField;
  readonly label: string;
  readonly at: JsonPath;
  readonly data: JsonValue;
  readonly problems: ProblemsByPath;
  readonly onChange: (data: JsonValue) => void;
}

/** Shows a value of an unexpected type as JSON, so that nothing is hidden or dropped. */
function FieldView(props: FieldViewProps) {
  const { field, at, data } = props;
  const value = valueAt(data, at);
  if (field.kind === 'list' && (value === undefined || isList(value)))
    return <ListView {...props} items={value ?? []} />;
  if (field.kind === 'map' && field.children.length > 0 && (value === undefined || isObject(value)))
    return <MapView {...props} />;
  return <LeafView {...props} value={value} />;
}

function FieldLabel({
  id,
  label,
  field,
  value,
}: {
  readonly id?: string;
  readonly label: string;
  readonly field: FormField;
  readonly value: JsonValue | undefined;
}) {
  const text = <span className="break-all font-medium font-mono text-xs">{label}</span>;
  const isItem = field.label === 'item' && label !== 'item';
  const isNeeded = field.required || field.isDemanded;
  return (
    <span className="flex min-w-0 items-center gap-2">
      {id === undefined ? text : <label htmlFor={id}>{text}</label>}
      {value === undefined && isNeeded && !isItem && <Badge tone="warning">Required</Badge>}
      {!isNeeded && !isItem && <span className="text-faint text-xs">optional</span>}
    </span>
  );
}

function MapView({ field, label, at, data, problems, onChange }: FieldViewProps) {
  const value = valueAt(data, at);
  const others = otherKeys(field, value).map((key) => otherField(key, pathText([...at, key])));
  return (
    <fieldset className="flex flex-col gap-3 rounded-lg border border-line p-3">
      <legend className="px-1">
        <FieldLabel label={label} field={field} value={value} />
      </legend>
      <Hint field={field} />
      <Problems texts={problems.at(pathText(at))} />
      {[...field.children, ...others].map((child) => (
        <FieldView
          key={child.path}
          field={child}
          label={child.label}
          at={[...at, child.label]}
          data={data}
          problems={problems}
          onChange={onChange}
        />
      ))}
    </fieldset>
  );
}

/** A key that neither the template nor the schema names: it is shown, since it would be hidden otherwise. */
function otherField(label: string, path: string): FormField {
  return {
    label,
    path,
    required: false,
    kind: 'scalar',
    children: [],
    element: undefined,
    hint: undefined,
    types: undefined,
    choices: undefined,
    isDemanded: false,
  };
}

function ListView({
  field,
  label,
  at,
  data,
  problems,
  onChange,
  items,
}: FieldViewProps & { readonly items: readonly JsonValue[] }) {
  const element = field.element ?? otherField('item', `${field.path}[]`);
  const value = valueAt(data, at);
  return (
    <fieldset className="flex flex-col gap-2 rounded-lg border border-line p-3">
      <legend className="px-1">
        <FieldLabel label={label} field={field} value={value} />
      </legend>
      <Hint field={field} />
      <Problems texts={problems.at(pathText(at))} />
      {items.map((_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: items have no identity other than their position
        <div key={index} className="flex items-start gap-1">
          <div className="min-w-0 flex-1">
            <FieldView
              field={element}
              label={`${index + 1}`}
              at={[...at, index]}
              data={data}
              problems={problems}
              onChange={onChange}
            />
          </div>
          <IconButton
            icon={Trash2}
            size="sm"
            label={`Remove item ${index + 1} of ${pathText(at)}`}
            onClick={() => onChange(withoutValueAt(data, [...at, index]))}
          />
        </div>
      ))}
      <div className="flex items-center gap-2">
        <Button
          size="sm"
          icon={Plus}
          onClick={() => onChange(withValueAt(data, at, [...items, blankValue(element)]))}
        >
          Add item
        </Button>
        {value === undefined && (field.required || field.isDemanded) && (
          <Button size="sm" variant="ghost" onClick={() => onChange(withValueAt(data, at, []))}>
            Use empty list
          </Button>
        )}
      </div>
    </fieldset>
  );
}

type ScalarType = 'text' | 'number' | 'boolean' | 'json';

const typeNames: readonly { readonly value: ScalarType; readonly label: string }[] = [
  { value: 'text', label: 'Text' },
  { value: 'number', label: 'Number' },
  { value: 'boolean', label: 'Boolean' },
  { value: 'json', label: 'JSON' },
];

function typeOf(value: JsonValue | undefined): ScalarType {
  if (value === undefined || typeof value === 'string') return 'text';
  if (typeof value === 'number' || value instanceof ExactNumber) return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'json';
}

function converted(value: JsonValue | undefined, type: ScalarType): JsonValue {
  const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  if (type === 'text') return text;
  if (type === 'number') return numberIn(text) ?? 0;
  if (type === 'boolean') return text !== '' && text !== 'false' && text !== '0';
  const parsed = parseJson(text);
  return parsed.ok && (isObject(parsed.value) || isList(parsed.value) || parsed.value === null)
    ? parsed.value
    : {};
}

function LeafView({
  field,
  label,
  at,
  data,
  problems,
  onChange,
  value,
}: FieldViewProps & { readonly value: JsonValue | undefined }) {
  const id = useId();
  const type = value === undefined ? blankInput(field) : typeOf(value);
  const set = (next: JsonValue) => onChange(withValueAt(data, at, next));
  const name = pathText(at);
  const isItem = typeof at.at(-1) === 'number';
  const { choices } = field;
  // What is in a list or an object that is edited as JSON has no field of its own.
  const texts = problems.within(name);
  const described = {
    ...(texts.length > 0 && { 'aria-invalid': true }),
    'aria-describedby': describedBy(
      field.hint !== undefined && `${id}-hint`,
      texts.length > 0 && `${id}-problems`,
    ),
  };
  return (
    <div className="group/field flex flex-col gap-1">
      <div className="flex h-6 items-center justify-between gap-2">
        <FieldLabel id={id} label={label} field={field} value={value} />
        <span className="flex shrink-0 items-center transition-opacity [@media(hover:hover)]:opacity-0 [@media(hover:hover)]:group-focus-within/field:opacity-100 [@media(hover:hover)]:group-hover/field:opacity-100 has-data-[state=open]:opacity-100">
          {value !== undefined && !isItem && (
            <IconButton
              icon={X}
              size="sm"
              label={`Clear ${name}`}
              className="size-6"
              onClick={() => onChange(withoutValueAt(data, at))}
            />
          )}
          {value !== undefined && (
            <Menu
              trigger={
                <button
                  type="button"
                  aria-label={`Type of ${name}: ${typeNames.find((one) => one.value === type)?.label ?? ''}`}
                  className="inline-flex h-6 items-center gap-1 rounded-md px-1.5 text-faint text-xs hover:bg-hover hover:text-fg"
                >
                  <Braces aria-hidden="true" className="size-3" />
                  {typeNames.find((one) => one.value === type)?.label}
                </button>
              }
            >
              <MenuChoice
                value={type}
                onChange={(chosen) => set(converted(value, chosen))}
                options={typeNames}
              />
            </Menu>
          )}
        </span>
      </div>
      <Hint id={`${id}-hint`} field={field} />
      {choices !== undefined && (
        <ChoiceInput id={id} described={described} choices={choices} value={value} onChange={set} />
      )}
      {choices === undefined && type === 'text' && (
        <textarea
          id={id}
          {...described}
          rows={1}
          value={typeof value === 'string' ? withLineFeeds(value) : ''}
          placeholder={value === undefined ? 'Not set' : ''}
          onChange={(event) => set(retyped(typeof value === 'string' ? value : '', event.target.value))}
          className={classes(inputClasses, 'field-sizing-content max-h-48 min-h-9 resize-y py-1.5 leading-5')}
        />
      )}
      {choices === undefined && type === 'number' && (
        <NumberInput
          id={id}
          described={described}
          value={typeof value === 'number' || value instanceof ExactNumber ? value : undefined}
          onChange={set}
        />
      )}
      {choices === undefined && type === 'boolean' && (
        <ChoiceInput id={id} described={described} choices={[true, false]} value={value} onChange={set} />
      )}
      {choices === undefined && type === 'json' && (
        <JsonInput id={id} described={described} value={value} onChange={set} />
      )}
      <Problems id={`${id}-problems`} texts={texts} />
    </div>
  );
}
